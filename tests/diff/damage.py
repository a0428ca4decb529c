#!/usr/bin/env python3
"""Flips bits in event logs and cuts them: the program, built with sanitizers, reads what it can and says the rest.

    tests/diff/damage.py build-debug/bin/tlswhy [--variants N] [--seed N]

The logs are the shared real ones where they are, and made ones. Each gets N variants; they lie in one folder, so that the start
of the program is paid once a folder.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "bench")]

import corpus  # noqa: E402
from support import runner  # noqa: E402
from support.runner import need, short  # noqa: E402

REAL = os.path.normpath(os.path.join(ROOT, "..", "shared", "corpora", "real"))
HEADER = 4096
CHUNK = 65536


def damaged(rng, log):
    """One variant of a log: some flipped bits where there is something, or a cut."""
    if rng.random() < 0.25:
        return log[:rng.randrange(len(log))]
    log = bytearray(log)
    for _ in range(rng.choice((1, 3, 20, 200))):
        chunk = HEADER + CHUNK * rng.randrange(max(1, (len(log) - HEADER) // CHUNK))
        # Headers and first records are what everything hangs on.
        at = min(len(log) - 1, chunk + min(rng.randrange(CHUNK), rng.choice((512, 4096, CHUNK))))
        log[at] ^= 1 << rng.randrange(8)
    return bytes(log)


def sources():
    """(name, bytes) of the logs."""
    yield "made", corpus.event_log_bytes(1)
    for top, _, names in sorted(os.walk(REAL)):
        for name in sorted(names):
            if name.endswith(".evtx"):
                with open(os.path.join(top, name), "rb") as stream:
                    yield name, stream.read()


def check_log(tool, name, log, variants, seed):
    """All variants of one log, in one run."""
    rng = random.Random("%s %s" % (seed, name))
    with tempfile.TemporaryDirectory(prefix="tlswhy-damage-") as folder:
        for number in range(variants):
            with open(os.path.join(folder, "%03d.evtx" % number), "wb") as stream:
                stream.write(damaged(rng, log))
        done = subprocess.run([tool, "--all-files", "--format", "json", folder], capture_output=True, timeout=600, check=False)
        need(done.returncode in (0, 1, 3), "seed %s: status %d: %s" % (seed, done.returncode, short(done.stderr, 2000)))
        report = json.loads(done.stdout)
        need(len(report["inputs"]) == variants, "%d inputs of %d" % (len(report["inputs"]), variants))
        for one in report["inputs"]:
            need(one["status"] in ("ok", "truncated", "damaged") and ("error" in one) == (one["status"] != "ok"),
                 "seed %s: %s" % (seed, one))
        for diagnosis in report["diagnoses"]:
            need(diagnosis["cause"]["family"] not in ("tls-version", "tls-cipher"), "seed %s: a TLS verdict" % seed)


def main():
    """Runs the checks."""
    parser = argparse.ArgumentParser(description="Damages event logs and reads them.")
    parser.add_argument("tool", help="a tlswhy with sanitizers")
    parser.add_argument("--variants", type=int, default=4, help="of each log")
    parser.add_argument("--seed", default="20261125")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.tool)
    return runner.run_all([("damage/" + name, lambda name=name, log=log: check_log(tool, name, log, arguments.variants,
                                                                                    arguments.seed))
                           for name, log in sources()], os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
