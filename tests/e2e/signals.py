"""Signals and readers that go away: what was found is still told."""

import os
import signal
import subprocess
import time

from support import shapes
from support.runner import need, short
from support.tool import Result, shell_status, wait_drained

SECONDS = 60


def interrupted(tool, number, form):
    """A run whose standard input stays open until it gets the signal."""
    reader, writer = os.pipe()
    process = tool.start("--format", form, stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(reader)
    try:
        with open(os.path.join(tool.root, "corpora", "seeds", "connector-error.raw.log"), "rb") as stream:
            trace = stream.read()
        for piece in (shapes.filler(20000), trace, shapes.filler(200000)):
            while piece:
                piece = piece[os.write(writer, piece[:4096]):]
        wait_drained(writer, 10)
        time.sleep(0.3)
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        os.close(writer)
    return Result(shell_status(process.returncode), out, err)


def check_signal(tool, number, form):
    """TERM and INT: status 128+N, and the diagnosis that was there is printed."""
    result = interrupted(tool, number, form)
    tool.no_crash(result, ["after", number.name])
    need(result.status == 128 + number,
         "status %d, wants %d; standard error %s" % (result.status, 128 + number, short(result.err)))
    text = result.text
    need("outdated-dynamics-client" in text or "dotnet-legacy-default" in text,
         "what was found is not told: %s" % short(text))
    if form == "json":
        tool.parsed(result)
    if form == "ndjson":
        tool.parsed_lines(result)


def many_failures(tool):
    """A folder whose report is larger than any pipe buffer."""
    folder = tool.folder()
    with open(os.path.join(tool.root, "corpora", "seeds", "connector-error.raw.log"), "rb") as stream:
        trace = stream.read()
    for number in range(400):
        with open(os.path.join(folder, "trace-%03d.log" % number), "wb") as stream:
            stream.write(trace)
    return folder


def check_closed_reader(tool, form, ignore):
    """The reader of standard output is gone: status 141 and not a word."""
    reader, writer = os.pipe()
    process = tool.start("--format", form, many_failures(tool), stdin=subprocess.DEVNULL, stdout=writer,
                         stderr=subprocess.PIPE, restore_signals=not ignore)
    os.close(writer)
    os.close(reader)
    _, err = process.communicate(timeout=SECONDS)
    need(shell_status(process.returncode) == 141,
         "status %d, wants 141; standard error %s" % (shell_status(process.returncode), short(err)))
    need(not err, "is not quiet about it: %s" % short(err))


def check_true(tool):
    """`tlswhy FOLDER | true` in a shell."""
    script = '"$0" --format ndjson "$1" | true; echo "${PIPESTATUS[0]}"'
    done = subprocess.run(["bash", "-c", script, tool.executable, many_failures(tool)],
                          env=tool.environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    need(done.stdout.strip() == b"141", "status %s, wants 141" % short(done.stdout))
    need(not done.stderr, "is not quiet about it: %s" % short(done.stderr))


def checks(tool):
    """One check for each signal and form."""
    found = [("signals/true", lambda: check_true(tool))]
    for form in ("text", "json", "ndjson"):
        for number in (signal.SIGTERM, signal.SIGINT):
            found.append(("signals/%s/%s" % (number.name, form), lambda n=number,
                          f=form: check_signal(tool, n, f)))
        found.append(("signals/closed-reader/%s" % form, lambda f=form: check_closed_reader(tool, f, False)))
        found.append(("signals/closed-reader/%s/ignored" % form,
                      lambda f=form: check_closed_reader(tool, f, True)))
    return found
