"""Runs the tlswhy executable in a clean environment and looks at what it says."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

from . import report as reports
from .runner import Failure, need, short

TIMEOUT = 120


class Result:
    """What one run of the program left behind."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    @property
    def text(self):
        """Standard output as text; invalid UTF-8 in it is a failure."""
        try:
            return self.out.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Failure("standard output is not UTF-8: %s" % error)

    @property
    def messages(self):
        """Standard error as text."""
        return self.err.decode("utf-8", "replace")


def shell_status(returncode):
    """The exit status as a shell shows it: 128+N where signal N ended the program."""
    return 128 - returncode if returncode < 0 else returncode


def waiting_bytes(descriptor):
    """Bytes written to a pipe that its reader has not yet taken."""
    answer = fcntl.ioctl(descriptor, termios.FIONREAD, struct.pack("i", 0))
    return struct.unpack("i", answer)[0]


def wait_drained(descriptor, seconds=0.2):
    """Waits until the reader of a pipe has taken everything, at most `seconds`."""
    end = time.monotonic() + seconds
    while waiting_bytes(descriptor) and time.monotonic() < end:
        time.sleep(0)


def feed(descriptor, pieces, lockstep):
    """Writes pieces to a pipe and closes it; in lockstep each is read before the next is written."""
    try:
        for piece in pieces:
            while piece:
                piece = piece[os.write(descriptor, piece):]
            if lockstep:
                wait_drained(descriptor)
    except BrokenPipeError:
        pass
    finally:
        os.close(descriptor)


def single_bytes(data):
    """The data cut into pieces of one byte."""
    return [data[i:i + 1] for i in range(len(data))]


class Tool:
    """The executable under test, with the folders that its runs may use."""

    def __init__(self, executable, root, schema):
        self.executable = os.path.abspath(executable)
        self.root = root
        self.schema = schema
        self.scratch = tempfile.TemporaryDirectory(prefix="tlswhy-test-")
        os.chmod(self.scratch.name, 0o755)
        self.home = self.folder()

    def folder(self):
        """A new empty folder, removed at the end of the run."""
        path = tempfile.mkdtemp(dir=self.scratch.name)
        os.chmod(path, 0o755)
        return path

    def file(self, name, data):
        """A new file `name` in a folder of its own; its path."""
        path = os.path.join(self.folder(), name)
        with open(path, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)
        return path

    def environment(self, extra=None):
        """The environment of a run: nothing of the user's own."""
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "LC_ALL": "C.UTF-8",
               "TZ": "UTC", "TERM": "xterm", "XDG_CACHE_HOME": os.path.join(self.home, "cache")}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update(extra or {})
        return env

    def run(self, *args, stdin=b"", cwd=None, env=None, timeout=TIMEOUT, prefix=(), executable=None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        """Runs the program to its end."""
        command = [*prefix, executable or self.executable, *args]
        given = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
        try:
            done = subprocess.run(command, cwd=cwd, env=self.environment(env), timeout=timeout,
                                  stdout=stdout, stderr=stderr, **given)
        except subprocess.TimeoutExpired:
            raise Failure("no end after %d s: %s" % (timeout, " ".join(args)))
        result = Result(shell_status(done.returncode), done.stdout or b"", done.stderr or b"")
        self.no_crash(result, args)
        return result

    def run_fed(self, *args, pieces=(), lockstep=False, timeout=TIMEOUT):
        """Runs the program with standard input written in the given pieces."""
        reader, writer = os.pipe()
        process = subprocess.Popen([self.executable, *args], stdin=reader, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment())
        os.close(reader)
        feeder = threading.Thread(target=feed, args=(writer, pieces, lockstep))
        feeder.start()
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure("no end after %d s with standard input fed in pieces" % timeout)
        finally:
            feeder.join()
        result = Result(shell_status(process.returncode), out, err)
        self.no_crash(result, args)
        return result

    def start(self, *args, **streams):
        """Starts the program for a test that talks to it; the caller ends it."""
        return subprocess.Popen([self.executable, *args], env=self.environment(), **streams)

    @staticmethod
    def no_crash(result, args):
        """Fails where the program was ended by a signal of a crash, or a sanitizer spoke."""
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL,
                       signal.SIGSYS):
            need(result.status != 128 + number, "crashed with %s: %s" % (number.name, " ".join(args)))
        for word in (b"AddressSanitizer", b"runtime error:", b"ThreadSanitizer", b"LeakSanitizer"):
            need(word not in result.err, "sanitizer report: %s" % short(result.err, 600))

    def json(self, *args, **options):
        """Runs with --format json; the report, held against schema and contract, and the result."""
        result = self.run("--format", "json", *args, **options)
        return self.parsed(result), result

    def json_fed(self, *args, **options):
        """The same with standard input in pieces."""
        result = self.run_fed("--format", "json", *args, **options)
        return self.parsed(result), result

    def parsed(self, result):
        """The json report of a run, held against schema and contract."""
        try:
            report = json.loads(result.text)
        except ValueError as error:
            raise Failure("standard output is no JSON (%s), status %d, standard error %s"
                          % (error, result.status, short(result.err)))
        self.schema.check_report(report)
        reports.check(report, result.status)
        return report

    def ndjson(self, *args, **options):
        """Runs with --format ndjson; the lines, held against the schema, and the result."""
        result = self.run("--format", "ndjson", *args, **options)
        return self.parsed_lines(result), result

    def parsed_lines(self, result):
        """The ndjson lines of a run, held against schema and contract."""
        lines = []
        for line in result.text.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError as error:
                raise Failure("an ndjson line is no JSON (%s): %s" % (error, short(line)))
            self.schema.check_line(lines[-1])
        reports.check_lines(lines)
        return lines
