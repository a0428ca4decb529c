#!/usr/bin/env python3
"""Holds the default pack to the contract's ids: each is there, explained with a source, and has a case.

    tests/pack/run.py build/bin/tlswhy

Prints one line for each failed check and a closing line; status 1 if any failed.
"""

import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests")]

from support import runner  # noqa: E402
from support.report import walk  # noqa: E402
from support.runner import need  # noqa: E402
from support.schema import Schema  # noqa: E402
from support.tool import Tool  # noqa: E402

KEYS = {"families": "families", "causes": "causes", "clients": "clients", "fixes": "fixes"}
LEAST_SIGNATURES = 400


def check_ids(pack, taxonomy, kind):
    """Every id of the taxonomy is in the pack."""
    have = {entry["id"] for entry in pack[KEYS[kind]]}
    missing = [entry for entry in taxonomy[kind] if entry not in have]
    need(not missing, "the pack lacks %s" % ", ".join(missing))


def check_references(pack, kind):
    """Every element has a source that leads somewhere."""
    bare = [entry["id"] for entry in pack[kind]
            if not entry["references"] or not all(r.get("url") or r.get("section") for r in entry["references"])]
    need(not bare, "without a source: %s" % ", ".join(bare))


def check_explained(tool, pack, kind):
    """`explain` prints each element with its source, and a conclusion with its condition."""
    for entry in pack[kind]:
        result = tool.run("explain", entry["id"])
        need(result.status == 0, "explain %s ends with %d" % (entry["id"], result.status))
        document = " ".join(entry["references"][0]["document"].split())
        need(document[:40] in " ".join(result.text.split()), "explain %s does not name its source" % entry["id"])
        need("when" not in entry or "within" in result.text, "explain %s does not say when" % entry["id"])


def labels_of(root):
    """(causes, clients) that some labelled log or case stands for."""
    causes, clients = set(), set()
    for kind in ("cases", "labelled"):
        folder = os.path.join(root, "corpora", kind)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name, "expect.json"), encoding="utf-8") as stream:
                label = json.load(stream)
            for key, found in (("cause", causes), ("client", clients)):
                value = label.get(key) or []
                found.update(value if isinstance(value, list) else [value])
    return causes, clients


def check_cases(tool, taxonomy):
    """Every cause and client has a case, and every fix is the answer to one."""
    causes, clients = labels_of(tool.root)
    need(not set(taxonomy["causes"]) - causes, "causes without a case: %s" % sorted(set(taxonomy["causes"]) - causes))
    need(not set(taxonomy["clients"]) - clients,
         "clients without a case: %s" % sorted(set(taxonomy["clients"]) - clients))
    folders = [os.path.join(tool.root, "corpora", kind) for kind in ("cases", "labelled", "seeds")]
    report, _ = tool.json(*folders)
    told = {fix["id"] for diagnosis in report["diagnoses"] for fix in diagnosis["fixes"]}
    need(not set(taxonomy["fixes"]) - told, "fixes that no case leads to: %s" % sorted(set(taxonomy["fixes"]) - told))


def check_size(pack):
    """The pack knows as much as it promises, and each signature carries its samples."""
    need(len(pack["signatures"]) >= LEAST_SIGNATURES, "only %d signatures" % len(pack["signatures"]))


def check_plain(pack):
    """What a person reads has no path of a machine in it."""
    for _, key, value in walk(pack):
        need(not isinstance(value, str) or key == "pattern" or not value.startswith("../"),
             "a path: %r" % value)


def checks(tool):
    """All of them."""
    with open(os.path.join(HERE, "taxonomy.json"), encoding="utf-8") as stream:
        taxonomy = json.load(stream)
    pack = json.loads(tool.run("signatures", "list", "--format", "json").text)
    found = [("ids/" + kind, lambda k=kind: check_ids(pack, taxonomy, k)) for kind in KEYS]
    found += [("references/" + kind, lambda k=kind: check_references(pack, k))
              for kind in ("signatures", "causes", "fixes")]
    found += [("explained/" + kind, lambda k=kind: check_explained(tool, pack, k))
              for kind in ("signatures", "causes", "fixes")]
    found.append(("cases", lambda: check_cases(tool, taxonomy)))
    found.append(("size", lambda: check_size(pack)))
    found.append(("plain", lambda: check_plain(pack)))
    return found


def main():
    """Runs the checks."""
    parser = argparse.ArgumentParser(description="Tests of the default pack.")
    parser.add_argument("executable", help="the tlswhy to test")
    arguments = parser.parse_args()
    tool = Tool(arguments.executable, ROOT, Schema(os.path.join(ROOT, "docs", "report.schema.json")))
    return runner.run_all(checks(tool), os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
