#!/usr/bin/env python3
"""Windows event logs: what our decoder prints, beside evtxexport (libevtx) and python-evtx.

    tests/diff/evtx.py build-debug/bin/tw_decode_cat [--filter NAME] [--jobs N]

Record by record: provider, event, number, time, and every value. The logs are those kept beside the repository
(skipped where they are absent) and some that are made here. Differences that are the other reader's fault
stand in THEIRS, with the reason. A missing reader is a failure. The closing line is that of tests/e2e.
"""

import argparse
import base64
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests"))

from support import evtx, runner  # noqa: E402
from support.runner import Skip, need, short  # noqa: E402

REAL = os.path.normpath(os.path.join(ROOT, "..", "shared", "corpora", "real"))
PYTHON_MOST = 150       # records of a file that python-evtx is asked for without --all: it is slow
EVENT = re.compile(r"^<Event[ >]", re.MULTILINE)
NAMESPACE = re.compile(r"\{[^}]*\}")
HEX = re.compile(r"0x[0-9a-fA-F]+")
TIME = re.compile(r"(\d{4,}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?Z?")
GUID = re.compile(r"\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")

# Records behind a torn one, which the walk of the table of counts does not reach. They stand before the free
# space and have numbers that the chunk's header claims.
RECOVERED = {
    "2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx": 21,
    "sample_with_a_bad_chunk_magic.evtx": 31,
}

# (reader, file): how many records it garbles, and why.
NULLS = "cannot print all binary XML: null values, its older forms"
TORN = "prints what is left of torn records"
LISTS = "drops all but one of several empty items of a list"
THEIRS = {
    ("evtxexport", "2-system-Microsoft-Windows-LiveId%4Operational.evtx"): (
        247, "does not escape markup in values"),
    ("evtxexport", "dns_log_malformed.evtx"): (4, "prints control characters"),
    ("evtxexport", "made"): (37, "does not escape attributes"),
    ("evtxexport", "issue_43.evtx"): (1, "drops the character behind half a surrogate pair"),
    ("python-evtx", "2-vss_7-System.evtx"): (1, LISTS),
    ("python-evtx", "Microsoft-Windows-CAPI2_Operational_EventID70.evtx"): (1, NULLS),
    ("python-evtx", "ID1116-1117-Defender_threat_detected.evtx"): (6, NULLS),
    ("python-evtx", "ID70-CAPI-Private_key_accessed_Mimikatz.evtx"): (3, NULLS),
    ("python-evtx", "E_Windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx"): (
        PYTHON_MOST, NULLS),
    ("python-evtx", "dns_log_malformed.evtx"): (4, "cannot print control characters"),
    ("python-evtx", "MSExchange_Management_wec.evtx"): (1, NULLS),
    ("python-evtx", "Microsoft-Windows-HelloForBusiness%4Operational.evtx"): (1, TORN),
    ("python-evtx", "sample_with_a_bad_chunk_magic.evtx"): (2, TORN),
}
# The same of all records, where --all asks for more than the first.
THEIRS_OF_ALL = {
    ("python-evtx", "evtx__System.evtx"): (48, LISTS),
    ("python-evtx", "2-vss_7-System.evtx"): (33, LISTS),
    ("python-evtx", "system.evtx"): (23, LISTS),
    ("python-evtx", "2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx"): (1, TORN),
    ("python-evtx", "E_Windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx"): (340, NULLS),
    ("python-evtx", "sample_with_a_bad_chunk_magic.evtx"): (3, TORN),
    ("python-evtx", "issue_43.evtx"): (1, "cannot print half a surrogate pair"),
}

READ_WITH_PYTHON = """
import json, sys
import Evtx.Evtx
most = int(sys.argv[2])
found = []
with Evtx.Evtx.Evtx(sys.argv[1]) as log:
    for i, record in enumerate(log.records()):
        if i == most:
            break
        try:
            found.append((record.record_num(), record.xml()))
        except Exception as error:
            found.append((record.record_num(), None))
json.dump(found, sys.stdout)
"""


# ---- readers ----------------------------------------------------------------------------------------------


def events_of(text):
    """The texts of the events in the output of a reader."""
    starts = [match.start() for match in EVENT.finditer(text)]
    return [text[start:end] for start, end in zip(starts, starts[1:] + [len(text)])]


def read_ours(tool, path):
    """(events, status, message)"""
    done = subprocess.run([tool, path], capture_output=True, check=False)
    need(done.returncode in (0, 1), "status %d: %s" % (done.returncode, short(done.stderr)))
    return events_of(done.stdout.decode("utf-8")), done.returncode, done.stderr.decode()


def read_evtxexport(path):
    """Events; where it gives up, those before."""
    done = subprocess.run(["evtxexport", "-f", "xml", path], capture_output=True, check=False)
    return events_of(done.stdout.decode("utf-8", "replace"))


def read_python_evtx(path):
    """(number, event or None) of the first records."""
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([python, "-c", READ_WITH_PYTHON, path, str(PYTHON_MOST)], capture_output=True,
                              check=False)
        if b"No module named 'Evtx'" not in done.stderr:
            break
    need(done.returncode == 0, "python-evtx: %s" % short(done.stderr[-300:]))
    return json.loads(done.stdout)


# ---- comparison -------------------------------------------------------------------------------------------


def flatten(element, path=""):
    """[(path, text)] of an element, its attributes and its children; what is empty is left out."""
    path += "/" + NAMESPACE.sub("", element.tag)
    found = [(path + "@" + NAMESPACE.sub("", key), value)
             for key, value in sorted(element.attrib.items()) if value]
    text = (element.text or "").strip()
    found += [(path, text)] if text else []
    for child in element:
        found += flatten(child, path)
        tail = (child.tail or "").strip()
        found += [(path, tail)] if tail else []
    return found


def parse(text):
    """The parts of an event; None: it is no XML."""
    try:
        return flatten(ET.fromstring(text))
    except ET.ParseError:
        return None


def key_of(parts):
    """Number of the record, provider, event."""
    values = dict(parts)
    return tuple(values.get("/Event/System/" + name) for name in ("EventRecordID", "Provider@Name", "EventID"))


def normal(text):
    """A value, however the reader likes to write it."""
    if HEX.fullmatch(text):
        return "0x%x" % int(text, 16)
    match = TIME.fullmatch(text)
    if match:
        # python-evtx has microseconds, rounded by a binary fraction.
        return "%s %s" % (match.group(1), match.group(2))
    if GUID.fullmatch(text):
        return text.lower()
    return " ".join(text.split())


def is_same(ours, theirs):
    """Whether two values mean the same."""
    if normal(ours) == normal(theirs) or ours.lower() == theirs.lower():
        return True
    try:
        number = float(ours)
        if abs(number - float(theirs)) <= 1e-6 * abs(number):
            return True
        # evtxexport takes the sign off without the complement.
        if any(int(theirs) == -(int(ours) & (1 << bits - 1) - 1) for bits in (8, 16, 32, 64) if number < 0):
            return True
    except ValueError:
        pass
    try:
        return bytes.fromhex(ours) == base64.b64decode(theirs, validate=True)
    except ValueError:
        return False


def difference(ours, theirs):
    """The first difference of two flattened events; None: none."""
    for mine, other in zip(ours, theirs):
        if mine[0] != other[0] or not is_same(mine[1], other[1]):
            return "%s, theirs %s" % (short(mine, 120), short(other, 120))
    if len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        return "%s has more: %s" % ("ours" if longer is ours else "theirs",
                                    short(longer[min(len(ours), len(theirs))], 120))
    return None


def compare(ours, theirs):
    """(records that are the same, [differences]) of two lists of events, paired by their keys."""
    pool = {}
    for parts in ours:
        pool.setdefault(key_of(parts), []).append(parts)
    same, differences = 0, []
    for parts in theirs:
        if parts is None:
            differences.append("theirs is no XML")
            continue
        mine = pool.get(key_of(parts))
        if not mine:
            differences.append("ours has no record %s" % (key_of(parts),))
            continue
        found = [difference(candidate, parts) for candidate in mine]
        if None in found:
            mine.pop(found.index(None))
            same += 1
        else:
            differences.append("record %s: %s" % (key_of(parts)[0], found[0]))
    return same, differences


def take_lists_apart(parts):
    """python-evtx puts the items of a list as markup into one element; others repeat the element."""
    found = []
    for path, text in parts:
        items = re.findall(r"<string>(.*?)</string>", text, re.DOTALL)
        found += [(path, item.strip()) for item in items if item.strip()] if items else [(path, text)]
    return found


# ---- checks -----------------------------------------------------------------------------------------------


def check_reader(name, reader, ours, theirs):
    """All records of the other reader are the same, but those that are known to be its fault."""
    same, differences = compare(ours, theirs)
    known, reason = THEIRS.get((reader, name), (0, ""))
    need(len(differences) == known, "%s: %d records are the same, %d differ, known are %d%s: %s"
         % (reader, same, len(differences), known, " (it %s)" % reason if reason else "",
            "; ".join(differences[:3])))
    need(same + len(differences) == len(theirs) and (same or known), "%s: nothing was compared" % reader)


def check_real(tool, row):
    """One of the logs kept beside the repository."""
    path = os.path.join(REAL, row["file"])
    name = os.path.basename(path)
    texts, status, message = read_ours(tool, path)
    ours = [parse(text) for text in texts]
    need(None not in ours, "event %d is no XML" % (ours.index(None) if None in ours else 0))
    wanted = int(row["walk_records"]) + RECOVERED.get(name, 0)
    need(len(ours) == wanted, "%d records, not %d; %s" % (len(ours), wanted, message))
    damaged = (row["chunks_bad_data_crc"] != "0" or row["size"] == "200000") and name != "Application_no_crc32.evtx"
    need(status == int(damaged), "status %d: %s" % (status, message))
    theirs = [parse(text) for text in read_evtxexport(path)]
    need(len(theirs) == int(row["evtxexport_records"]),
         "evtxexport: %d records, not %s" % (len(theirs), row["evtxexport_records"]))
    if theirs:
        check_reader(name, "evtxexport", ours, theirs)
    theirs = [parse(text) if text is not None else None for _, text in read_python_evtx(path)]
    need(len(theirs) == min(int(row["pyevtx_records"]), PYTHON_MOST), "python-evtx: %d records" % len(theirs))
    check_reader(name, "python-evtx", ours, [parts and take_lists_apart(parts) for parts in theirs])


def made_events(count):
    """Events of many shapes; with the same values each time."""
    events = []
    for i in range(count):
        data = [("n%d" % k, kind, value) for k, (kind, value) in enumerate((
            ("string", "text %d <&> \"q\" caf\u00e9 \u20ac" % i), ("uint32", i * 7919), ("uint8", i % 256),
            ("uint64", i << 40), ("int32", i), ("boolean", i % 2), ("hexint32", 0x80090000 + i),
            ("hexint64", i), ("guid", "0011223344556677889900112233%04x" % i), ("sid", "S-1-5-21-%d-500" % i),
            ("filetime", "2026-11-22T10:00:00.0000000Z"), ("binary", "00FF%04X" % i), ("ansi", "plain")))]
        event = {
            "provider": "Maker %d" % (i % 5), "event_id": 1000 + i % 300, "level": 1 + i % 5, "record_id": i + 10,
            "time": "2026-11-%02dT10:%02d:00.%07dZ" % (1 + i % 28, i % 60, i * 10), "channel": "Application",
            "process_id": i, "thread_id": 3 * i, "data": data[:i % (len(data) + 1)],
        }
        if i % 3 == 0:
            event["guid"] = "1f678132-5938-4686-9fdc-c8ff68f15c8%x" % (i % 5)
            event["activity_id"] = "1f678132-5938-4686-9fdc-c8ff68f1%04x" % i
            event["user_sid"] = "S-1-5-18"
        if i % 7 == 0:
            event["qualifiers"] = 16384
            event["data"] = [(None, "string", "unnamed"), (None, "string", "second")]
        if i % 11 == 0:
            event["user_data"] = {"name": "Info", "attributes": {"a": "1 & 2"},
                                  "children": [{"name": "In", "children": ["value %d" % i]}, {"name": "Empty"}]}
        events.append(event)
    return events


def wanted_text(kind, value):
    """What a value is printed as."""
    if kind in ("hexint32", "hexint64"):
        return "0x%x" % value
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "guid":
        return "{%s}" % str(uuid.UUID(value)).upper()
    return str(value)


def check_made(tool, records_in_chunk):
    """A log that is made here: what was put in comes out, and the other readers agree."""
    events = made_events(400)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "made.evtx")
        with open(path, "wb") as stream:
            stream.write(evtx.build(events, records_in_chunk))
        texts, status, message = read_ours(tool, path)
        need(status == 0, message)
        ours = [parse(text) for text in texts]
        need(len(ours) == len(events), "%d records" % len(ours))
        for event, parts in zip(events, ours):
            values = dict(parts)
            need(key_of(parts) == (str(event["record_id"]), event["provider"], str(event["event_id"])),
                 "record %s" % (key_of(parts),))
            need(values["/Event/System/TimeCreated@SystemTime"] == event["time"], "time of %s" % event)
            if "user_data" not in event:
                data = [text for where, text in parts if where == "/Event/EventData/Data"]
                wanted = [wanted_text(kind, value) for _, kind, value in event["data"]]
                need(data == wanted, "%s, not %s" % (data, wanted))
        check_reader("made", "evtxexport", ours, [parse(text) for text in read_evtxexport(path)])
        theirs = [parse(text) for _, text in read_python_evtx(path)]
        check_reader("made", "python-evtx", ours, theirs)


def absent():
    """The skip that says what is missing."""
    raise Skip("../shared/corpora/real is absent")


def checks(tool):
    """(name, check) of all logs."""
    found = [("made/%s" % size, lambda size=size: check_made(tool, size)) for size in (None, 1, 7)]
    table = os.path.join(REAL, "evtx-counts.tsv")
    if not os.path.isfile(table):
        return found + [("real", absent)]
    with open(table, encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return found + [("real/" + row["file"], lambda row=row: check_real(tool, row)) for row in rows]


def main():
    """Runs the checks."""
    parser = argparse.ArgumentParser(description="Compares the EVTX decoder with other readers.")
    parser.add_argument("tool", help="path of tw_decode_cat")
    parser.add_argument("--filter", default="", metavar="NAME", help="only checks whose name contains NAME")
    parser.add_argument("--all", action="store_true", help="ask python-evtx for every record (some minutes)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    if arguments.all:
        global PYTHON_MOST  # pylint: disable=global-statement
        PYTHON_MOST = 1 << 30
        THEIRS.update(THEIRS_OF_ALL)
    found = [check for check in checks(os.path.abspath(arguments.tool)) if arguments.filter in check[0]]
    return runner.run_all(found, arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
