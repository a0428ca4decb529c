"""The exit-status table of the contract: one check for each row, each with a message that helps."""

import os
import random
import re
import shutil
import subprocess
import zlib

from support import shapes
from support.runner import Failure, need, short

NOBODY = 65534


class Row:
    """One row: what is run, which status it has, and what its message must say."""

    def __init__(self, name, make, status, says=None, diagnosed=None, silent=False):
        self.name = name          # name of the check
        self.make = make          # function(place) -> arguments of the program, or (arguments, options)
        self.status = status      # exit status
        self.says = says          # regular expressions, all found on standard output or error
        self.diagnosed = diagnosed  # True: the json report has a verdict, False: null, None: no report
        self.silent = silent      # nothing at all on standard output


class Place:
    """What the rows are made of."""

    def __init__(self, tool):
        self.tool = tool
        with open(os.path.join(tool.root, "corpora", "seeds", "developer-tools-error.raw.log"),
                  "rb") as stream:
            self.trace = stream.read()
        self.filler = shapes.filler(300000)
        self.nothing = b"hello\nnothing to see here\n"

    def bad(self, name="trace.log"):
        """A log with a diagnosis."""
        return self.tool.file(name, self.trace)

    def good(self, name="good.log"):
        """A log without one."""
        return self.tool.file(name, self.nothing)

    def missing(self, name="missing.log"):
        """A path at which there is nothing."""
        return os.path.join(self.tool.folder(), name)

    def binary(self, name="picture.bin"):
        """A file that is no log."""
        return self.tool.file(name, bytes(range(256)) * 64)

    def folder(self, files):
        """A folder with the given files."""
        folder = self.tool.folder()
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as stream:
                stream.write(data)
        return folder

    def gzip_cut(self, head):
        """A gzip cut off in its middle, so that `head` is still whole in what is left."""
        packed = shapes.gzipped(head + self.filler)
        packed = packed[:len(packed) * 2 // 3]
        left = zlib.decompressobj(31).decompress(packed)
        need(left.startswith(head), "the test's gzip is cut too early")
        return packed

    def gzip_corrupt(self, head):
        """A gzip with damaged data behind `head`."""
        packed = bytearray(shapes.gzipped(head + random.Random(1).randbytes(4096).hex().encode() + self.filler))
        middle = len(packed) * 2 // 3
        packed[middle:middle + 64] = b"\xff" * 64
        return bytes(packed)

    def gzip_bad_sum(self, head):
        """A gzip whose check sum is wrong."""
        packed = bytearray(shapes.gzipped(head))
        packed[-8] ^= 0xFF
        return bytes(packed)

    def pack(self, text):
        """A folder with one signature file."""
        return self.folder({"broken.yaml": text.encode()})


def rows(p):
    """The table. `p` is a Place."""
    file = p.tool.file
    incomplete = r"(?i)cut|truncat|unexpected end|incomplete"
    damaged = r"(?i)damag|corrupt|garbage|invalid"
    return [
        # 0: everything was looked at, nothing diagnosed
        Row("hello-on-stdin", lambda: ((), {"stdin": b"hello\n"}), 0, [r"\S"], False),
        Row("empty-file", lambda: [file("void.log", b"")], 0, [r"(?i)empty"], False),
        Row("empty-stdin", lambda: ((), {"stdin": b""}), 0, [r"(?i)empty"], False),
        Row("empty-folder", lambda: [p.tool.folder()], 0, [r"(?i)empty|no (file|log|input)|nothing"], False),
        Row("folder-without-logs",
            lambda: [p.folder({"a.bin": bytes(range(256)) * 8,
                               "b.png": b"\x89PNG\r\n\x1a\n" + bytes(64)})], 0,
            [r"(?i)look|ignored|passed over|no log"], False),
        Row("log-without-trouble", lambda: [p.good()], 0, [r"\S"], False),
        Row("gzip-of-nothing", lambda: [file("void.log.gz", shapes.gzipped(b""))], 0, [r"(?i)empty"], False),
        Row("gzip-with-zero-padding", lambda: [file("padded.log.gz", shapes.gzipped(p.nothing) + bytes(512))],
            0, None, False),
        # 1: at least one diagnosis
        Row("diagnosis", lambda: [p.bad()], 1, None, True),
        Row("diagnosis-on-stdin", lambda: (("-",), {"stdin": p.trace}), 1, None, True),
        Row("diagnosis-in-folder",
            lambda: [p.folder({"a.log": p.nothing, "b.log": p.trace,
                               "c.bin": bytes(range(256))})], 1, None, True),
        Row("diagnosis-and-missing", lambda: [p.bad(), p.missing(), p.good()], 1, [r"missing\.log"], True),
        Row("diagnosis-and-binary", lambda: [p.bad(), p.binary()], 1, [r"picture\.bin"], True),
        Row("gzip-cut-after-diagnosis", lambda: [file("half.log.gz", p.gzip_cut(p.trace))], 1, [incomplete],
            True),
        Row("gzip-corrupt-after-diagnosis", lambda: [file("bad.log.gz", p.gzip_corrupt(p.trace))], 1,
            [damaged], True),
        Row("gzip-with-garbage-after-diagnosis",
            lambda: [file("tail.log.gz",
                          shapes.gzipped(p.trace) + b"garbage, not gzip")], 1, [damaged], True),
        Row("exit-zero", lambda: ["--exit-zero", p.bad()], 0, None, None),
        Row("exit-zero-and-missing", lambda: ["--exit-zero", p.bad(), p.missing()], 0, [r"missing\.log"],
            None),
        Row("strict-complete", lambda: ["--strict", p.bad()], 1, None, True),
        Row("strict-nothing", lambda: ["--strict", p.good()], 0, None, False),
        Row("quiet-diagnosis", lambda: ["-q", p.bad()], 1, None, None, silent=True),
        Row("quiet-nothing", lambda: ["--quiet", p.good()], 0, None, None, silent=True),
        Row("quiet-all-missing", lambda: ["--quiet", p.missing()], 2, None, None, silent=True),
        # 2: the job could not be done
        Row("all-missing", lambda: [p.missing("one.log"), p.missing("two.log"), p.missing("three.log")], 2,
            [r"one\.log", r"two\.log", r"three\.log", r"(?i)no such file|does not exist|not found"], None),
        Row("one-missing", lambda: [p.missing()], 2,
            [r"missing\.log", r"(?i)no such file|does not exist|not found"], None),
        Row("strict-all-missing", lambda: ["--strict", p.missing()], 2, [r"missing\.log"], None),
        Row("bad-option", lambda: ["--formt", "json", p.bad()], 2, [r"--formt", r"--format"], None,
            silent=True),
        Row("bad-short-option", lambda: ["-Z", p.bad()], 2, [r"-Z", r"--help"], None, silent=True),
        Row("bad-format", lambda: ["--format", "jsn", p.bad()], 2, [r"jsn", r"\bjson\b"], None, silent=True),
        Row("bad-color", lambda: ["--color=sometimes", p.bad()], 2, [r"sometimes", r"always"], None,
            silent=True),
        Row("bad-jobs", lambda: ["--jobs", "many", p.bad()], 2, [r"many", r"--jobs"], None, silent=True),
        Row("zero-jobs", lambda: ["--jobs", "0", p.bad()], 2, [r"--jobs"], None, silent=True),
        Row("bad-confidence", lambda: ["--min-confidence", "2", p.bad()], 2, [r"--min-confidence"], None,
            silent=True),
        Row("bad-client", lambda: ["--client", "outlok", p.bad()], 2, [r"outlok", r"\boutlook\b"], None,
            silent=True),
        Row("no-value", lambda: [p.bad(), "--format"], 2, [r"--format"], None, silent=True),
        Row("value-for-a-flag", lambda: ["--strict=yes", p.bad()], 2, [r"--strict"], None, silent=True),
        Row("broken-pack", lambda: ["--signatures", p.pack("signatures:\n  - id: [unclosed\n"), p.bad()], 2,
            [r"broken\.yaml:\d+:\d+"], None, silent=True),
        Row("pack-with-unknown-key",
            lambda: ["--signatures", p.pack("pack:\n  name: own\n  version: \"1\"\n  colour: red\n"),
                     p.bad()], 2,
            [r"broken\.yaml:4:\d+", r"colour"], None, silent=True),
        Row("pack-missing", lambda: ["--signatures", p.missing("no-pack"), p.bad()], 2, [r"no-pack"], None,
            silent=True),
        Row("output-full", lambda: ((p.bad(),), {"stdout": open("/dev/full", "wb")}), 2,
            [r"(?i)no space|written|write"], None),
        Row("output-folder-missing",
            lambda: ["--output", os.path.join(p.missing("nowhere"), "report.txt"),
                     p.bad()], 2, [r"nowhere"], None, silent=True),
        Row("output-is-a-folder", lambda: ["--output", p.tool.folder(), p.bad()], 2,
            [r"(?i)directory|folder"], None, silent=True),
        Row("files-from-missing", lambda: ["--files-from", p.missing("list.txt")], 2, [r"list\.txt"], None,
            silent=True),
        # 3: nothing diagnosed, and the look was incomplete
        Row("binary", lambda: [p.binary()], 3, [r"picture\.bin", r"(?i)log"], False),
        Row("one-of-three-missing", lambda: [p.good("a.log"), p.missing(), p.good("c.log")], 3,
            [r"missing\.log"], False),
        Row("strict-diagnosis-and-missing", lambda: ["--strict", p.bad(), p.missing(), p.good()], 3,
            [r"missing\.log"], True),
        Row("strict-diagnosis-and-cut", lambda: ["--strict", file("half.log.gz", p.gzip_cut(p.trace))], 3,
            [incomplete], True),
        Row("gzip-cut", lambda: [file("half.log.gz", p.gzip_cut(p.nothing))], 3, [r"half\.log\.gz", incomplete],
            False),
        Row("gzip-cut-in-its-header", lambda: [file("half.log.gz", shapes.gzipped(p.nothing)[:6])], 3,
            [r"half\.log\.gz"], False),
        Row("gzip-corrupt", lambda: [file("bad.log.gz", p.gzip_corrupt(p.nothing))], 3,
            [r"bad\.log\.gz", damaged], False),
        Row("gzip-with-bad-sum", lambda: [file("sum.log.gz", p.gzip_bad_sum(p.nothing))], 3,
            [r"sum\.log\.gz", damaged], False),
        Row("gzip-with-garbage",
            lambda: [file("tail.log.gz",
                          shapes.gzipped(p.nothing) + b"garbage, not gzip")], 3, [r"tail\.log\.gz",
                                                                                  damaged], False),
        Row("limit-reached", lambda: ["--max-bytes", "1000", file("long.log", p.filler)], 3,
            [r"(?i)limit|max-bytes|1,?000"], False),
        Row("read-error", lambda: [p.good(), "/proc/self/mem"], 3, [r"/proc/self/mem"], False),
        Row("read-error-only", lambda: ["/proc/self/mem"], 2, [r"/proc/self/mem"], None),
    ]


def check_row(tool, row):
    """Runs one row as text, and as json where it has a report."""
    made = row.make()
    arguments, given = made if isinstance(made, tuple) else (made, {})
    result = tool.run(*arguments, **given)
    everything = result.text + result.messages
    need(result.status == row.status,
         "status %d, wants %d; it says %s" % (result.status, row.status, short(everything)))
    for pattern in row.says or []:
        need(re.search(pattern, everything),
             "its message does not say /%s/: %s" % (pattern, short(everything, 600)))
    if row.status == 2 and not row.silent:
        need(result.err, "says nothing on standard error")
    if row.silent:
        need(not result.out, "prints a report all the same: %s" % short(result.out))
    if row.diagnosed is not None:
        report, again = tool.json(*arguments, **given)
        need(again.status == row.status, "status %d as json, %d as text" % (again.status, row.status))
        need((report["verdict"] is not None) == row.diagnosed, "verdict %s" % report["verdict"])


def as_nobody(tool, *arguments):
    """Runs the program as a user who may read little: dropped to nobody, or as who we are."""
    executable = tool.executable
    if os.geteuid() != 0:
        return tool.run(*arguments)
    prefix = ["setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"]
    if shutil.which("setpriv") is None:
        raise Failure("needs setpriv (util-linux) to run without root's rights")
    if subprocess.run([*prefix, "test", "-x", executable]).returncode != 0:
        executable = os.path.join(tool.folder(), "tlswhy")
        shutil.copy(tool.executable, executable)
        os.chmod(executable, 0o755)
    return tool.run(*arguments, prefix=prefix, executable=executable)


def unreadable(tool, name="secret.log", data=b"hello\n"):
    """A file that only its owner could read, and not even that."""
    path = tool.file(name, data)
    os.chmod(path, 0)
    return path


def check_no_permission(tool):
    """A file without permission: 2 alone, 3 beside a good log, 1 beside a diagnosis, 3 in a folder."""
    place = Place(tool)
    secret = unreadable(tool)
    within = place.folder({"a.log": place.nothing, "secret.log": place.nothing})
    os.chmod(os.path.join(within, "secret.log"), 0)
    closed = tool.folder()
    os.chmod(closed, 0)
    for arguments, status in (((secret,), 2), ((secret, place.good()), 3), ((secret, place.bad()), 1),
                              (("--strict", secret, place.bad()),
                               3), ((within,), 3), ((closed,), 2), ((closed, place.good()), 3)):
        result = as_nobody(tool, *arguments)
        need(result.status == status,
             "status %d, wants %d for %s; it says %s" % (result.status, status, arguments,
                                                         short(result.out + result.err)))
        need(re.search(r"(?i)permission|denied|allowed", result.text + result.messages),
             "does not say that permission is missing: %s" % short(result.err))
        need("secret.log" in result.messages + result.text or closed in result.messages + result.text,
             "does not name the file: %s" % short(result.err))


def check_nothing_scanned(tool):
    """A wrong option: no input is opened, no output written."""
    place = Place(tool)
    output = os.path.join(tool.folder(), "report.json")
    for wrong in ("--formt", "--jobs=x", "--min-confidence=many"):
        result = tool.run("--output", output, wrong, place.bad(), place.missing())
        need(result.status == 2, "status %d for %s" % (result.status, wrong))
        need(not os.path.exists(output), "wrote the output in spite of %s" % wrong)
        need("missing.log" not in result.messages,
             "looked at the inputs in spite of %s: %s" % (wrong, short(result.err)))


def check_failed_output_keeps_old(tool):
    """Where --output cannot be completed, the file that was there stays as it was."""
    place = Place(tool)
    folder = place.folder({"report.json": b"old"})
    result = tool.run("--format", "json", "--output", os.path.join(folder, "report.json"), place.missing())
    need(result.status == 2, "status %d" % result.status)
    with open(os.path.join(folder, "report.json"), "rb") as stream:
        need(stream.read() == b"old", "an old report was replaced although the job could not be done")
    need(os.listdir(folder) == ["report.json"], "leaves %s behind" % os.listdir(folder))


def check_broken_stderr(tool):
    """A broken standard error never stops a scan."""
    place = Place(tool)
    with open("/dev/full", "wb") as full:
        result = tool.run("--format", "json", place.bad(), place.missing(), stderr=full)
    need(result.status == 1, "status %d" % result.status)
    need(tool.parsed(result)["verdict"] is not None, "no verdict")


def check_summary_counts(tool):
    """The summary counts what was passed over and what is incomplete."""
    place = Place(tool)
    report, _ = tool.json(place.folder({"a.bin": bytes(range(256)) * 8,
                                        "b.png": b"\x89PNG\r\n\x1a\n" + bytes(64), "c.log": place.nothing}))
    need(report["summary"]["ignored"] == 2, "summary.ignored is %r" % report["summary"]["ignored"])
    need(report["summary"]["incomplete"] == 0, "what is passed over in a folder is not incomplete")
    report, _ = tool.json(place.bad(), place.missing())
    need(report["summary"]["incomplete"] == 1, "summary.incomplete is %r" % report["summary"]["incomplete"])
    report, _ = tool.json(tool.file("half.log.gz", place.gzip_cut(place.trace)))
    need(report["inputs"][0]["status"] == "truncated",
         "a cut gzip has status %s" % report["inputs"][0]["status"])
    report, _ = tool.json(tool.file("bad.log.gz", place.gzip_corrupt(place.trace)))
    need(report["inputs"][0]["status"] == "damaged",
         "a corrupt gzip has status %s" % report["inputs"][0]["status"])


def checks(tool):
    """The table and the checks that need more than a row."""
    found = [("status/" + row.name, lambda row=row: check_row(tool, row)) for row in rows(Place(tool))]
    for name, check in (("no-permission", check_no_permission), ("nothing-scanned", check_nothing_scanned),
                        ("failed-output-keeps-old",
                         check_failed_output_keeps_old), ("broken-stderr", check_broken_stderr),
                        ("summary-counts", check_summary_counts)):
        found.append(("status/" + name, lambda check=check: check(tool)))
    return found
