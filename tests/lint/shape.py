"""The shape of files: names, first comments, lengths, and what the tests list."""

import collections
import os
import re

from source import files, line_of, read, functions

FILE_LINES = 800
FUNCTION_LINES = 80
TABLES = {"engine/pack/pack_bigrams.c"}     # data, generated
SUITE = re.compile(r"^Suite \*(tw_suite_\w+)\(void\)\s*$", re.MULTILINE)
EXAMPLE = "tests/api/example.c"
# Words that say where a file was made instead of what it does; written so that this file has none.
FOREIGN = re.compile(r"(?<![\w.~$}])/wor[k]/|cla[u]de|anthropi[c]|chatgp[t]|copilo[t]|open[a]i|\bgpt-\d",
                     re.IGNORECASE)


def check_names():
    """Failures: a name of a C file that is there twice, or that does not begin with its stage."""
    failures = []
    seen = collections.defaultdict(list)
    for path in files("engine", "include", suffixes=(".c", ".h")):
        seen[os.path.basename(path)].append(path)
    for paths in seen.values():
        failures += ["%s:1: the name is used by %s, too" % (path, paths[0]) for path in paths[1:]]
    return failures


def check_files():
    """Failures: a first line that does not name the file, files and functions that are too long."""
    failures = []
    for path in files("engine", "include", suffixes=(".c", ".h")):
        text = read(path)
        if not text.startswith("/* %s -- " % os.path.basename(path)):
            failures.append("%s:1: the first line is not '/* %s -- ...'" % (path, os.path.basename(path)))
        length = text.count("\n")
        if length > FILE_LINES and path not in TABLES:
            failures.append("%s:%d: longer than %d lines" % (path, FILE_LINES, FILE_LINES))
        for name, line, lines in functions(text):
            if lines > FUNCTION_LINES:
                failures.append("%s:%d: %s() has %d lines, more than %d"
                                % (path, line, name, lines, FUNCTION_LINES))
        if "\t" in text and path.startswith(("engine/", "include/")):
            failures.append("%s:%d: a tab" % (path, line_of(text, text.index("\t"))))
    return failures


def check_words():
    """Failures: a path of one machine, or the name of a tool that has nothing to do with the project."""
    failures = []
    for path in files():
        text = read(path)
        for match in FOREIGN.finditer(text):
            failures.append("%s:%d: '%s' does not belong here"
                            % (path, line_of(text, match.start()), match.group()))
    return failures


def check_suites():
    """Failures: a suite of tests/unit that is not in suites.h, and the reverse."""
    listed = read("tests/unit/suites.h") if os.path.exists("tests/unit/suites.h") else ""
    failures = []
    defined = {}
    for path in files("tests/unit", suffixes=(".c",)):
        text = read(path)
        for match in SUITE.finditer(text):
            defined[match.group(1)] = (path, line_of(text, match.start()))
    for name, (path, line) in sorted(defined.items()):
        short = name[len("tw_suite_"):]
        if not re.search(r"\b%s\b|\b%s\b" % (name, short), listed):
            failures.append("%s:%d: %s is not listed in tests/unit/suites.h" % (path, line, name))
    return failures


def check_example():
    """Failures: a line of the introduction of tlswhy.h that is not in the example that is built."""
    header = read("include/tlswhy/tlswhy.h")
    introduction = header[:header.index("*/")]
    example = [line.strip() for line in read(EXAMPLE).split("\n")]
    failures = []
    for number, line in enumerate(introduction.split("\n"), 1):
        code = re.match(r" \*       +(\S.*)$", line)
        if not code:
            continue
        start = code.group(1).strip()
        start = start[:-len("...")].strip() if start.endswith("...") else start
        if not any(other.startswith(start) for other in example):
            failures.append("include/tlswhy/tlswhy.h:%d: '%s' is not in %s" % (number, start, EXAMPLE))
    return failures
