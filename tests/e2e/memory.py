#!/usr/bin/env python3
"""Holds the promise on memory on a large event log that comes through a pipe.

    tests/e2e/memory.py build/bin/tlswhy [--mebibytes N]

The log is made of the same chunks again and again. One process at a time: what the kernel tells of the peak is that of the
largest child.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "bench")]

import corpus  # noqa: E402
from support import evtx, runner  # noqa: E402
from support.runner import need  # noqa: E402

PROMISE_MIB = 32 + 16   # docs/architecture.md: and 16 for the worker


def write_log(stream, log, size):
    """The header of `log`, and its chunks until about `size` bytes went out. Returns how many did."""
    chunks = log[evtx.HEADER_SIZE:]
    times = max(1, size // len(chunks))
    stream.write(log[:evtx.HEADER_SIZE])
    for _ in range(times):
        stream.write(chunks)
    stream.close()
    return evtx.HEADER_SIZE + times * len(chunks)


def check_large(executable, mebibytes):
    """A large silent log is read to its end within the promise."""
    log = corpus.event_log_bytes(1)
    process = subprocess.Popen([executable, "--format", "json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sent = []
    writer = threading.Thread(target=lambda: sent.append(write_log(process.stdin, log, mebibytes << 20)))
    writer.start()
    report = json.loads(process.stdout.read())
    writer.join()
    need(process.wait() == 0, "status %d" % process.returncode)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    one = report["inputs"][0]
    need(one["format"] == "evtx" and one["status"] == "ok" and one["bytes"] == sent[0], "read as %s" % one)
    need(peak <= PROMISE_MIB, "%.1f MiB for %d MiB of input; promised are %d" % (peak, mebibytes, PROMISE_MIB))
    print("peak %.1f MiB for %d MiB" % (peak, mebibytes))


def main():
    """Reads the arguments and runs the check."""
    parser = argparse.ArgumentParser(description="Holds the promise on memory on a large event log.")
    parser.add_argument("executable", help="the tlswhy to test (without sanitizers)")
    parser.add_argument("--mebibytes", type=int, default=256, help="how large the log is")
    arguments = parser.parse_args()
    return runner.run_all([("memory/evtx", lambda: check_large(arguments.executable, arguments.mebibytes))], 1)


if __name__ == "__main__":
    sys.exit(main())
