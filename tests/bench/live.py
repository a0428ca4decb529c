#!/usr/bin/env python3
"""How soon a live input is answered.

    tests/bench/live.py build/bin/tlswhy [--count N]

Prints distributions: from the last byte of an incident, or of the record that shows it complete, to its diagnosis on
standard output; and from a record to its confirmation. Held to the promises of docs/live.md (medians, and the p99 of
confirmations).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

MESSAGE = ("2026-11-22T10:00:00 Error System.Net.WebException: The request was aborted: Could not create SSL/TLS "
           "secure channel. https://org%s.crm.dynamics.com/\n")
OTHER = "2026-11-22T10:00:01 Information nothing to see in this line"


def distribution(name, seconds, unit, limits):
    """Prints quantiles; whether each is within its limit."""
    scale = {"us": 1e6, "ms": 1e3}[unit]
    seconds.sort()
    at = {q: seconds[min(len(seconds) - 1, int(len(seconds) * q))] * scale for q in (0.5, 0.9, 0.99)}
    print("%-34s median %8.1f  p90 %8.1f  p99 %8.1f  max %8.1f %s  (%d)" % (
        name, at[0.5], at[0.9], at[0.99], seconds[-1] * scale, unit, len(seconds)))
    return [(at[q] <= limit, "%s: %.1f %s, more than %.1f" % (name, at[q], unit, limit)) for q, limit in limits.items()]


def pipe(tool, idle):
    """The program behind an open pipe."""
    return subprocess.Popen([tool, "--format", "ndjson", "--idle", str(idle)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, bufsize=0)


def by_next_record(tool, count):
    """Incident after incident; each is completed by the next."""
    process = pipe(tool, 60000)
    times = []
    process.stdin.write((MESSAGE % "first").encode())
    out = process.stdout.fileno()
    for number in range(count):
        time.sleep(0.02)
        start = time.perf_counter()
        process.stdin.write((MESSAGE % number).encode())
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(out, 1 << 16)
        times.append(time.perf_counter() - start)
    process.kill()
    process.wait()
    return times


def by_idle(tool, count):
    """An incident that nothing completes but the idle time."""
    process = pipe(tool, 300)
    out = process.stdout.fileno()
    times = []
    for number in range(count):
        start = time.perf_counter()
        process.stdin.write((MESSAGE % number).encode())
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(out, 1 << 16)
        times.append(time.perf_counter() - start)
    process.kill()
    process.wait()
    return times


def confirmations(tool, count):
    """Records as rsyslog sends them, one in a hundred with a diagnosis."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([tool, "stream", "--protocol", "omprog", "--append",
                                    os.path.join(folder, "out.ndjson")], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, bufsize=0)
        process.stdout.readline()
        for number in range(count):
            message = (MESSAGE % number).strip() if number % 100 == 7 else OTHER
            record = json.dumps({"host": "srv1", "source": "/var/log/app.log", "offset": number * 200,
                                 "msg": message}).encode() + b"\n"
            start = time.perf_counter()
            process.stdin.write(record)
            process.stdout.readline()
            times.append(time.perf_counter() - start)
        process.stdin.close()
        process.wait()
    return times


def main():
    """Runs all; the closing line is that of the tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--count", type=int, default=50)
    options = parser.parse_args()
    tool = os.path.abspath(options.tool)
    checks = distribution("by the next record", by_next_record(tool, options.count), "ms", {0.5: 20})
    checks += distribution("by the idle time (300 ms)", by_idle(tool, max(10, options.count // 4)), "ms", {0.5: 350})
    checks += distribution("a confirmation", confirmations(tool, options.count * 200), "us", {0.5: 100, 0.99: 2000})
    for good, detail in checks:
        if not good:
            print("FAIL " + detail)
    failed = sum(not good for good, _ in checks)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
