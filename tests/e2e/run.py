#!/usr/bin/env python3
"""End-to-end tests: runs the executable over the corpora and the contract's tables.

    tests/e2e/run.py build/bin/tlswhy [--filter NAME] [--jobs N]

Prints one line for each failed or skipped check and a closing line; status 1 if any failed. Nothing
that a check needs may be missing: that fails it. Only the real-world logs are optional.
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), HERE]

import corpus  # noqa: E402
import events  # noqa: E402
import merge  # noqa: E402
import options  # noqa: E402
import paste  # noqa: E402
import real  # noqa: E402
import seeds  # noqa: E402
import signals  # noqa: E402
import status  # noqa: E402
import textreport  # noqa: E402
import untrusted  # noqa: E402
from support import runner  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

SUITES = (corpus, seeds, events, status, signals, merge, options, paste, untrusted, textreport, real)


def main():
    """Collects the checks of all suites, filters and runs them."""
    parser = argparse.ArgumentParser(description="End-to-end tests of tlswhy.")
    parser.add_argument("executable", help="the tlswhy to test")
    parser.add_argument("--filter", default="", metavar="NAME", help="only checks whose name contains NAME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="checks at a time")
    parser.add_argument("--list", action="store_true", help="print the names of the checks only")
    arguments = parser.parse_args()
    if not os.access(arguments.executable, os.X_OK):
        parser.error("%s cannot be executed; build it first (cmake --build --preset release)"
                     % arguments.executable)
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    checks = [check for suite in SUITES for check in suite.checks(tool) if arguments.filter in check[0]]
    if arguments.list:
        print("\n".join(name for name, _ in checks))
        return 0
    return runner.run_all(checks, arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
