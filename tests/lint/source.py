"""Reads C files for the lint: code without comments and texts, includes, functions."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = re.compile(r"^(build(-[^/]*)?|\.git|__pycache__)$")
NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
INCLUDE = re.compile(r"^\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", re.MULTILINE)


def files(*tops, suffixes=()):
    """Paths relative to the repository of all files below `tops`; build folders are passed over."""
    found = []
    for top in tops or (".",):
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = sorted(name for name in folders if not SKIPPED.match(name))
            found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in sorted(names)
                      if not suffixes or name.endswith(suffixes)]
    return found


def read(path):
    """The text of a file; invalid UTF-8 is kept as surrogates."""
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="surrogateescape") as stream:
        return stream.read()


def code_of(text):
    """The text with comments and literals blanked out; lines stay where they are."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text, position):
    """The line number, from 1, of a position."""
    return text.count("\n", 0, position) + 1


def includes(text):
    """(line, "<" or '"', name) of each #include."""
    return [(line_of(text, match.start(2)), match.group(1), match.group(2))
            for match in INCLUDE.finditer(text)]


def functions(text):
    """(name, first line, number of lines) of each function of formatted code."""
    lines = code_of(text).split("\n")
    found, start = [], None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            first = start - 1
            while first > 0 and lines[first].startswith((" ", "\t")):
                first -= 1
            name = re.search(r"(\w+)\s*\(", lines[first])
            found.append((name.group(1) if name else "?", first + 1, number - first + 1))
            start = None
    return found
