"""Who may include whom (docs/architecture.md): folders of lower layers, and oneself."""

import os
import re

from source import files, includes, read

LAYERS = {
    "base": 0,
    "model": 1, "match": 1,
    "pack": 2, "source": 2, "decode": 2,
    "format": 3, "scan": 3, "confirm": 3,
    "classify": 4,
    "report": 5,
    "pipeline": 6, "packtool": 6,
    "api": 7,
    "cli": 8, "serve": 8,
}
# Allowed beside lower layers and oneself.
ALSO = {"packtool": {"pipeline"}}
# Lower layers that are out of sight all the same.
NEVER = {
    "format": {"source", "decode"},     # reads through base/stream.h
    "api": {"packtool"},                # an executable of its own
    "cli": set(LAYERS),                 # a client of the public headers, as anybody's program
    "serve": set(LAYERS),
}
# The wrappers: where a library's header may be included.
WRAPPERS = {
    r"hs/.*|hs\.h|hs_.*": r"engine/match/match_hs[^/]*\.c",
    r"pcre2.*\.h": r"engine/match/match_pcre2\.c",
    r"zlib\.h": r"engine/decode/.*",
    r"yaml\.h": r"engine/pack/pack_yaml\.c",
    r"microhttpd\.h": r"engine/serve/serve_http\.c",
    r"jansson\.h": r"engine/(report|api)/.*|engine/format/format_event_json_read\.c",
}
# Headers of the compiler and the C library, by the folders that glibc and gcc install.
SYSTEM = re.compile(r"(sys|arpa|netinet|linux)/\w+\.h|\w+\.h")
# What a public header may need of the C library.
HEADER_NEEDS = {"signal.h", "stdbool.h", "stddef.h", "stdint.h"}
PUBLIC = re.compile(r"tlswhy/(tlswhy|tools)\.h")


def allowed(folder, other):
    """Whether engine/`folder` may include a file of engine/`other`."""
    if folder == other:
        return True
    if other in NEVER.get(folder, ()):
        return False
    return LAYERS[other] < LAYERS[folder] or other in ALSO.get(folder, ())


def check_own(path, folder, line, name):
    """Failures of #include "name" in a file of engine/`folder`."""
    name = name if "/" in name else "%s/%s" % (folder, name)
    other = name.split("/")[0]
    target = os.path.join("engine", name)
    if other not in LAYERS:
        return ["%s:%d: includes %s: no folder of engine/" % (path, line, name)]
    if not allowed(folder, other):
        return ["%s:%d: %s (layer %d) must not include %s (layer %d)"
                % (path, line, folder, LAYERS[folder], name, LAYERS[other])]
    if not os.path.exists(target):
        return ["%s:%d: includes %s, which is not there" % (path, line, name)]
    return []


def check_foreign(path, line, name):
    """Failures of #include <name>."""
    for header, wrapper in WRAPPERS.items():
        if re.fullmatch(header, name):
            if re.fullmatch(wrapper, path):
                return []
            return ["%s:%d: <%s> belongs into its wrapper only (%s)" % (path, line, name, wrapper)]
    if PUBLIC.fullmatch(name) or SYSTEM.fullmatch(name):
        return []
    return ["%s:%d: <%s> is no known library; give it a wrapper in tests/lint/layers.py" % (path, line, name)]


def check():
    """Failures of every #include in engine/."""
    failures = []
    for path in files("engine", suffixes=(".c", ".h")):
        folder = path.split("/")[1]
        if folder not in LAYERS:
            failures.append("%s:1: the folder has no layer in tests/lint/layers.py" % path)
            continue
        text = read(path)
        for line, kind, name in includes(text):
            if kind == '"':
                failures += check_own(path, folder, line, name)
            else:
                failures += check_foreign(path, line, name)
    for path in files("include", suffixes=(".h",)):
        for line, kind, name in includes(read(path)):
            if kind == '"' or not (PUBLIC.fullmatch(name) or name in HEADER_NEEDS):
                failures.append("%s:%d: a public header must not include %s" % (path, line, name))
    return failures
