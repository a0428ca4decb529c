"""Runs in parts: shards, resumed runs, and the laws of merge."""

import json
import os
import random
import re

from support.runner import need, short

SECONDS = re.compile(rb'"seconds":[0-9.]+')
SHARDS = 5


def bare(report):
    """A report without what depends on the clock."""
    return SECONDS.sub(b'"seconds":0', report)


def body(report):
    """The lines but the summary."""
    return [line for line in report.splitlines() if b'"type":"summary"' not in line[:20]]


def run(tool, *arguments, status=1):
    """What a run prints."""
    result = tool.run(*arguments)
    need(result.status == status, "%s: status %d, wanted %d: %s"
         % (" ".join(arguments), result.status, status, short(result.err)))
    return result.out


def scan(tool, *arguments):
    """The ndjson report of some corpora."""
    return run(tool, "--format", "ndjson", *arguments, os.path.join(tool.root, "corpora", "labelled"))


def merge(tool, parts, *arguments, status=1):
    """The union of some reports."""
    paths = [tool.file("part-%d.ndjson" % number, part) for number, part in enumerate(parts)]
    return run(tool, "merge", "--format", "ndjson", *arguments, *paths, status=status)


def check_shards(tool):
    """Shards in any order, some doubled, are the single run, with any number of jobs."""
    parts = [scan(tool, "--shard", "%d/%d" % (shard, SHARDS)) for shard in range(SHARDS)]
    whole = scan(tool, "--jobs", "1")
    need(bare(whole) == bare(scan(tool, "--jobs", "2")), "two jobs give another report than one")
    rng = random.Random(6)
    for _ in range(3):
        mixed = parts + rng.sample(parts, 2)
        rng.shuffle(mixed)
        union = merge(tool, mixed, "--need", str(SHARDS))
        need(bare(union) == bare(whole), "the shards united are not the single run")
    merge(tool, parts[1:], "--need", str(SHARDS), status=3)
    merge(tool, parts[1:] + [parts[1]], "--need", str(SHARDS), status=3)
    merge(tool, parts[1:] + [parts[0][:-5]], "--need", str(SHARDS), status=3)


def check_laws(tool):
    """Union of random splits: in any order, in any grouping, of the same twice."""
    whole = scan(tool)
    lines = body(whole)
    rng = random.Random(7)
    for _ in range(3):
        parts = [b"", b"", b""]
        for line in lines:
            for part in rng.sample(range(3), rng.choice((1, 1, 2))):
                parts[part] += line + b"\n"
        summary = whole.splitlines()[-1] + b"\n"
        first, second, third = (part + summary for part in parts)
        united = merge(tool, [first, second, third])
        need(bare(united) == bare(whole), "a split report united is not the report")
        need(bare(merge(tool, [third, second, first])) == bare(united), "not commutative")
        left = merge(tool, [merge(tool, [first, second]), third])
        right = merge(tool, [first, merge(tool, [second, third])])
        need(bare(left) == bare(united) == bare(right), "not associative")
        need(bare(merge(tool, [first, first])) == bare(merge(tool, [first])), "not idempotent")


def check_supersedes(tool):
    """A diagnosis that was replaced is dropped, whichever part it is in."""
    lines = body(scan(tool))
    old = next(json.loads(line) for line in lines if json.loads(line)["type"] == "diagnosis")
    new = dict(old, id="0123456789abcdef", supersedes=old["id"])
    parts = [json.dumps(one).encode() + b"\n" for one in (old, new)]
    for order in (parts, parts[::-1]):
        found = [json.loads(line)["id"] for line in body(merge(tool, order))]
        need(found == [new["id"]], "superseded diagnoses: %s" % found)


def check_repeats(tool):
    """What a live run says of how often a diagnosis came again is no bad line."""
    whole = scan(tool)
    known = next(json.loads(line)["id"] for line in body(whole) if json.loads(line)["type"] == "diagnosis")
    repeat = json.dumps({"type": "repeat", "id": known, "count": 3}).encode() + b"\n"
    path = tool.file("repeats.ndjson", repeat + whole)
    result = tool.run("merge", "--format", "ndjson", path)
    need(result.messages == "" and body(result.out) == body(whole), "a repeat: %s" % short(result.err))


def check_bad_lines(tool):
    """A line that is none is named with its number, and the rest is merged."""
    whole = scan(tool)
    lines = whole.splitlines()
    for line in (b"{", b"[]", b'{"type":"diagnosis","id":"x"}', b'"\xff"', b"[" * 5000):
        path = tool.file("bad.ndjson", b"\n".join(lines[:2] + [line] + lines[2:]) + b"\n")
        result = tool.run("merge", "--format", "ndjson", path)
        need("line 3" in result.messages, "the bad line is not named: %s" % short(result.err))
        need(body(result.out) == body(whole), "lines around a bad one are lost")


def check_resume(tool):
    """A whole report is kept, a cut one made again, one of other options refused."""
    path = os.path.join(tool.folder(), "part.ndjson")
    run_shard = ("--format", "ndjson", "--output", path, "--shard", "1/5")
    logs = os.path.join(tool.root, "corpora", "labelled")
    run(tool, *run_shard, logs)
    with open(path, "rb") as stream:
        made = stream.read()
    before = os.stat(path).st_mtime_ns
    run(tool, *run_shard, logs)
    need(os.stat(path).st_mtime_ns == before, "a whole part is made again")
    run(tool, *run_shard, "--exit-zero", logs, status=0)
    run(tool, *run_shard, "--min-confidence", "0.9", logs, status=2)
    run(tool, *run_shard[:-1], "2/5", logs, status=2)
    need(os.stat(path).st_mtime_ns == before, "a refused run changed the part")
    for cut in (0, 10, len(made) // 2, len(made) - 1):
        with open(path, "wb") as stream:
            stream.write(made[:cut])
        run(tool, *run_shard, logs)
        with open(path, "rb") as stream:
            need(bare(stream.read()) == bare(made), "a cut part is not made again")
    other = scan(tool, "--min-confidence", "0.9")
    merge(tool, [made, other], status=2)


def checks(tool):
    """All checks of this file."""
    return [("merge/" + name, lambda check=check: check(tool)) for name, check in (
        ("shards", check_shards), ("laws", check_laws), ("supersedes", check_supersedes), ("repeats", check_repeats),
        ("bad lines", check_bad_lines), ("resume", check_resume))]
