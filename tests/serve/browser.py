#!/usr/bin/env python3
"""What a person sees on the page, in headless Chromium: the documents' example errors pasted, files dropped, light and dark,
a small screen, the keyboard alone, and an accessibility check (axe-core).

    tests/serve/browser.py build/bin/tlswhy [--screenshots FOLDER]

Needs chromium, nodejs and npm; playwright-core and axe-core are installed below build/.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "bench"), HERE]

import corpus  # noqa: E402
from server import serving  # noqa: E402
from support import runner  # noqa: E402
from support.runner import need, short  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

SEEDS = os.path.join(ROOT, "corpora", "seeds")
MODULES = {"playwright-core": "1.65.1", "axe-core": "4.14.1"}
ERRORS = ("browser-error", "connector-error", "developer-tools-error")
SHAPES = ("kb.md", "blog.txt", "mail.txt", "raw.log")
HEADLINES = {"browser-error": "browser", "connector-error": "Dynamics tool", "developer-tools-error": ".NET program"}
SECRET = "Hunter2Secret"
# Text that would be markup if it were taken for it.
MARKUP = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script> \u00e4\u4e2d\U0001f511"


def modules():
    """The folder of the node modules, filled where they are missing."""
    folder = os.path.join(ROOT, "build", "browser")
    os.makedirs(folder, exist_ok=True)
    wanted = ["%s@%s" % item for item in MODULES.items()]
    for name, version in MODULES.items():
        try:
            with open(os.path.join(folder, "node_modules", name, "package.json"), encoding="utf-8") as stream:
                there = json.load(stream)["version"] == version
        except OSError:
            there = False
        if not there:
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, *wanted],
                           check=True)
            break
    return os.path.join(folder, "node_modules")


def read(name):
    """A seed as text."""
    with open(os.path.join(SEEDS, name), encoding="utf-8", newline="") as stream:
        return stream.read()


def job(tool, screenshots):
    """What the browser is to do."""
    steps = [{"name": "connector-error.raw.log", "paste": read("connector-error.raw.log")}]
    steps += [{"name": "%s.%s" % (error, shape), "paste": read("%s.%s" % (error, shape))} for error in ERRORS for shape in SHAPES]
    secret = read("connector-error.raw.log").replace("Authentication context", "Authentication context password=" + SECRET, 1)
    steps += [
        {"name": "gzip", "files": [os.path.join(SEEDS, "connector-error.raw.log.gz")]},
        {"name": "evtx", "files": [tool.file("System.evtx", corpus.event_log_bytes(1))]},
        {"name": "two", "paste": read("browser-error.kb.md"), "files": [os.path.join(SEEDS, "connector-error.utf16le.log")]},
        {"name": "markup", "paste": MARKUP + "\n" + secret.replace("CrmConnectControl", "CrmConnectControl " + MARKUP, 1)},
        {"name": "hidden", "files": [tool.file("a.log", secret)]},
        {"name": "shown", "files": [tool.file("a.log", secret)], "redact": False},
        {"name": "nothing", "paste": "an ordinary line\n"},
    ]
    return {"steps": steps, "drop": os.path.join(SEEDS, "connector-error.two-members.log.gz"), "screenshots": screenshots}


def drive(tool, screenshots):
    """Lets the browser do it; its lines by what they are about."""
    with tempfile.TemporaryDirectory(prefix="tlswhy-browser-") as folder, serving(tool) as server:
        path = os.path.join(folder, "job.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(job(tool, screenshots), stream)
        done = subprocess.run(["node", os.path.join(HERE, "browser.js"), modules(), shutil.which("chromium"), server.url, path],
                              capture_output=True, timeout=600, check=False)
        need(done.returncode == 0, "the browser: %s" % short(done.stderr, 2000))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    seen = {line["step"]: line for line in lines if "step" in line}
    looks = {line["look"]: line for line in lines if "look" in line}
    others = {key: value for line in lines if "step" not in line and "look" not in line for key, value in line.items()}
    return seen, looks, others


def check_seed(seen, name):
    """The verdict as in the text report, and the evidence marked in the text."""
    page = seen[name]
    error = name.split(".")[0]
    need(len(page["headlines"]) == 1 and HEADLINES[error] in page["headlines"][0], "headlines %s" % page["headlines"])
    need(len(page["confidence"]) >= 1 and "%" in page["confidence"][0] and "likely" in page["confidence"][0], "confidence %s" % page["confidence"])
    need(page["focus"] == page["headlines"][0], "the focus is on %s" % short(page["focus"]))
    need(page["status"].startswith("Done: 1 diagnosis."), "says %s" % page["status"])
    for section in ("What to do", "Why", "Less likely"):
        need(section in page["sections"], "no section %s in %s" % (section, page["sections"]))
    need(page["steps"] and page["evidence"] and page["marks"], "steps, evidence, marks: %s" % short(page))
    need(page["pictures"] == len(page["evidence"]), "%d shapes for %d pieces" % (page["pictures"], len(page["evidence"])))
    need(page["links"] and all(link == ["https:", "noreferrer noopener"] for link in page["links"]), "links %s" % page["links"])
    need("JSON" in page["downloads"], "downloads %s" % page["downloads"])


def check_marks(seen):
    """The marks stand where the evidence is."""
    marks = seen["connector-error.raw.log"]["marks"]
    need(any(mark.startswith("ERROR REQUESTING Token") for mark in marks) or any("CrmServiceClient" in mark for mark in marks), "marks %s" % marks)
    need(any("HttpWebResponseWrapper.Close" in mark for mark in marks), "marks %s" % marks)


def check_files(seen, others):
    """Compressed files, an event log, several questions."""
    for name in ("gzip", "drop"):
        need("Dynamics tool" in seen[name]["headlines"][0] and "gzip" in seen[name]["text"], "%s: %s" % (name, short(seen[name]["text"])))
        need(not seen[name]["marks"], "%s: marks without a pasted text" % name)
    need("evtx" in seen["evtx"]["text"], "event log: %s" % short(seen["evtx"]["text"]))
    need(len(seen["two"]["headlines"]) == 2, "two questions: %s" % seen["two"]["headlines"])
    need("connector-error.two-members.log.gz" in others["dropped"], "dropped %s" % others["dropped"])
    need(others["downloaded"] == "tlswhy.report/1", "downloaded %s" % others["downloaded"])


def check_secrets(seen, others):
    """Secrets are hidden until the switch is off, with a warning then."""
    need(SECRET not in seen["hidden"]["text"] and SECRET in seen["shown"]["text"], "the switch does nothing")
    need(others["warned"] and "Secrets are shown" in seen["shown"]["text"], "no warning")


def check_text(seen, others):
    """Markup in a log stays text; nothing found is said; nothing to do is said."""
    need(MARKUP in seen["markup"]["text"] or "<script>" in seen["markup"]["text"], "the markup is gone: %s" % short(seen["markup"]["text"]))
    need("No known error" in seen["nothing"]["headlines"][0], "nothing: %s" % seen["nothing"]["headlines"])
    need("nothing to diagnose" in others["empty"], "empty: %s" % others["empty"])
    need(not others["foreign"], "asks elsewhere: %s" % others["foreign"])
    need(not others["complaints"], "the browser complains: %s" % others["complaints"])


def check_look(looks, name):
    """Accessible, and nothing sticks out."""
    look = looks[name]
    bad = [violation for violation in look["violations"] if violation["impact"] in ("moderate", "serious", "critical")]
    need(not bad, "accessibility: %s" % short(bad, 1500))
    need(not look["wide"], "wider than the screen")
    need(look["keys"][0] == "skip" and {"log", "choose", "clear", "redact", "diagnose"} <= set(look["keys"]), "keys reach %s" % look["keys"])


def main():
    """Drives the browser once, then looks at what it saw."""
    parser = argparse.ArgumentParser(description="The page of tlswhy serve in a browser.")
    parser.add_argument("executable", help="the tlswhy to test")
    parser.add_argument("--screenshots", metavar="FOLDER", help="leave pictures of the page there")
    arguments = parser.parse_args()
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    try:
        seen, looks, others = drive(tool, arguments.screenshots and os.path.abspath(arguments.screenshots))
    except runner.Failure as failure:
        print("FAIL browser: %s\n0 passed, 1 failed" % failure)
        return 1
    found = [("browser/seed/%s.%s" % (error, shape), lambda n="%s.%s" % (error, shape): check_seed(seen, n))
             for error in ERRORS for shape in SHAPES]
    found += [("browser/marks", lambda: check_marks(seen)), ("browser/files", lambda: check_files(seen, others)),
              ("browser/secrets", lambda: check_secrets(seen, others)), ("browser/text", lambda: check_text(seen, others))]
    found += [("browser/look/" + name, lambda n=name: check_look(looks, n)) for name in ("light", "dark", "small", "small-dark")]
    return runner.run_all(found, 1)


if __name__ == "__main__":
    sys.exit(main())
