#!/usr/bin/env python3
"""Same answer for the same bytes: whatever the cuts of the stream, --jobs and compression are.

    tests/invariance/run.py build/bin/tlswhy [--seed N] [--rounds N] [--filter NAME] [--jobs N]

The cuts are random but decided by the seed, which is printed. The closing line is that of tests/e2e.
"""

import argparse
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests"))

from support import runner, shapes  # noqa: E402
from support.report import comparable, seen  # noqa: E402
from support.runner import need  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool, single_bytes  # noqa: E402

BYTEWISE_MAX = 6000
LARGE = 700000
# Where a block, a peek or a repair may end: traces are laid across these.
BORDERS = (64 << 10, 256 << 10, 512 << 10)


def read(path):
    """All bytes of a file."""
    with open(path, "rb") as stream:
        return stream.read()


def inputs(root):
    """(name, path) of every seed, case and damaged input that is not compressed."""
    corpora = os.path.join(root, "corpora")
    found = [("seeds/" + name,
              os.path.join(corpora, "seeds",
                           name)) for name in sorted(os.listdir(os.path.join(corpora, "seeds")))]
    for kind in ("cases", "damaged"):
        for case in sorted(os.listdir(os.path.join(corpora, kind))):
            folder = os.path.join(corpora, kind, case)
            found += [("%s/%s" % (kind, case),
                       os.path.join(folder,
                                    name)) for name in os.listdir(folder) if name.startswith("input.")]
    return [(name, path) for name, path in found if not path.endswith(".gz")]


def random_cuts(data, rng):
    """The data in pieces: mostly small, sometimes large, sometimes of one byte."""
    pieces, start = [], 0
    while start < len(data):
        size = rng.choice((1, 2, 3, rng.randint(1, 64), rng.randint(1, 4096), rng.randint(1, 1 << 17)))
        pieces.append(data[start:start + size])
        start += size
    return pieces


def same(one, other, what, keep_names=False):
    """Fails where two reports have other diagnoses."""
    need(comparable(one, keep_names) == comparable(other, keep_names),
         "%s: %s; before: %s" % (what, seen(other), seen(one)))


def check_stream(tool, path, seed, rounds):
    """One input: on standard input whole, in random cuts and byte by byte; equal to the file."""
    data = read(path)
    rng = random.Random("%d %s" % (seed, os.path.relpath(path, tool.root)))
    from_file, _ = tool.json(path)
    whole, _ = tool.json(stdin=data)
    same(from_file, whole, "on standard input it has other diagnoses than as a file")
    for number in range(rounds):
        cut, _ = tool.json_fed(pieces=random_cuts(data, rng), lockstep=number % 2 == 0)
        same(whole, cut, "random cuts, round %d" % number, keep_names=True)
    if len(data) <= BYTEWISE_MAX:
        bytewise, _ = tool.json_fed(pieces=single_bytes(data), lockstep=True)
        same(whole, bytewise, "one byte at a time", keep_names=True)


def check_gzip(tool, path, seed, rounds):
    """One input: gzipped, in two and in many members, and gzipped in random cuts."""
    data = read(path)
    rng = random.Random("%d gzip %s" % (seed, os.path.relpath(path, tool.root)))
    plain, _ = tool.json(path)
    packed, _ = tool.json(tool.file("input.log.gz", shapes.gzipped(data)))
    same(plain, packed, "gzipped")
    for number in range(rounds):
        members = shapes.gzip_members(data, rng.randint(0, len(data)))
        two, _ = tool.json(tool.file("input.log.gz", members))
        same(plain, two, "two gzip members, round %d" % number)
        cut, _ = tool.json_fed(pieces=random_cuts(members, rng), lockstep=number % 2 == 0)
        same(plain, cut, "two gzip members in random cuts, round %d" % number)
    many = b"".join(shapes.gzipped(piece) for piece in random_cuts(data, rng))
    report, _ = tool.json(tool.file("input.log.gz", many))
    same(plain, report, "many gzip members")


def check_jobs(tool, folder):
    """A folder with every --jobs: the same diagnoses in the same order, ids included."""
    first, _ = tool.json("--jobs", "1", folder)
    for jobs in (1, 2, 4, 32):
        again, _ = tool.json("--jobs", str(jobs), folder)
        need(again["diagnoses"] == first["diagnoses"], "--jobs %d has other diagnoses than --jobs 1" % jobs)
        need(again["verdict"] == first["verdict"], "--jobs %d has another verdict" % jobs)
        need(again["inputs"] == first["inputs"], "--jobs %d has other inputs" % jobs)


def check_ndjson_jobs(tool, folder):
    """ndjson: the same set of ids with every --jobs."""
    found = None
    for jobs in (1, 2, 4):
        lines, _ = tool.ndjson("--jobs", str(jobs), folder)
        ids = sorted(line["id"] for line in lines if line["type"] == "diagnosis")
        need(found is None or ids == found, "--jobs %d has other ids" % jobs)
        found = ids


def check_place(tool, path, seed, rounds):
    """A trace across the borders of blocks within other lines: found, and the same for every cut."""
    trace = read(path)
    alone, _ = tool.json(path)
    rng = random.Random("%d place %s" % (seed, os.path.basename(path)))
    filler = shapes.filler(LARGE)
    for border in BORDERS:
        for _ in range(max(1, rounds - 1)):
            start = filler.rfind(b"\n", 0, border - rng.randint(1, len(trace))) + 1
            data = filler[:start] + trace + b"\n" + filler[start:]
            large = tool.file("large.log", data)
            report, _ = tool.json(large)
            need(report["verdict"] is not None, "at offset %d: %s" % (start, seen(report)))
            for key in ("cause", "client", "family", "fix"):
                need(report["verdict"].get(key) == alone["verdict"].get(key),
                     "at offset %d: %s" % (start, seen(report)))
            cut, _ = tool.json_fed(pieces=random_cuts(data, rng))
            same(report, cut, "at offset %d, in random cuts" % start)
            packed, _ = tool.json(tool.file("large.log.gz",
                                            shapes.gzip_members(data, start + rng.randint(0, len(trace)))))
            same(report, packed, "at offset %d, in two members" % start)


def checks(tool, seed, rounds):
    """All properties over all inputs."""
    corpora = os.path.join(tool.root, "corpora")
    found = [("jobs/" + name,
              lambda f=os.path.join(corpora,
                                    name): check_jobs(tool,
                                                      f)) for name in ("seeds", "cases", "damaged",
                                                                       "clean/everyday")]
    found.append(("jobs/ndjson", lambda: check_ndjson_jobs(tool, corpora)))
    for name, path in inputs(tool.root):
        found.append(("stream/" + name, lambda p=path: check_stream(tool, p, seed, rounds)))
        found.append(("gzip/" + name, lambda p=path: check_gzip(tool, p, seed, rounds)))
    for error in ("browser-error", "connector-error", "developer-tools-error"):
        path = os.path.join(corpora, "seeds", error + ".raw.log")
        found.append(("place/" + error, lambda p=path: check_place(tool, p, seed, rounds)))
    return found


def main():
    """Collects the checks, prints the seed and runs them."""
    parser = argparse.ArgumentParser(description="Invariance tests of tlswhy.")
    parser.add_argument("executable", help="the tlswhy to test")
    parser.add_argument("--seed", type=int, default=20261124, help="what decides the random cuts")
    parser.add_argument("--rounds", type=int, default=3, help="random cuts for each input")
    parser.add_argument("--filter", default="", metavar="NAME", help="only checks whose name contains NAME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="checks at a time")
    arguments = parser.parse_args()
    if not os.access(arguments.executable, os.X_OK):
        parser.error("%s cannot be executed; build it first (cmake --build --preset release)"
                     % arguments.executable)
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    print("seed %d" % arguments.seed, flush=True)
    every = [check for check in checks(tool, arguments.seed,
                                       arguments.rounds) if arguments.filter in check[0]]
    return runner.run_all(every, arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
