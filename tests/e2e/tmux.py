#!/usr/bin/env python3
"""Pastes into the program in tmux, as a person does: 10, 5,000 and 100,000 lines, and a line of 50,000 characters.

    tests/e2e/tmux.py build/bin/tlswhy
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), HERE]

import paste  # noqa: E402
from support import runner  # noqa: E402
from support.runner import need, short  # noqa: E402

SECONDS = 40


class Tmux:
    """A tmux server of its own with one shell."""

    def __init__(self, folder):
        self.socket = os.path.join(folder, "tmux")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
                       "XDG_CACHE_HOME": folder}
        self.run("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", "sh", env=environment)

    def run(self, *args, env=None):
        """One command of tmux; what it prints."""
        done = subprocess.run(["tmux", "-S", self.socket, *args], capture_output=True, timeout=SECONDS, env=env, check=False)
        need(done.returncode == 0, "tmux %s: %s" % (args[0], short(done.stderr)))
        return done.stdout.decode()

    def screen(self):
        """What the person sees."""
        return self.run("capture-pane", "-p")

    def wait_for(self, pattern):
        """Waits until the screen shows it."""
        end = time.monotonic() + SECONDS
        while not re.search(pattern, self.screen()):
            need(time.monotonic() < end, "does not show %s: %s" % (pattern, short(self.screen(), 1000)))
            time.sleep(0.05)


def check_paste(executable, text, lines, marks):
    """Pastes from tmux's buffer (-p: with the marks that the program asked for) and diagnoses."""
    with tempfile.TemporaryDirectory(prefix="tlswhy-tmux-") as folder:
        source, report = os.path.join(folder, "paste"), os.path.join(folder, "report")
        with open(source, "wb") as stream:
            stream.write(text)
        tmux = Tmux(folder)
        try:
            tmux.wait_for(r"[#$]")
            tmux.run("send-keys", "%s --format json > %s; echo status=$?" % (shlex.quote(executable), report), "Enter")
            tmux.wait_for("Ctrl-C leaves")
            tmux.run("load-buffer", source)
            tmux.run("paste-buffer", *(["-p"] if marks else []))
            if marks:
                tmux.wait_for(r"\b%d lines? pasted" % lines)
            tmux.run("send-keys", "Enter" if marks else "C-d")
            tmux.wait_for(r"status=\d")
            tmux.run("send-keys", "echo still-a-shell", "Enter")
            tmux.wait_for(r"(?m)^still-a-shell")
        finally:
            tmux.run("kill-server")
        with open(report, "rb") as stream:
            found = json.load(stream)
    need(found["inputs"][0]["bytes"] == len(text), "%d bytes, wants %d" % (found["inputs"][0]["bytes"], len(text)))
    need(found["inputs"][0]["lines"] == lines, "%d lines, wants %d" % (found["inputs"][0]["lines"], lines))


def main():
    """Runs the pastes one after another."""
    parser = argparse.ArgumentParser(description="Pastes into tlswhy in tmux.")
    parser.add_argument("executable", help="the tlswhy to test")
    executable = os.path.abspath(parser.parse_args().executable)
    checks = []
    for lines in (10, 5000, 100000):
        text, _ = paste.pasted(lines, False)
        for marks in (True, False):
            checks.append(("tmux/%d/%s" % (lines, "marks" if marks else "plain"),
                           lambda t=text, n=lines, m=marks: check_paste(executable, t, n, m)))
    checks.append(("tmux/long", lambda: check_paste(executable, b"x" * 50000 + b"\n", 1, True)))
    return runner.run_all(checks, 1)


if __name__ == "__main__":
    sys.exit(main())
