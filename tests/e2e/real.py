"""Real logs kept beside the repository: no crash, no TLS verdict. Skipped where they are absent."""

import os

from support.report import seen
from support.runner import Skip, need

NOT_LOGS = ("SOURCE.md", "LICENSE.from-source")


def text_like(path):
    """Whether a file looks like text: no NUL in its first bytes, or UTF-16 with its mark."""
    with open(path, "rb") as stream:
        head = stream.read(8192)
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in head


def check_file(tool, path):
    """One real log."""
    report, result = tool.json(path)
    need(result.status in (0, 1, 3), "status %d" % result.status)
    for diagnosis in report["diagnoses"]:
        need(diagnosis["cause"]["family"] not in ("tls-version", "tls-cipher"),
             "a TLS verdict for a log without one; %s" % seen(report))


def absent(folder):
    """The skip that says what is missing."""
    raise Skip("%s is absent" % folder)


def checks(tool):
    """One check for each text-like file."""
    folder = os.path.normpath(os.path.join(tool.root, "..", "shared", "corpora", "real"))
    if not os.path.isdir(folder):
        return [("real", lambda: absent("../shared/corpora/real"))]
    found = []
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(where, name)
            if where != folder and name not in NOT_LOGS and text_like(path):
                found.append(("real/" + os.path.relpath(path, folder), lambda p=path: check_file(tool, p)))
    return found
