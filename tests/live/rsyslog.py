#!/usr/bin/env python3
"""rsyslog for real: imfile reads a log, omprog hands it over with confirmations, and either side is killed.

    tests/live/rsyslog.py build/bin/tlswhy [--records N] [--kills N] [--seed N]

Nothing may be lost, and what is told twice must have the same id. The configuration is that of docs/live.md.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

WAIT = 90
CONFIG = """
module(load="imfile" mode="inotify")  module(load="omprog")
global(workDirectory="%(folder)s/state")
template(name="tlswhy" type="list" option.jsonf="on") {
  property(outname="host" name="hostname" format="jsonf")
  property(outname="source" name="$!metadata!filename" format="jsonf")
  property(outname="offset" name="$!metadata!fileoffset" format="jsonf" dataType="number")
  property(outname="msg" name="msg" format="jsonf") }
input(type="imfile" file="%(folder)s/logs/*.log" tag="crm" ruleset="tlswhy" addMetadata="on" freshStartTail="off"
      reopenOnTruncate="on" startmsg.regex="^[0-9]{4}-[0-9]{2}-[0-9]{2}T" readTimeout="2" escapeLF="off"
      persistStateInterval="100" maxSubmitAtOnce="1" needParse="off")
ruleset(name="tlswhy" queue.type="Direct") {
  action(type="omprog" template="tlswhy"
    binary="%(tool)s stream --protocol omprog --append %(folder)s/out.ndjson"
    confirmMessages="on" confirmTimeout="10000" reportFailures="on" forceSingleInstance="on"
    output="%(folder)s/stderr.log" signalOnClose="on" closeTimeout="5000" killUnresponsive="on" hup.signal="HUP"
    action.resumeRetryCount="-1" action.resumeInterval="1") }
"""
MESSAGE = ("2026-11-22T10:00:00 Error %d System.Net.WebException: The request was aborted: Could not create SSL/TLS "
           "secure channel. https://org%d.crm.dynamics.com/\n   at System.Net.HttpWebRequest.GetResponse()\n")
OTHER = "2026-11-22T10:00:01 Information %d nothing to see\n   in these lines\n"


class Shipper:
    """rsyslogd with its files in a folder."""

    def __init__(self, folder, tool):
        self.folder = folder
        self.config = os.path.join(folder, "rsyslog.conf")
        os.makedirs(os.path.join(folder, "logs"))
        os.makedirs(os.path.join(folder, "state"))
        with open(self.config, "w", encoding="utf-8") as stream:
            stream.write(CONFIG % {"folder": folder, "tool": tool})
        self.process = None
        self.start()

    def start(self):
        """Starts rsyslogd."""
        pid = os.path.join(self.folder, "rsyslogd.pid")
        if os.path.exists(pid):
            os.unlink(pid)
        self.process = subprocess.Popen(["rsyslogd", "-n", "-f", self.config, "-i", pid],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        """Kills rsyslogd without a warning, and starts it again."""
        self.process.kill()
        self.process.wait()
        self.start()

    def kill_program(self):
        """Kills the program behind it; only a child of this rsyslogd."""
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], stdout=subprocess.PIPE,
                               check=False)
        for pid in found.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    def end(self):
        """Ends it in peace."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def told(path):
    """{host: [ids]} of what was told."""
    ids = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            for row in stream:
                if row.endswith("\n"):
                    answer = json.loads(row)
                    for one in answer.get("hosts", []):
                        ids.setdefault(one, []).append(answer["id"])
    return ids


def run(options, folder):
    """Writes all records, kills meanwhile; (hosts, told)."""
    rng = random.Random(options.seed)
    shipper = Shipper(folder, os.path.abspath(options.tool))
    hosts = set()
    kills = sorted(rng.sample(range(1, options.records), options.kills))
    try:
        with open(os.path.join(folder, "logs", "app.log"), "a", encoding="utf-8") as log:
            for number in range(options.records):
                if number % 10 == 3:
                    log.write(MESSAGE % (number, number))
                    hosts.add("org%d.crm.dynamics.com" % number)
                log.write(OTHER % number)
                if number in kills:
                    log.flush()
                    time.sleep(rng.choice((0.1, 0.5, 1.5)))
                    (shipper.kill if kills.index(number) % 2 else shipper.kill_program)()
            log.flush()
        end = time.monotonic() + WAIT
        out = os.path.join(folder, "out.ndjson")
        while time.monotonic() < end and not hosts <= set(told(out)):
            time.sleep(0.2)
        return hosts, told(out)
    finally:
        shipper.end()


def main():
    """Runs it; the closing line is that of the other tests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    if shutil.which("rsyslogd") is None:
        print("FAIL rsyslog is not installed: scripts/setup --tests --live")
        print("0 passed, 1 failed")
        return 1
    with tempfile.TemporaryDirectory(prefix="tlswhy-rsyslog-") as folder:
        start = time.monotonic()
        hosts, found = run(options, folder)
        seconds = time.monotonic() - start
    lost = sorted(hosts - set(found))
    twice = sorted(host for host in found if len(set(found[host])) != 1)
    doubles = sum(len(ids) - len(set(ids)) for ids in found.values())
    print("seed %d: %d records, %d incidents, %d kills, %d lost, %d doubles, %d with another id, %.1f s" % (
        options.seed, options.records, len(hosts), options.kills, len(lost), doubles, len(twice), seconds))
    checks = [("nothing is lost", lost), ("doubles have the same id", [(host, found[host]) for host in twice])]
    for name, bad in checks:
        if bad:
            print("FAIL %s: %s" % (name, bad[:4]))
    failed = sum(bool(bad) for _, bad in checks)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
