"""The cases and the damaged logs against their expect.json, the clean corpus against silence."""

import json
import os

from support.report import check_expectation, seen
from support.runner import need

KNOWN_KEYS = {"why", "client", "cause", "family", "fixes", "not_cause", "not_family", "verdict",
              "alternatives", "max_confidence", "format", "text"}


def case_input(folder):
    """The one file input.* of a case."""
    inputs = [name for name in os.listdir(folder) if name.startswith("input.")]
    need(len(inputs) == 1, "wants exactly one input.* in %s" % folder)
    return os.path.join(folder, inputs[0])


def check_case(tool, folder):
    """Runs one case as json and ndjson and holds both against expect.json."""
    with open(os.path.join(folder, "expect.json"), encoding="utf-8") as stream:
        expect = json.load(stream)
    need(expect.get("why"), "expect.json says no why")
    unknown = set(expect) - KNOWN_KEYS
    need(not unknown, "expect.json has unknown keys %s" % sorted(unknown))
    path = case_input(folder)
    report, result = tool.json(path)
    need(result.status == (1 if report["diagnoses"] else 0),
         "status %d with %d diagnoses" % (result.status, len(report["diagnoses"])))
    check_expectation(report, expect)
    if "format" in expect:
        formats = [entry.get("format") for entry in report["inputs"]]
        need(formats == [expect["format"]], "wants format %s, has %s" % (expect["format"], formats))
    if "text" in expect:
        text = tool.run("--color", "never", path).text
        for word in expect["text"]:
            need(word in text, "the text report does not say %r" % word)
    lines, _ = tool.ndjson(path)
    ids = [line["id"] for line in lines if line["type"] == "diagnosis"]
    superseded = {line["supersedes"] for line in lines if "supersedes" in line}
    need([i for i in ids if i not in superseded] == [d["id"] for d in report["diagnoses"]],
         "ndjson and json have other diagnoses")


def check_clean(tool, path):
    """A log without trouble gets no diagnosis, nothing inconclusive that claims TLS, and status 0."""
    report, result = tool.json(path)
    need(report["verdict"] is None, "a clean log got a diagnosis; %s" % seen(report))
    need(result.status == 0, "status %d for a clean log" % result.status)
    need(not report.get("inconclusive"), "a clean log got an inconclusive incident; %s" % seen(report))
    need([entry["status"] for entry in report["inputs"]] == ["ok"],
         "its status is not ok: %s" % report["inputs"])


def check_clean_folder(tool, folder):
    """The whole clean corpus in one run."""
    report, result = tool.json(folder)
    need(result.status == 0 and report["verdict"] is None, "status %d; %s" % (result.status, seen(report)))
    need(len(report["inputs"]) == len(os.listdir(folder)),
         "%d inputs for %d files" % (len(report["inputs"]), len(os.listdir(folder))))


def check_size(corpora):
    """The corpus is as large as the project promises."""
    count = len(os.listdir(os.path.join(corpora, "cases")))
    need(count >= 60, "only %d cases" % count)
    clean = os.path.join(corpora, "clean", "everyday")
    size = sum(os.path.getsize(os.path.join(clean, name)) for name in os.listdir(clean))
    need(30000 <= size <= 150000, "the clean corpus has %d bytes" % size)


def checks(tool):
    """One check for each case and clean log."""
    corpora = os.path.join(tool.root, "corpora")
    found = [("corpus/size", lambda: check_size(corpora))]
    for kind in ("cases", "damaged"):
        for name in sorted(os.listdir(os.path.join(corpora, kind))):
            folder = os.path.join(corpora, kind, name)
            found.append(("%s/%s" % (kind, name), lambda folder=folder: check_case(tool, folder)))
    clean = os.path.join(corpora, "clean", "everyday")
    for name in sorted(os.listdir(clean)):
        found.append(("clean/" + name, lambda path=os.path.join(clean, name): check_clean(tool, path)))
    found.append(("clean", lambda: check_clean_folder(tool, clean)))
    return found
