"""What a person pastes into the terminal: of any size, with and without marks, ended by a key, left by another."""

import fcntl
import json
import os
import re
import select
import subprocess
import termios
import threading
import time

from support.runner import need, short
from support.terminal import open_terminal
from support.tool import Result, shell_status

SECONDS = 60
BEGIN, END = b"\x1b[200~", b"\x1b[201~"


class Terminal:
    """The program on a terminal of its own, as a terminal emulator sees it."""

    def __init__(self, tool, *args):
        self.tool = tool
        self.master, self.slave = open_terminal()
        self.usual = termios.tcgetattr(self.slave)
        self.shown = b""
        self.process = subprocess.Popen([tool.executable, "--format", "json", *args], stdin=self.slave, stdout=subprocess.PIPE,
                                        stderr=self.slave, env=tool.environment(), start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.reader = threading.Thread(target=self.watch, daemon=True)
        self.reader.start()
        self.wait_for(b"Ctrl-C leaves")

    def watch(self):
        """Keeps what the program shows."""
        while True:
            try:
                ready, _, _ = select.select([self.master], [], [], 0.2)
                if ready:
                    self.shown += os.read(self.master, 65536)
            except (OSError, ValueError):
                return

    def wait_for(self, words):
        """Waits until the terminal shows `words`."""
        end = time.monotonic() + SECONDS
        while words not in self.shown:
            need(time.monotonic() < end, "does not show %s: %s" % (words, short(self.shown)))
            time.sleep(0.01)

    def send(self, data):
        """What the keyboard, or a paste, sends."""
        while data:
            data = data[os.write(self.master, data[:4096]):]

    def finish(self):
        """The result, once it ended; the terminal must be as it was."""
        try:
            out, _ = self.process.communicate(timeout=SECONDS)
            time.sleep(0.3)
            need(termios.tcgetattr(self.slave) == self.usual, "the terminal is not as it was")
            on, off = self.shown.count(b"\x1b[?2004h"), self.shown.count(b"\x1b[?2004l")
            need((on, off) == (1, 1), "marks: on %d, off %d times" % (on, off))
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.communicate()
            os.close(self.slave)
            os.close(self.master)
            self.reader.join()
        result = Result(shell_status(self.process.returncode), out, self.shown)
        self.tool.no_crash(result, ["a paste"])
        return result


def pasted(lines, marks):
    """A trace with its failure at the end, as a terminal sends it: lines end in a carriage return."""
    seed = b"Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : ERROR REQUESTING Token FROM THE Authentication context\n" \
        b"Stack Trace\t: at Microsoft.IdentityModel.Clients.ActiveDirectory.HttpWebResponseWrapper.Close()\n"
    text = b"".join(b"line %d says nothing at all, as most lines do\n" % i for i in range(lines - 2)) + seed
    sent = text.replace(b"\n", b"\r")
    return text, BEGIN + sent + END if marks else sent


def report_of(result):
    """The report of a paste that was diagnosed."""
    need(result.out, "no report, status %d: %s" % (result.status, short(result.err)))
    return json.loads(result.out)


def check_lines(tool, lines, marks):
    """All bytes arrive; the end is Enter after marks, Ctrl-D without."""
    terminal = Terminal(tool)
    text, sent = pasted(lines, marks)
    terminal.send(sent)
    if marks:
        terminal.wait_for(b"%d lines pasted" % lines)
    terminal.send(b"\r" if marks else b"\x04")
    report = report_of(terminal.finish())
    need(report["inputs"][0]["bytes"] == len(text), "%d bytes, wants %d" % (report["inputs"][0]["bytes"], len(text)))
    need(report["inputs"][0]["lines"] == lines and len(report["diagnoses"]) + len(report["inconclusive"]) == 1, "read as %s" % report["inputs"])


def check_long(tool):
    """A line of 50,000 characters is not cut."""
    terminal = Terminal(tool)
    terminal.send(BEGIN + b"x" * 50000 + b"\r" + END)
    terminal.wait_for(b"1 line pasted")
    terminal.send(b"\r")
    report = report_of(terminal.finish())
    need(report["inputs"][0]["bytes"] == 50001, "%s" % report["inputs"])


def check_parts(tool):
    """Two pastes and typed text are one log; keys inside of a paste are no keys; other escapes are text."""
    terminal = Terminal(tool)
    terminal.send(BEGIN + b"one\x04\r\r\x1b[31mred\x1b[20" + END)
    terminal.wait_for(b"pasted")
    terminal.send(b"typed\r" + BEGIN + b"two" + END)
    time.sleep(0.3)
    terminal.send(b"\r")
    result = terminal.finish()
    report = report_of(result)
    wanted = b"one\x04\n\n\x1b[31mred\x1b[20typed\ntwo"
    need(report["inputs"][0]["bytes"] == len(wanted), "%s, wants %d bytes" % (report["inputs"], len(wanted)))
    need(b"typed" in result.err and b"200~" not in result.err and b"\x1b[31m" not in result.err, "shows %s" % short(result.err))


def check_leave(tool, when):
    """Ctrl-C leaves quietly, and what still comes of a paste does not go to the shell."""
    terminal = Terminal(tool)
    if when == "paste":
        terminal.send(BEGIN + b"rm -rf somewhere\r" * 50)
        time.sleep(0.2)
    terminal.send(b"\x03")
    if when == "paste":
        terminal.send(b"echo not a command\r" * 50 + END)
    process, slave = terminal.process, os.dup(terminal.slave)
    result = terminal.finish()
    os.set_blocking(slave, False)
    try:
        rest = os.read(slave, 4096)
    except BlockingIOError:
        rest = b""
    finally:
        os.close(slave)
    need(result.status == 130 and not result.out, "status %d of %d" % (result.status, process.returncode))
    need(not rest, "left for the shell: %s" % short(rest))
    said = re.sub(rb"\x1b\[\?2004[hl]|\^C|\s", b"", result.err)
    need(said == b"Pastethelog,thenpressCtrl-D(Ctrl-Cleaves).", "says %s" % short(result.err))


def checks(tool):
    """Name and function of each check."""
    found = [("paste/%d/%s" % (lines, "marks" if marks else "plain"), lambda n=lines, m=marks: check_lines(tool, n, m))
             for lines in (10, 5000) for marks in (True, False)]
    found += [("paste/long", lambda: check_long(tool)), ("paste/parts", lambda: check_parts(tool))]
    found += [("paste/leave/" + when, lambda w=when: check_leave(tool, w)) for when in ("prompt", "paste")]
    return found
