#!/usr/bin/env python3
"""How right the answers are: runs the labelled and the clean corpus and holds the figures to floors.

    tests/eval/run.py build/bin/tlswhy                  the table, and the floors
    tests/eval/run.py build/bin/tlswhy --failures       each wrong answer of the tuning half
    tests/eval/run.py build/bin/tlswhy --write          the table goes to docs/accuracy.md, floors rise

What is wrong in the set-aside half is never shown case by case: no signature is changed because of it.
The floors (tests/eval/floors.json) only rise.
"""

import argparse
import concurrent.futures
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), HERE]

import cases  # noqa: E402
import table  # noqa: E402
from floors import Floors  # noqa: E402
from score import Answer  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

SHARED = os.path.join(os.path.dirname(ROOT), "shared", "corpora", "real")


def run_case(tool, case):
    """One case through the program."""
    report, _ = tool.json(case.path)
    return Answer(case, report)


def run_clean(tool, entry):
    """(name, causes told) of a clean log."""
    name, path = entry
    report, _ = tool.json(path)
    return name, [(d["cause"]["family"], d["cause"]["id"]) for d in report["diagnoses"]]


def print_failures(answers, clean):
    """The wrong answers of the tuning half, and the false alarms."""
    for answer in answers:
        case = answer.case
        wrong = [] if answer.family_right and answer.cause_right else ["cause"]
        wrong += ["client"] if case.clients and not answer.client_right else []
        wrong += ["FALSE TLS"] if answer.false_tls else []
        if case.half == "tuning" and wrong:
            print("%s: %s\n    wants %s / %s / %s\n    has   %s / %s (%s) / %s\n    %s"
                  % (case.id, ", ".join(wrong), case.families or "-", case.causes, case.clients, answer.family,
                     answer.guess, answer.confidence, answer.client, case.why))
    for name, told in clean:
        if told:
            print("%s: told %s" % (name, told))


def main():
    """Runs everything; status 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(description="Accuracy of tlswhy on the labelled corpus.")
    parser.add_argument("executable", help="the tlswhy to test")
    parser.add_argument("--failures", action="store_true", help="show each wrong answer of the tuning half")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md and raise the floors")
    arguments = parser.parse_args()
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    corpora = os.path.join(ROOT, "corpora")
    labelled = cases.load(corpora)
    clean_logs = cases.clean_files(corpora, SHARED)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = list(pool.map(lambda case: run_case(tool, case), labelled))
        clean = list(pool.map(lambda entry: run_clean(tool, entry), clean_logs))
    if arguments.failures:
        print_failures(answers, clean)
        return 0
    floors = Floors(os.path.join(HERE, "floors.json"))
    if not os.path.isdir(SHARED):
        print("skipped: the shared real logs are not here")
    for line in table.lines(answers, [(n, t) for n, t in clean]):
        print(line)
    if arguments.write:
        floors.rise(answers, clean)
        table.write(os.path.join(ROOT, "docs", "accuracy.md"),
                    answers, [(n, t) for n, t in clean if n.startswith("clean/")])
    return floors.check(answers, clean)


if __name__ == "__main__":
    sys.exit(main())
