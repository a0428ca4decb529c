#!/usr/bin/env python3
"""A log in fast motion: rotations, kills and restarts, and every incident is still reported.

    tests/live/motion.py build/bin/tlswhy [--lines N] [--rotate N] [--kills N] [--seed N]

A writer appends lines and rotates the log by renaming; the program follows its folder with a checkpoint and
is killed (-9) and started again. Every injected incident must be reported at least once, and exactly once after
the union by id; resident memory must not grow.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests"))

EVERY = 5000                # lines between two incidents
KEPT = 6                    # rotated parts
WAIT = 60                   # seconds for the last answers
RSS_MAX = 48 << 10          # KiB; contract: 32 MiB and 16 MiB a worker


def line(number):
    """An ordinary line of the log."""
    return "2026-11-22T10:%02d:%02d Information %08d worker finished its round without a finding\n" % (
        number // 60 % 60, number % 60, number)


def incident(number):
    """A failure that names a host of its own."""
    return ("2026-11-22T10:%02d:%02d Error %08d System.Net.WebException: The request was aborted: Could not create "
            "SSL/TLS secure channel. https://org%d.crm.dynamics.com/\n" % (
                number // 60 % 60, number % 60, number, number))


def resident(pid):
    """Resident memory of a process in KiB; 0 where it is gone."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as stream:
            for row in stream:
                if row.startswith("VmRSS:"):
                    return int(row.split()[1])
    except OSError:
        pass
    return 0


class Follower:
    """The program under test, which is killed and started again."""

    def __init__(self, tool, folder):
        self.command = [tool, "--follow", "--format", "ndjson", "--append", os.path.join(folder, "out.ndjson"),
                        "--checkpoint", os.path.join(folder, "checkpoint"), os.path.join(folder, "logs")]
        self.process = None
        self.peak = 0
        self.start()

    def start(self):
        """Starts it."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)

    def look(self):
        """Notes how much memory it has."""
        self.peak = max(self.peak, resident(self.process.pid))

    def kill(self):
        """Kills it without a warning, and starts it again."""
        self.look()
        self.process.kill()
        self.process.wait()
        self.start()

    def end(self):
        """Ends it as a person would."""
        self.look()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def rotate(path):
    """Renames the parts as logrotate does with `create`."""
    for number in range(KEPT, 0, -1):
        older = "%s.%d" % (path, number)
        if os.path.exists(older):
            if number == KEPT:
                os.unlink(older)
            else:
                os.rename(older, "%s.%d" % (path, number + 1))
    os.rename(path, path + ".1")


def hosts_of(path):
    """How often each host's diagnosis was reported, under how many ids: {host: [ids]}."""
    found = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            for row in stream:
                if not row.endswith("\n"):
                    break
                answer = json.loads(row)
                if answer["type"] == "diagnosis":
                    for host in answer["hosts"]:
                        found.setdefault(host, []).append((answer["id"], answer.get("supersedes")))
    return found


def standing(ids):
    """The ids that no other one supersedes."""
    gone = {supersedes for _, supersedes in ids}
    return {one for one, _ in ids} - gone


def write(options, follower, path, rng):
    """Writes all lines; returns the hosts that were injected."""
    hosts = set()
    kills = set(rng.sample(range(1, options.lines // 1000), options.kills))
    stream = open(path, "a", encoding="utf-8")
    for start in range(0, options.lines, 1000):
        block = []
        for number in range(start, start + 1000):
            if number % EVERY == EVERY // 2:
                block.append(incident(number))
                hosts.add("org%d.crm.dynamics.com" % number)
            block.append(line(number))
        stream.write("".join(block))
        stream.flush()
        if start // 1000 in kills:
            follower.kill()
        if (start + 1000) % options.rotate == 0:
            stream.close()
            rotate(path)
            stream = open(path, "a", encoding="utf-8")
            wait_for_reader(options, follower)
        follower.look()
    stream.close()
    return hosts


def wait_for_reader(options, follower):
    """A log is not rotated away before it could be read: no more parts wait than are kept."""
    time.sleep(options.pause)
    follower.look()


def main():
    """Runs it; the closing line is that of the other tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--lines", type=int, default=60000)
    parser.add_argument("--rotate", type=int, default=10000)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.35)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "logs"))
        path = os.path.join(folder, "logs", "app.log")
        follower = Follower(os.path.abspath(options.tool), folder)
        out = os.path.join(folder, "out.ndjson")
        start = time.monotonic()
        hosts = write(options, follower, path, rng)
        end = time.monotonic() + WAIT
        while time.monotonic() < end and not hosts <= set(hosts_of(out)):
            time.sleep(0.1)
        seconds = time.monotonic() - start
        status = follower.end()
        found = hosts_of(out)
    lost = sorted(hosts - set(found))
    twice = sorted(host for host in hosts & set(found) if len(standing(found[host])) != 1)
    lines = sum(len(ids) for ids in found.values())
    checks = [("every incident is reported", not lost, lost[:5]),
              ("once after the union by id", not twice, [(host, found[host]) for host in twice[:3]]),
              ("memory is flat", follower.peak <= RSS_MAX, "%d KiB" % follower.peak),
              ("TERM ends it with 143", status == 143, status)]
    print("seed %d: %d lines, %d incidents, %d lines of answers, %d kills, %.1f s, peak %d KiB" % (
        options.seed, options.lines, len(hosts), lines, options.kills, seconds, follower.peak))
    for name, good, detail in checks:
        if not good:
            print("FAIL %s: %s" % (name, detail))
    failed = sum(not good for _, good, _ in checks)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
