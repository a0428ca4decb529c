"""A small test runner: named checks, run side by side, one line for each that failed."""

import concurrent.futures
import traceback


class Failure(Exception):
    """The program did not do what the contract says."""


class Skip(Exception):
    """The check cannot be made here; the text says why."""


def need(condition, reason):
    """Fails the check with `reason` unless `condition` holds."""
    if not condition:
        raise Failure(reason)


def short(data, limit=300):
    """The beginning of some output, printable, for a failure's reason."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else str(data)
    return repr(text if len(text) <= limit else text[:limit] + "...")


def run_one(check):
    """Runs one check; ("passed" | "failed" | "skipped", reason)."""
    try:
        check()
    except Skip as reason:
        return "skipped", str(reason)
    except Failure as reason:
        return "failed", str(reason)
    except Exception as error:  # a bug of the test is a failed test, never a crash of the run
        where = traceback.extract_tb(error.__traceback__)[-1]
        return "failed", "%s: %s (%s:%d)" % (type(error).__name__, error, where.filename, where.lineno)
    return "passed", ""


def run_all(checks, jobs):
    """Runs (name, function) pairs, prints the failures and the closing line, returns the status."""
    names = [name for name, _ in checks]
    doubled = sorted({name for name in names if names.count(name) > 1})
    results = {"passed": 0, "failed": len(doubled), "skipped": 0}
    for name in doubled:
        print("FAIL %s: two checks have this name" % name)
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = [(name, pool.submit(run_one, check)) for name, check in checks]
        for name, future in futures:
            outcome, reason = future.result()
            results[outcome] += 1
            if outcome == "failed":
                print("FAIL %s: %s" % (name, reason), flush=True)
            elif outcome == "skipped":
                print("SKIP %s: %s" % (name, reason), flush=True)
    closing = "%d passed, %d failed" % (results["passed"], results["failed"])
    if results["skipped"]:
        closing += ", %d skipped" % results["skipped"]
    print(closing)
    return 1 if results["failed"] or not results["passed"] else 0
