"""Functions that are not called in engine/, and why."""

import re

from source import code_of, files, line_of, read

BOUNDS = "writes without a bound"
LOCALE = "depends on the locale or on hidden state"
SHELL = "runs a shell"
ALLOCATION = "allocate through base/alloc.h, which counts, limits and can fail in tests"
BANNED = {
    "strtok": LOCALE, "localtime": LOCALE, "gmtime": LOCALE, "setlocale": LOCALE,
    "atoi": "cannot tell an error", "atol": "cannot tell an error", "atof": "cannot tell an error",
    "sscanf": "cannot tell an overflow",
    "sprintf": BOUNDS, "vsprintf": BOUNDS, "strcpy": BOUNDS, "stpcpy": BOUNDS, "strcat": BOUNDS,
    "gets": BOUNDS, "strncpy": "may leave a text without its end", "strncat": BOUNDS,
    "system": SHELL, "popen": SHELL,
    "alloca": "the stack has no limit that could be reported",
    "malloc": ALLOCATION, "calloc": ALLOCATION, "realloc": ALLOCATION, "reallocarray": ALLOCATION,
    "free": ALLOCATION, "strdup": ALLOCATION, "strndup": ALLOCATION, "asprintf": ALLOCATION,
    "vasprintf": ALLOCATION,
}
# (file, function): what is right there.
ALLOWED = {
    ("engine/base/alloc.c", "malloc"), ("engine/base/alloc.c", "calloc"),
    ("engine/base/alloc.c", "realloc"), ("engine/base/alloc.c", "reallocarray"),
    ("engine/base/alloc.c", "free"),
    ("engine/match/match_hs_compile.c", "free"),    # what the library allocated
}
# Programs on the public headers only: base/alloc.h is not for them.
CLIENTS = ("engine/cli/", "engine/serve/")
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))


def check():
    """Failures: calls of banned functions."""
    failures = []
    for path in files("engine", suffixes=(".c", ".h")):
        code = code_of(read(path))
        for match in CALL.finditer(code):
            name = match.group(1)
            if BANNED[name] == ALLOCATION and path.startswith(CLIENTS):
                continue
            if (path, name) not in ALLOWED:
                failures.append("%s:%d: %s() is banned: %s"
                                % (path, line_of(code, match.start(1)), name, BANNED[name]))
    return failures
