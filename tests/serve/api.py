#!/usr/bin/env python3
"""Tests of `tlswhy serve`: its API, hostile requests, many uploads at once.

    tests/serve/api.py build/bin/tlswhy [--filter NAME] [--rounds N] [--seed N] [--uploads N] [--mebibytes N]
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests"), HERE]

import hostile  # noqa: E402
import load  # noqa: E402
import plain  # noqa: E402
from server import serving  # noqa: E402
from support import runner  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402


def main():
    """Runs the checks against one server; some start their own."""
    parser = argparse.ArgumentParser(description="Tests of tlswhy serve.")
    parser.add_argument("executable", help="the tlswhy to test")
    parser.add_argument("--filter", default="", metavar="NAME", help="only checks whose name contains NAME")
    parser.add_argument("--rounds", type=int, default=2000, help="damaged requests")
    parser.add_argument("--seed", default="1", help="of the damaged requests")
    parser.add_argument("--uploads", type=int, default=10, help="uploads at once")
    parser.add_argument("--mebibytes", type=int, default=5, help="size of an upload")
    arguments = parser.parse_args()
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    start = time.monotonic()
    with serving(tool) as server:
        checks = plain.checks(tool, server) + hostile.checks(tool, server, arguments.rounds, arguments.seed) \
            + load.checks(tool, arguments.uploads, arguments.mebibytes)
        status = runner.run_all([check for check in checks if arguments.filter in check[0]], 1)
    print("%.0f s" % (time.monotonic() - start), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
