"""Real logs kept beside the repository: no crash, no TLS verdict. Skipped where they are absent."""

import collections
import csv
import json
import os
import re

from support.report import seen
from support.runner import Skip, need

NOT_LOGS = ("SOURCE.md", "LICENSE.from-source")


def is_log(path):
    """Whether a file is text (no NUL in its first bytes, or UTF-16 with its mark) or a Windows event log."""
    with open(path, "rb") as stream:
        head = stream.read(8192)
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in head or head.startswith(b"ElfFile\0")


def check_file(tool, path):
    """One real log."""
    report, result = tool.json(path)
    need(result.status in (0, 1, 3), "status %d" % result.status)
    for diagnosis in report["diagnoses"]:
        need(diagnosis["cause"]["family"] not in ("tls-version", "tls-cipher"),
             "a TLS verdict for a log without one; %s" % seen(report))


HAR_REQUEST = re.compile(r"[A-Z]* ?\S*(?: HTTP/|: status |: no answer|\n| net::)")

# Records that stand behind a torn one, which the agreed counts leave out: docs/inputs.md.
RECOVERED = {"2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx": 21,
             "sample_with_a_bad_chunk_magic.evtx": 31}


def check_counts(tool, path, row):
    """The records of an event log, and how often each event id, beside what other readers agree on."""
    records = [json.loads(line) for line in tool.run("records", path).text.splitlines()]
    more = RECOVERED.get(os.path.basename(path), 0)
    need(len(records) == int(row["walk_records"]) + more, "%d records, not %s + %d" % (len(records), row["walk_records"], more))
    need(all(record["record_id"].isdigit() and "line" not in record for record in records), "a record without its number")
    if row["agree"] == "all" and not more:
        counts = collections.Counter(str(record["event_id"]) for record in records)
        agreed = dict(pair.split(":") for pair in row["evtxexport_ids"].split(";"))
        need(counts == {number: int(count) for number, count in agreed.items()}, "ids %s, not %s" % (dict(counts), agreed))


def check_archive(tool, path, row):
    """The entries of a HAR file, beside a JSON parser; what is none is refused, or read as text."""
    report, _ = tool.json(path)
    told = report["inputs"][0]
    if row["json"] == "no" or not row["entries"].isdigit() or row["notes"] == "zlib":
        need(told.get("format") in ("har", "text") or told["status"] == "ignored", "neither read nor refused: %s" % told)
        return
    need(told["format"] == "har", "read as %s" % told["format"])
    records = [json.loads(line) for line in tool.run("records", path).text.splitlines()]
    entries = [record for record in records if HAR_REQUEST.match(record.get("text", ""))]
    need(len(entries) == int(row["entries"]), "%d entries, not %s" % (len(entries), row["entries"]))


def absent(folder):
    """The skip that says what is missing."""
    raise Skip("%s is absent" % folder)


def checks(tool):
    """One check for each log."""
    folder = os.path.normpath(os.path.join(tool.root, "..", "shared", "corpora", "real"))
    if not os.path.isdir(folder):
        return [("real", lambda: absent("../shared/corpora/real"))]
    found = []
    with open(os.path.join(folder, "evtx-counts.tsv"), encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            found.append(("real/counts/" + row["file"],
                          lambda p=os.path.join(folder, row["file"]), r=row: check_counts(tool, p, r)))
    with open(os.path.join(folder, "har-facts.tsv"), encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            found.append(("real/archives/" + row["file"],
                          lambda p=os.path.join(folder, row["file"]), r=row: check_archive(tool, p, r)))
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(where, name)
            if where != folder and name not in NOT_LOGS and is_log(path):
                found.append(("real/" + os.path.relpath(path, folder), lambda p=path: check_file(tool, p)))
    return found
