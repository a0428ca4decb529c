"""What the documents name exists: scripts, files, links, subcommands and options."""

import os
import re

from source import ROOT, files, read

BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```|((?:^    [^\n]*\n)+)|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
OURS = re.compile(r"(?<![\w/.])((?:scripts|tests|docs|corpora|signatures|engine|include|\.ci)/[\w./-]*\w)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CALL = re.compile(r"(?:^|\|)[\s$]*(?:\S*/)?(?:tlswhy|scripts/diagnose)\s+([^|;&\n]*)", re.MULTILINE)
OPTION = re.compile(r"(?<!\S)--([a-z][a-z-]+)")
# Options of other programs that stand behind the name tlswhy in a line.
FOREIGN = {"preset", "build", "help", "version"}


def options():
    """The long options that the command line knows."""
    found = set()
    for path in files("engine/cli", suffixes=(".c", ".h")):
        found |= set(re.findall(r"\"(?:--)?([a-z][a-z-]+)\"", read(path)))
    return found


def check():
    """Failures in the Markdown files at the top and in docs/."""
    failures = []
    known = options()
    paths = [path for path in files(suffixes=(".md",)) if "/" not in path or path.startswith("docs/")]
    for path in paths:
        text = read(path)
        for match in LINK.finditer(text):
            target = match.group(1)
            if "://" in target or target.startswith("mailto:"):
                continue
            if not os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)):
                failures.append("%s:%d: the link %s leads nowhere"
                                % (path, text.count("\n", 0, match.start()) + 1, target))
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            block = next(group for group in match.groups() if group is not None)
            for name in OURS.findall(block):
                if not os.path.exists(os.path.join(ROOT, name)) and not re.search(r"[A-Z]{3}", name):
                    failures.append("%s:%d: there is no %s" % (path, line, name))
            for call in CALL.findall(block):
                for option in OPTION.findall(call):
                    if known and option not in known and option not in FOREIGN:
                        failures.append("%s:%d: tlswhy has no option --%s" % (path, line, option))
    return failures
