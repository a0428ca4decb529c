#!/usr/bin/env python3
"""Recognition: every corpus file against all adapters, from its first 64 KiB and never by its name.

    tests/e2e/recognition.py build/bin/tlswhy

What a file is comes from tables beside it: `format` of a case's expect.json, the facts of the shared
logs. The bytes go through standard input, so that there is no name. Prints the confusion table: what
the files are by row, what they were taken for by column; rows in brackets have no stated format and
are only shown. Status 1 where a file was taken for something else.
"""

import argparse
import collections
import concurrent.futures
import csv
import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), HERE]

from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

SHARED = os.path.join(os.path.dirname(ROOT), "shared", "corpora", "real")
HEAD = 1 << 16
# Not logs as they stand: a decoder comes first, which is tested with each format.
CODED = (b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")


def stated_cases():
    """(what it is, path) of the cases; in brackets where their format is not stated."""
    for path in sorted(glob.glob(os.path.join(ROOT, "corpora", "cases", "*", "expect.json"))):
        with open(path, encoding="utf-8") as stream:
            stated = json.load(stream).get("format")
        for log in glob.glob(os.path.join(os.path.dirname(path), "input*")):
            yield stated or "(cases)", log


def everyday():
    """Ordinary logs and other folders without a stated format."""
    for folder in ("clean/everyday", "seeds", "damaged"):
        for path in sorted(glob.glob(os.path.join(ROOT, "corpora", folder, "**"), recursive=True)):
            if os.path.isfile(path) and not path.endswith((".json", ".md", ".tsv")):
                yield "(%s)" % folder, path


def shared():
    """The shared logs, by the tables of facts that come with them."""
    with open(os.path.join(SHARED, "har-facts.tsv"), encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if row["json"] != "no" and row["entries"].isdigit() and row["notes"] != "zlib":
                yield "har", os.path.join(SHARED, row["file"])
    with open(os.path.join(SHARED, "evtx-counts.tsv"), encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            yield "evtx" if row["hdr_magic"] == "ok" else "(evtx without its head)", os.path.join(SHARED, row["file"])
    for path in glob.glob(os.path.join(SHARED, "**", "*.netlog.json"), recursive=True):
        yield "netlog", path


def recognise(tool, path):
    """What the first 64 KiB of a file are taken for; None: a decoder comes first."""
    with open(path, "rb") as stream:
        head = stream.read(HEAD)
    if head.startswith(CODED):
        return None
    report, _ = tool.json("-", stdin=head)
    told = report["inputs"][0]
    return told.get("format", told["status"])


def main():
    """Takes every file for something, and shows the table."""
    parser = argparse.ArgumentParser(description="Which adapter takes which file.")
    parser.add_argument("executable", help="the tlswhy to test")
    arguments = parser.parse_args()
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    files = [*stated_cases(), *everyday()]
    if os.path.isdir(SHARED):
        files += shared()
    else:
        print("skip  ../shared/corpora/real is absent")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        taken = list(pool.map(lambda entry: recognise(tool, entry[1]), files))
    table = collections.defaultdict(collections.Counter)
    failed = 0
    for (stated, path), found in zip(files, taken):
        if found is None:
            continue
        table[stated][found] += 1
        if not stated.startswith("(") and found != stated:
            failed += 1
            print("FAIL  %s: %s, taken for %s" % (os.path.relpath(path, ROOT), stated, found))
    columns = sorted({found for row in table.values() for found in row})
    print("%-24s" % "is, taken for" + " ".join("%*s" % (max(5, len(name)), name) for name in columns))
    for stated in sorted(table):
        print("%-24s" % stated + " ".join("%*s" % (max(5, len(name)), table[stated][name] or ".") for name in columns))
    print("%d passed, %d failed" % (sum(sum(row.values()) for row in table.values()) - failed, failed))
    return 1 if failed or not table else 0


if __name__ == "__main__":
    sys.exit(main())
