#!/usr/bin/env python3
"""Live inputs: pipes that stay open, followed files, and log shippers.

    tests/live/run.py build/bin/tlswhy [--rounds N] [--seed N] [--filter NAME] [--jobs N]

The closing line is that of tests/e2e. No check depends on an exact time; what is waited for has a bound.
"""

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests"))

from support import runner  # noqa: E402
from support.report import comparable  # noqa: E402
from support.runner import Failure, need  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

WAIT = 30
MESSAGE = ("2026-11-22T10:00:00 Error System.Net.WebException: The request was aborted: Could not create SSL/TLS "
           "secure channel. https://org%s.crm.dynamics.com/\n")
OTHER = "2026-11-22T10:00:01 Information nothing to see in this line\n"
ANSWERS = ("diagnosis", "inconclusive")


def host(name):
    """The host that MESSAGE % name names."""
    return "org%s.crm.dynamics.com" % name


class Reader:
    """Collects the ndjson lines of a stream, with the time at which each came."""

    def __init__(self, stream):
        self.lines = []
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        """Reads to the end."""
        for line in stream:
            self.lines.append((time.monotonic(), json.loads(line)))

    def wait(self, wanted, seconds=WAIT):
        """The first line that `wanted` accepts."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for when, line in list(self.lines):
                if wanted(line):
                    return when, line
            time.sleep(0.005)
        raise Failure("what was waited for did not come; there is %s" % [
            (line["type"], line.get("hosts")) for _, line in self.lines])


def names(wanted):
    """Accepts the diagnosis of a host."""
    return lambda line: line["type"] in ANSWERS and wanted in line.get("hosts", [])


def standing(lines):
    """What stands at the end: superseded answers taken away, counts brought up to date."""
    answers = {}
    for line in lines:
        if line["type"] in ANSWERS:
            need(line["id"] not in answers, "the id %s came twice" % line["id"])
            if "supersedes" in line:
                need(line["supersedes"] in answers, "%s supersedes what was not told" % line["id"])
                del answers[line["supersedes"]]
            answers[line["id"]] = dict(line)
        elif line["type"] == "repeat":
            need(line["id"] in answers, "a repeat of what does not stand: %s" % line["id"])
            answers[line["id"]]["count"] = line["count"]
            if "last_time" in line:
                answers[line["id"]]["last_time"] = line["last_time"]
    for answer in answers.values():
        answer.pop("supersedes", None)
    return answers


def ordered(answers):
    """Answers without names and ids, in one order."""
    plain = comparable({"diagnoses": [
        {key: value for key, value in answer.items() if key != "type"} for answer in answers]})
    return sorted(json.dumps(answer, sort_keys=True) for answer in plain)


# ---- pipes ------------------------------------------------------------------------------------------------


def open_pipe(tool, *args):
    """The program behind a pipe that stays open, and a reader of its answers."""
    process = tool.start("--format", "ndjson", *args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    return process, Reader(process.stdout)


def end_pipe(process, reader):
    """Closes the pipe; the lines."""
    process.stdin.close()
    process.wait(WAIT)
    reader.thread.join(WAIT)
    return [line for _, line in reader.lines]


def check_next_record(tool):
    """The record of another incident completes the one before it; the idle time the last one."""
    process, reader = open_pipe(tool, "--idle", "1500")
    process.stdin.write((MESSAGE % "a").encode())
    time.sleep(0.1)
    process.stdin.write((MESSAGE % "b").encode())
    start = time.monotonic()
    first, _ = reader.wait(names(host("a")))
    second, _ = reader.wait(names(host("b")))
    need(first - start < 1.4, "the next record did not complete the incident: %.3f s" % (first - start))
    need(second - start > 1.4, "an incident was told before the idle time: %.3f s" % (second - start))
    end_pipe(process, reader)
    need(process.returncode == 1, "status %d" % process.returncode)


def check_half_line(tool):
    """A line without its end is looked at after the idle time, and is one with what comes later."""
    process, reader = open_pipe(tool, "--idle", "50")
    text = (MESSAGE % "half").encode()
    process.stdin.write(text[:-20])
    reader.wait(lambda line: line["type"] in ANSWERS)
    process.stdin.write(text[-20:])
    time.sleep(0.3)
    lines = end_pipe(process, reader)
    report, _ = tool.json(tool.file("half.log", text))
    need(ordered(standing(lines).values()) == ordered(report["diagnoses"] + report["inconclusive"]),
         "what stands at the end is not the answer for the whole")


def check_repeats(tool):
    """The same diagnosis again is counted and not told again."""
    process, reader = open_pipe(tool, "--idle", "30", "--repeat-after", "0")
    for _ in range(5):
        process.stdin.write((MESSAGE % "same").encode())
        time.sleep(0.15)
    lines = end_pipe(process, reader)
    told = [line for line in lines if line["type"] == "diagnosis" and "supersedes" not in line]
    need(len(told) == 1, "told %d times" % len(told))
    need([answer["count"] for answer in standing(lines).values()] == [5], "the count at the end is not 5")
    need(any(line["type"] == "repeat" for line in lines), "no repeat line")


def check_quiet_repeats(tool):
    """Before --repeat-after has passed, nothing is said of a repetition but at the end."""
    process, reader = open_pipe(tool, "--idle", "30")
    for _ in range(4):
        process.stdin.write((MESSAGE % "same").encode())
        time.sleep(0.1)
    before = len([line for _, line in reader.lines if line["type"] == "repeat"])
    lines = end_pipe(process, reader)
    need(before == 0, "a repeat line came within the minute")
    need([answer["count"] for answer in standing(lines).values()] == [4], "the count at the end is not 4")


def random_feed(tool, path, rng):
    """A file fed in random cuts with random pauses, and what stands at the end."""
    with open(path, "rb") as stream:
        data = stream.read()
    process, reader = open_pipe(tool, "--idle", str(rng.choice((15, 30, 60))))
    budget = 25
    while data:
        size = rng.choice((1, 7, rng.randint(1, 200), rng.randint(1, 5000), rng.randint(1, 1 << 17)))
        budget -= 1
        size = len(data) if budget <= 0 else size
        process.stdin.write(data[:size])
        data = data[size:]
        time.sleep(rng.choice((0, 0, 0.005, 0.02, 0.05, 0.1)))
    return end_pipe(process, reader)


def check_same(tool, path, seed):
    """However a pipe is cut and paused, what stands at the end is the answer for the file."""
    lines = random_feed(tool, path, random.Random("%s %s" % (seed, path)))
    for line in lines:
        tool.schema.check_line(line)
    report, result = tool.json(path)
    need(ordered(standing(lines).values()) == ordered(report["diagnoses"] + report["inconclusive"]),
         "%s: another answer than for the file (seed %s)" % (path, seed))
    summary = lines[-1]["summary"]
    need(summary["diagnoses"] == report["summary"]["diagnoses"], "another number of diagnoses")


def long_log(tool):
    """A log of some blocks, with incidents in all of it, some again and again."""
    rng = random.Random(5)
    rows = []
    for number in range(12000):
        rows.append(OTHER)
        if number % 400 == 7:
            rows.append(MESSAGE % rng.randint(0, 20))
        if number % 900 == 3:
            rows.append("2026-11-22T10:00:02 Error A call to SSPI failed, see inner exception. --> The client and "
                        "server cannot communicate, because they do not possess a common algorithm\n")
    return tool.file("long.log", "".join(rows))


# ---- followed files ---------------------------------------------------------------------------------------


class Followed:
    """The program following a folder with one log, its answers in a file."""

    def __init__(self, tool, *args, name="app.log", target=None):
        self.tool = tool
        self.folder = tool.folder()
        self.path = os.path.join(self.folder, name)
        self.out = os.path.join(tool.folder(), "out.ndjson")
        self.checkpoint = os.path.join(tool.folder(), "checkpoint")
        self.args = args
        self.target = target or self.folder
        self.process = None

    def start(self):
        """Starts the program."""
        self.process = self.tool.start("--follow", "--idle", "50", "--format", "ndjson", "--append", self.out,
                                       "--checkpoint", self.checkpoint, *self.args, self.target,
                                       stdout=subprocess.DEVNULL)
        return self

    def write(self, text, mode="ab"):
        """Appends to the log."""
        with open(self.path, mode) as stream:
            stream.write(text.encode() if isinstance(text, str) else text)

    def lines(self):
        """What was told so far."""
        if not os.path.exists(self.out):
            return []
        with open(self.out, encoding="utf-8") as stream:
            return [json.loads(row) for row in stream.read().splitlines(keepends=True) if row.endswith("\n")]

    def wait(self, name):
        """Waits until the diagnosis of a host is told."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            if any(names(host(name))(line) for line in self.lines()):
                return
            time.sleep(0.01)
        raise Failure("%s was not told" % host(name))

    def wait_saved(self):
        """Waits until the checkpoint was written after this moment."""
        before = os.stat(self.checkpoint).st_mtime_ns if os.path.exists(self.checkpoint) else 0
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            if os.path.exists(self.checkpoint) and os.stat(self.checkpoint).st_mtime_ns != before:
                return
            time.sleep(0.02)
        raise Failure("no checkpoint was written")

    def kill(self):
        """Kills the program without a warning."""
        self.process.kill()
        self.process.wait(WAIT)

    def end(self, *told):
        """Ends the program; each of these hosts was told, and once after a union by id."""
        self.process.send_signal(signal.SIGTERM)
        need(self.process.wait(WAIT) == 143, "status %d" % self.process.returncode)
        self.check(*told)

    def check(self, *told):
        """Each of these hosts was told, and once after a union by id."""
        ids = {}
        gone = set()
        for line in self.lines():
            if line["type"] in ANSWERS:
                gone.add(line.get("supersedes"))
                for one in line.get("hosts", []):
                    ids.setdefault(one, set()).add(line["id"])
        for name in told:
            need(len(ids.get(host(name), set()) - gone) == 1,
                 "%s stands %d times" % (host(name), len(ids.get(host(name), set()) - gone)))
        need(len(ids) == len(told), "hosts told are %s" % sorted(ids))


def check_append(tool):
    """What is appended, also in a file that did not exist, and in a new file of the folder."""
    followed = Followed(tool).start()
    followed.write(OTHER + MESSAGE % "one")
    followed.wait("one")
    followed.write(MESSAGE % "two")
    followed.wait("two")
    followed.path = os.path.join(followed.folder, "later.log")
    followed.write(MESSAGE % "three")
    followed.wait("three")
    followed.end("one", "two", "three")


def check_rotate(tool):
    """Rotation by renaming: what the writer still writes to the renamed file is read, too."""
    followed = Followed(tool).start()
    followed.write(OTHER + MESSAGE % "one")
    followed.wait("one")
    with open(followed.path, "a", encoding="utf-8") as old:
        os.rename(followed.path, followed.path + ".1")
        followed.write(MESSAGE % "two")
        old.write(MESSAGE % "late")
    followed.wait("late")
    followed.wait("two")
    with open(followed.path + ".1", "rb") as plain, gzip.open(followed.path + ".1.gz", "wb") as packed:
        packed.write(plain.read())
    os.unlink(followed.path + ".1")
    followed.write(MESSAGE % "three")
    followed.wait("three")
    followed.end("one", "late", "two", "three")


def check_truncate(tool):
    """Rotation by copying and truncating, and a file that is made anew."""
    followed = Followed(tool).start()
    followed.write(OTHER * 20 + MESSAGE % "one")
    followed.wait("one")
    shutil.copy(followed.path, followed.path + ".1")
    os.truncate(followed.path, 0)
    followed.write("short " + MESSAGE % "two")
    followed.wait("two")
    os.unlink(followed.path)
    followed.write("anew " + MESSAGE % "three")
    followed.wait("three")
    followed.end("one", "two", "three")


def check_half_character(tool):
    """UTF-16 that arrives in halves of characters and of lines."""
    followed = Followed(tool, "--idle", "20").start()
    data = b"\xff\xfe" + (OTHER + MESSAGE % "wide" + "\U0001f512 " + MESSAGE % "next").encode("utf-16-le")
    for start in range(0, len(data), 37):
        followed.write(data[start:start + 37])
        time.sleep(0.03)
    followed.wait("wide")
    followed.wait("next")
    followed.end("wide", "next")


def check_restart(tool):
    """Killed and started again: at least once, and once after a union by id; also over a rotation."""
    followed = Followed(tool).start()
    followed.write(OTHER + MESSAGE % "one")
    followed.wait("one")
    followed.wait_saved()
    followed.kill()
    followed.write(MESSAGE % "two")
    os.rename(followed.path, followed.path + ".1")
    followed.write(MESSAGE % "three")
    os.rename(followed.path + ".1", followed.path + ".2")
    os.rename(followed.path, followed.path + ".1")
    followed.write(MESSAGE % "four")
    followed.start()
    followed.wait("four")
    followed.end("one", "two", "three", "four")


def check_restart_copied(tool):
    """Copied and truncated while the program was away: the copy is read from where reading had stopped."""
    followed = Followed(tool).start()
    followed.write(OTHER * 5 + MESSAGE % "one")
    followed.wait("one")
    followed.wait_saved()
    followed.kill()
    followed.write(MESSAGE % "two")
    shutil.copy(followed.path, followed.path + ".1")
    os.truncate(followed.path, 0)
    followed.write("short " + MESSAGE % "three")
    followed.start()
    followed.wait("three")
    followed.wait("two")
    followed.end("one", "two", "three")


def check_restart_quiet(tool):
    """A restart after an end in peace tells nothing twice."""
    followed = Followed(tool).start()
    followed.write(OTHER + MESSAGE % "one" + MESSAGE % "two" + OTHER * 60)
    followed.wait("two")
    followed.end("one", "two")
    followed.start()
    followed.write(MESSAGE % "three")
    followed.wait("three")
    followed.end("one", "two", "three")


def check_hangup(tool):
    """HUP opens the file that is appended to again."""
    followed = Followed(tool).start()
    followed.write(MESSAGE % "one")
    followed.wait("one")
    os.rename(followed.out, followed.out + ".1")
    followed.process.send_signal(signal.SIGHUP)
    time.sleep(0.1)
    followed.write(MESSAGE % "two")
    followed.wait("two")
    need(os.path.exists(followed.out + ".1"), "the old file is gone")
    followed.process.send_signal(signal.SIGTERM)
    followed.process.wait(WAIT)


def check_many(tool):
    """More logs than are open at once."""
    followed = Followed(tool).start()
    for number in range(80):
        followed.path = os.path.join(followed.folder, "log%d.log" % number)
        followed.write(OTHER + MESSAGE % ("n%d" % number))
    for number in range(80):
        followed.wait("n%d" % number)
    followed.path = os.path.join(followed.folder, "log0.log")
    followed.write(MESSAGE % "again")
    followed.wait("again")
    followed.end("again", *["n%d" % number for number in range(80)])


def check_refused(tool):
    """What cannot be followed is refused before anything is read."""
    for args in (["--follow"], ["--follow", "-"], ["--follow", "--format", "json", "."],
                 ["--follow", "-o", "x", "."], ["--checkpoint", "x", "."], ["stream"],
                 ["stream", "--protocol", "omprog"], ["stream", "--protocol", "plain", "file"]):
        result = tool.run(*args, cwd=tool.folder())
        need(result.status == 2, "%s ends with %d" % (" ".join(args), result.status))
        need(result.err, "%s says nothing" % " ".join(args))
    broken = tool.file("checkpoint", "something else\n")
    result = tool.run("--follow", "--checkpoint", broken, tool.folder())
    need(result.status == 2, "a broken checkpoint ends with %d" % result.status)


# ---- log shippers -----------------------------------------------------------------------------------------


class Shipper:
    """Plays rsyslog's omprog with confirmations."""

    def __init__(self, tool):
        self.tool = tool
        self.out = os.path.join(tool.folder(), "out.ndjson")
        self.start()

    def start(self):
        """Starts the program and waits until it is ready."""
        self.process = self.tool.start("stream", "--protocol", "omprog", "--append", self.out,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        need(self.process.stdout.readline() == b"OK\n", "it did not say that it is ready")

    def send(self, record):
        """Sends a record; whether it was confirmed."""
        try:
            self.process.stdin.write(record)
            return self.process.stdout.readline() == b"OK\n"
        except BrokenPipeError:
            return False

    def lines(self):
        """What was told."""
        with open(self.out, encoding="utf-8") as stream:
            return [json.loads(row) for row in stream if row.endswith("\n")]


def record(number, message):
    """A record as rsyslog's template makes it, slashes escaped as it does."""
    data = {"host": "srv1", "source": "/var/log/crm/app.log", "offset": number * 1000, "msg": message}
    return json.dumps(data).replace("/", "\\/").encode() + b"\n"


def check_omprog(tool):
    """Each diagnosis is in the file before its record is confirmed."""
    shipper = Shipper(tool)
    for number in range(200):
        hit = number % 20 == 3
        need(shipper.send(record(number, (MESSAGE % number if hit else OTHER).strip())), "not confirmed")
        if hit:
            need(any(names(host(number))(line) for line in shipper.lines()), "confirmed before it was told")
    shipper.process.stdin.close()
    need(shipper.process.wait(WAIT) == 0, "status %d" % shipper.process.returncode)


def check_omprog_kills(tool):
    """Killed at any moment: what was not confirmed is sent again; nothing is lost, doubles have one id."""
    shipper = Shipper(tool)
    rng = random.Random(3)
    number = 0
    while number < 300:
        message = (MESSAGE % number if number % 10 == 3 else OTHER).strip()
        if rng.random() < 0.03:
            # The record is on its way when the program dies, taken or not.
            try:
                shipper.process.stdin.write(record(number, message))
            except BrokenPipeError:
                pass
            time.sleep(rng.choice((0, 0.0001, 0.001)))
            shipper.process.kill()
            shipper.process.wait(WAIT)
            shipper.start()
        if shipper.send(record(number, message)):
            number += 1
    ids = {}
    for line in shipper.lines():
        need(line["type"] in ANSWERS, "a line of type %s" % line["type"])
        for one in line["hosts"]:
            ids.setdefault(one, set()).add(line["id"])
    for wanted in range(3, 300, 10):
        need(len(ids.get(host(wanted), ())) == 1, "%s has ids %s" % (host(wanted), ids.get(host(wanted))))
    shipper.process.stdin.close()
    shipper.process.wait(WAIT)


def told_by_stream(tool, lines):
    """The hosts that `stream --protocol plain` tells of these lines."""
    result = tool.run("stream", "--protocol", "plain", "--exit-zero", stdin=b"\n".join(lines) + b"\n")
    need(result.status == 0, "status %d: %s" % (result.status, result.messages))
    return [(line["path"], one) for line in map(json.loads, result.text.splitlines())
            for one in line.get("hosts", [])], result


def check_plain(tool):
    """Lines and JSON lines: the members in which shippers put text, file and host."""
    text = (MESSAGE % "p").strip()
    shapes = {
        "-": text.encode(),
        "h:/var/log/a.log": json.dumps({"hostname": "h", "file": "/var/log/a.log", "message": text}).encode(),
        "h:/b.log": json.dumps({"host": {"name": "h"}, "log": {"file": {"path": "/b.log"}},
                                "message": text}).encode(),
        "srv:crm.service": json.dumps({"_HOSTNAME": "srv", "_SYSTEMD_UNIT": "crm.service",
                                       "MESSAGE": list(text.encode())}).encode(),
    }
    for path, line in shapes.items():
        told, _ = told_by_stream(tool, [line])
        need(told == [(path, host("p"))], "%s: told %s" % (path, told))
    told, _ = told_by_stream(tool, [b"{broken", b"", b"[1]", b'{"msg":null}', text.encode()])
    need(told == [("-", host("p"))], "told %s" % told)


def check_layouts(tool):
    """The hand-made layouts of docs/live.md are read."""
    folder = os.path.join(ROOT, "tests", "live", "layouts")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as stream:
            lines = stream.read().splitlines()
        result = tool.run("stream", "--protocol", "plain", stdin=b"\n".join(lines) + b"\n")
        need(result.status == 1, "%s: status %d %s" % (name, result.status, result.messages))


def check_journal(tool):
    """A journal as journalctl prints it."""
    remote = "/lib/systemd/systemd-journal-remote"
    if not os.path.exists(remote) or shutil.which("journalctl") is None:
        raise runner.Skip("systemd-journal-remote is not installed")
    journal = os.path.join(tool.folder(), "made.journal")
    export = "".join("__REALTIME_TIMESTAMP=%d\n_HOSTNAME=srv\nSYSLOG_IDENTIFIER=crm\nMESSAGE=%s\n\n" % (
        1795341600000000 + number, (MESSAGE % number if number == 5 else OTHER).strip()) for number in range(9))
    subprocess.run([remote, "--output=" + journal, "-"], input=export.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=WAIT)
    lines = subprocess.run(["journalctl", "--file=" + journal, "-o", "json", "--all"], check=True,
                           stdout=subprocess.PIPE, timeout=WAIT).stdout.splitlines()
    told, _ = told_by_stream(tool, lines)
    need(told == [("srv:crm", host(5))], "told %s" % told)


def collect(tool, options):
    """All (name, check) pairs."""
    checks = [(function.__name__[6:], lambda function=function: function(tool)) for function in (
        check_next_record, check_half_line, check_repeats, check_quiet_repeats, check_append, check_rotate,
        check_truncate, check_half_character, check_restart, check_restart_copied, check_restart_quiet,
        check_hangup, check_many, check_refused, check_omprog, check_omprog_kills, check_plain, check_layouts,
        check_journal)]
    seeds = os.path.join(ROOT, "corpora", "seeds")
    files = [os.path.join(seeds, name) for name in sorted(os.listdir(seeds))]
    cases = os.path.join(ROOT, "corpora", "cases")
    for case in sorted(os.listdir(cases)):
        files += [os.path.join(cases, case, name) for name in os.listdir(os.path.join(cases, case))
                  if name.startswith("input.")]
    rng = random.Random(options.seed)
    files = rng.sample(files, min(len(files), options.rounds * 25)) + [long_log(tool)] * options.rounds
    for number, path in enumerate(files):
        checks.append(("same/%d/%s" % (number, os.path.relpath(path, ROOT)[-40:]),
                       lambda path=path, number=number: check_same(tool, path, "%d.%d" % (options.seed, number))))
    return checks


def main():
    """Parses the command line and runs the checks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=4)
    options = parser.parse_args()
    tool = Tool(options.tool, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    print("seed %d" % options.seed)
    return runner.run_all([(name, check) for name, check in collect(tool, options) if options.filter in name],
                          options.jobs)


if __name__ == "__main__":
    sys.exit(main())
