#!/usr/bin/env python3
"""Measures start-up and scan rate beside grep and ripgrep, all in turn within the same rounds.

    tests/bench/bench.py build/bin/tlswhy [--size quick|full] [--rounds N] [--write FILE]

Machines differ and drift: compare rows of one run, by their ratios. Everything is made in a temporary folder.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(ROOT, "tests")]

import corpus  # noqa: E402
import pack  # noqa: E402

SIZES = {"quick": 64, "full": 256}
START_GOAL_MS = 30
START_RUNS = 31


class Bench:
    """The measuring program, the folder of a run, and the environment of what is measured."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = self.path("cache")
        self.measure = self.path("measure")
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", self.measure, os.path.join(HERE, "measure.c")],
                       check=True)
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": folder,
                            "XDG_CACHE_HOME": self.cache}

    def path(self, name):
        """A name in the folder of the run."""
        return os.path.join(self.folder, name)

    def run(self, command, times=1):
        """[(wall s, CPU s, peak MiB, status)] and the output of the last run."""
        output = self.path("output")
        done = subprocess.run([self.measure, output, str(times), *command], env=self.environment, check=True,
                              stdout=subprocess.PIPE, text=True)
        runs = []
        for line in done.stdout.splitlines():
            wall, cpu, peak, status = (int(part) for part in line.split())
            runs.append((wall / 1e9, cpu / 1e6, peak / 1024, status))
        with open(output, "rb") as stream:
            return runs, stream.read()

    def forget(self):
        """Empties the cache of compiled packs."""
        shutil.rmtree(self.cache, ignore_errors=True)


def table(title, header, rows):
    """A Markdown table with aligned columns."""
    columns = [[str(row[i]) for row in [header, *rows]] for i in range(len(header))]
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths))
             for row in zip(*columns)]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "## %s\n\n%s\n" % (title, "\n".join("| %s |" % line for line in lines))


def our_counts(output):
    """What a report in JSON says was found."""
    report = json.loads(output)
    hits = sum(one.get("hits", 0) for one in report["inputs"])
    found = sum(one.get("count", 1) for one in report["diagnoses"])
    return "%d hits, %d failures" % (hits, found)


def lines_count(output):
    """What grep -c says."""
    return "%d lines" % int(output.strip() or b"0")


def events_count(output):
    """How many events were printed."""
    return "%d records" % max(output.count(b"<Event "), output.count(b'{"record_id"'))


def start_up(bench, commands):
    """Process start to exit, on a paste of 10 KB; rounds over all commands."""
    times = {name: [] for name, _, _ in commands}
    for _ in range(START_RUNS):
        for name, command, cold in commands:
            if cold:
                bench.forget()
            runs, _ = bench.run(command)
            if runs[0][3] not in (0, 1):
                sys.exit("%s: exit status %d" % (" ".join(command), runs[0][3]))
            times[name].append(runs[0])
    rows = []
    for name, command, _ in commands:
        wall = 1e3 * statistics.median(run[0] for run in times[name])
        cpu = 1e3 * statistics.median(run[1] for run in times[name])
        peak = max(run[2] for run in times[name])
        goal = ("holds" if wall <= START_GOAL_MS else "MISSED") if "tlswhy" in command[0] else ""
        rows.append([name, "%.2f" % wall, "%.2f" % cpu, "%.1f" % peak, goal])
    return table("Start-up (10 KB paste, process start to exit, median of %d)" % START_RUNS,
                 ["command", "wall ms", "CPU ms", "peak MiB", "at most %d ms" % START_GOAL_MS], rows)


def scanning(bench, title, size, commands, rounds):
    """Whole processes on one large file; `commands` are (name, command, reader of its counts)."""
    times = {name: [] for name, _, _ in commands}
    counts = {}
    for _ in range(rounds):
        for name, command, read in commands:
            runs, output = bench.run(command)
            if runs[0][3] not in (0, 1):
                sys.exit("%s: exit status %d" % (" ".join(command), runs[0][3]))
            times[name].append(runs[0])
            counts[name] = read(output)
    rows = []
    ours = {}
    for name, command, _ in commands:
        wall = statistics.median(run[0] for run in times[name])
        cpu = statistics.median(run[1] for run in times[name])
        group = name.rsplit(", ", 1)[-1]
        ours.setdefault(group, cpu)
        rows.append([name, "%.2f" % cpu, "%.2f" % wall, "%.2f" % (size / cpu / 1e9),
                     "%.1f" % (cpu / ours[group]), "%.1f" % max(run[2] for run in times[name]), counts[name]])
    return table("%s (%d MB, median of %d rounds)" % (title, size // 1000000, rounds),
                 ["command", "CPU s", "wall s", "GB/s of CPU", "times our CPU", "peak MiB", "found"], rows)


def event_logs(bench, executable, size, rounds):
    """Windows event logs beside libevtx: a silent one, and the shared real ones where they are."""
    printer = bench.path("decode_cat")
    libraries = ["-lhs_runtime", "-lpcre2-8", "-ljansson", "-lz", "-lm", "-lpthread"]
    subprocess.run(["cc", "-O2", "-I" + os.path.join(ROOT, "engine"), "-I" + os.path.join(ROOT, "include"), "-o", printer,
                    os.path.join(ROOT, "tests", "support", "decode_cat.c"),
                    os.path.join(os.path.dirname(os.path.dirname(executable)), "libtlswhy.a"), *libraries], check=True)
    log = bench.path("System.evtx")
    length = corpus.event_log(log, size)
    sets = [("a silent System log", length, [log])]
    real = os.path.normpath(os.path.join(ROOT, "..", "shared", "corpora", "real"))
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(real) for name in names if name.endswith(".evtx"))
    if paths:
        sets.append(("%d shared logs" % len(paths), sum(os.path.getsize(path) for path in paths), paths))
    tables = []
    for title, total, files in sets:
        peer = ["sh", "-c", 'for file; do evtxexport -f xml "$file"; done', "sh", *files]
        commands = [("tlswhy", [executable, "--jobs", "1", "--format", "json", *files], our_counts),
                    ("all records as XML", [printer, *files], events_count), ("tlswhy records", [executable, "records", *files], events_count),
                    ("evtxexport -f xml", peer, events_count)]
        tables.append(scanning(bench, "Event logs: " + title, total, [("%s, evtx" % name, *rest) for name, *rest in commands], rounds))
    return "\n".join(tables)


def version(command):
    """The first line of what a program says of its version."""
    done = subprocess.run([command, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.split("\n")[0]


def machine():
    """What was measured on."""
    model = platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return "%d x %s; %s; %s" % (os.cpu_count(), model, version("grep"), version("rg"))


def measure_all(executable, bench, size, rounds):
    """All tables, printed as they come."""
    default = pack.literals(os.path.join(ROOT, "signatures"))
    generated = bench.path("pack")
    more = pack.generate(generated)
    names = {}
    for name, texts in (("default", default), ("more", default + more)):
        names[name] = bench.path(name + ".txt")
        with open(names[name], "w", encoding="utf-8") as stream:
            stream.write("\n".join(texts) + "\n")
    added = [executable, "--jobs", "1", "--signatures", generated]
    known = pack.generate(bench.path("alone"), alone=True)
    alone = [executable, "--jobs", "1", "--no-default-signatures", "--signatures", bench.path("alone")]
    paste = bench.path("paste.log")
    corpus.paste(paste)
    failure = bench.path("failure.log")
    corpus.paste(failure, "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : %s\n" % known[0])
    parts = ["# Performance\n\nMade by `scripts/bench`. Compare rows of one table, by their ratios.\n\n%s.\n\n"
             "`default`: the pack that is built in; the peers get its %d literal wordings. `+300`: 300 generated "
             "signatures (60 %% literals, 20 %% caseless, 20 %% patterns) added, `300 alone`: without the built-in "
             "pack; the peers get the %d literal and "
             "case-sensitive wordings of both.\n" % (machine(), len(default), len(default) + len(more))]
    print(parts[0], flush=True)

    def show(text):
        parts.append(text)
        print(text, flush=True)

    show(start_up(bench, [
        ("tlswhy, default, no cache", [executable, paste], True),
        ("tlswhy, default", [executable, paste], False),
        ("tlswhy, 300 alone, no cache: compiles", [*alone, failure], True),
        ("tlswhy, 300 alone", [*alone, failure], False),
        ("tlswhy, +300, no cache: compiles", [*added, paste], True),
        ("tlswhy, +300", [*added, paste], False),
        ("grep -F -f, default", ["grep", "-F", "-c", "-f", names["default"], paste], False),
        ("grep -F -f, +300", ["grep", "-F", "-c", "-f", names["more"], paste], False),
        ("rg -F -f, default", ["rg", "--no-config", "-F", "-c", "-f", names["default"], paste], False),
        ("rg -F -f, +300", ["rg", "--no-config", "-F", "-c", "-f", names["more"], paste], False),
    ]))
    log = bench.path("large.log")
    for title, planted in (("Scanning a clean log", False), ("Scanning, one failure a MiB", True)):
        length = corpus.write(log, size, planted)
        commands = []
        for group, ours, texts in (("default", [executable, "--jobs", "1"], names["default"]),
                                   ("+300", added, names["more"])):
            commands += [
                ("tlswhy, " + group, [*ours, "--format", "json", log], our_counts),
                ("grep -F -f, " + group, ["grep", "-F", "-c", "-f", texts, log], lines_count),
                ("rg -F -f, " + group, ["rg", "--no-config", "-F", "-c", "--no-mmap", "-j1", "-f", texts, log],
                 lines_count),
            ]
        show(scanning(bench, title, length, commands, rounds))
    few = bench.path("few")
    pack.first(few, os.path.join(ROOT, "signatures"))
    silent = bench.path("silent")
    pack.generate(silent, 50, alone=True)
    length = corpus.traces(log, size)
    bare = [executable, "--jobs", "1", "--format", "json", "--no-default-signatures", "--signatures"]
    show(scanning(bench, "Traces of one organisation: the default pack beside 50 signatures", length, [
        ("tlswhy with 50 of the connector, traces", [*bare, few, log], our_counts),
        ("tlswhy with 50 that find nothing, traces", [*bare, silent, log], our_counts),
        ("tlswhy, traces", [executable, "--jobs", "1", "--format", "json", log], our_counts),
        ("rg -F -f, traces", ["rg", "--no-config", "-F", "-c", "--no-mmap", "-j1", "-f", names["default"], log],
         lines_count),
    ], rounds))
    show(event_logs(bench, executable, size // 2, rounds))
    return "\n".join(parts)


def main():
    """Reads the arguments, measures, writes where told."""
    parser = argparse.ArgumentParser(description="Measures tlswhy beside grep and ripgrep.")
    parser.add_argument("executable", help="the tlswhy to measure")
    parser.add_argument("--size", choices=sorted(SIZES), default="full", help="how much to scan")
    parser.add_argument("--only", choices=("events",), help="only these tables")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of the scanning tables (3, or 5 of full)")
    parser.add_argument("--write", metavar="FILE", help="also write the tables to FILE")
    arguments = parser.parse_args()
    executable = os.path.abspath(arguments.executable)
    if not os.access(executable, os.X_OK):
        parser.error("%s cannot be executed; build it first (scripts/build release)" % executable)
    for peer in ("grep", "rg", "cc", "evtxexport"):
        if not shutil.which(peer):
            parser.error("%s is missing (scripts/setup --tests)" % peer)
    rounds = arguments.rounds or (5 if arguments.size == "full" else 3)
    with tempfile.TemporaryDirectory(prefix="tlswhy-bench-") as folder:
        size = SIZES[arguments.size]
        if arguments.only == "events":
            text = event_logs(Bench(folder), executable, size // 2, rounds)
            print(text)
        else:
            text = measure_all(executable, Bench(folder), size, rounds)
    if arguments.write:
        with open(arguments.write, "w", encoding="utf-8") as stream:
            stream.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
