"""The checkers of others: clang-format, cppcheck, clang-tidy."""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess

from source import ROOT, files

FINDING = re.compile(r"^(\S+?):(\d+):(?:\d+:)? (?:error|warning): (.*)$", re.MULTILINE)
CPPCHECK = ("--enable=warning,performance,portability", "--inline-suppr", "--std=c11", "--language=c", "-q",
            "--error-exitcode=1", "--template={file}:{line}: warning: {message} [{id}]",
            "-D_GNU_SOURCE", "-D__linux__", "-D__x86_64__", "-Iengine", "-Iinclude",
            "--suppress=missingIncludeSystem", "--suppress=missingInclude",
            # Wrong about what a loop or a callee fills; gcc and clang-tidy follow it better.
            "--suppress=uninitvar", "--suppress=nullPointerArithmeticRedundantCheck",
            # What a job borrows for one call; clang-tidy's StackAddressEscape is exact.
            "--suppress=autoVariables",
            # The two ends of a file that the assembler embeds.
            "--suppress=comparePointers:engine/pack/pack_default.c",
            "--suppress=comparePointers:engine/packtool/packtool_check.c")


def run(command):
    """Output of a command that may fail, both streams; None where the program is not installed."""
    if not shutil.which(command[0]):
        return 127, "%s is not installed (scripts/setup --tests)\n" % command[0]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")
    return done.returncode, done.stdout


def findings(output, status):
    """Failures in a checker's output; where it failed without any, its last lines."""
    found = []
    for path, line, message in FINDING.findall(output):
        # Through build/visible, whose entries are links to the folders.
        path = os.path.relpath(os.path.realpath(path), ROOT)
        failure = "%s:%s: %s" % (path, line, message)
        if failure not in found:
            found.append(failure)
    if status and not found:
        found = ["%s" % line for line in output.strip().split("\n")[-5:]]
    return found


def check_format():
    """Failures of the layout that .clang-format describes: the first place of each file."""
    status, output = run(["clang-format", "--dry-run", "-Werror",
                          *files("engine", "include", "tests", suffixes=(".c", ".h"))])
    first = {}
    for failure in findings(output, status):
        first.setdefault(failure.split(":")[0], failure)
    return list(first.values())


def check_cppcheck():
    """Failures of cppcheck over engine/."""
    status, output = run(["cppcheck", *CPPCHECK, "-j", str(os.cpu_count() or 1), "engine"])
    return findings(output, status)


def check_tidy():
    """Failures of clang-tidy (.clang-tidy) over the files of engine/ that are built, side by side."""
    database = os.path.join(ROOT, "build", "compile_commands.json")
    if not os.path.exists(database):
        return ["build/compile_commands.json:1: not there; build first: scripts/build release"]
    with open(database, encoding="utf-8") as stream:
        built = sorted({os.path.relpath(entry["file"], ROOT) for entry in json.load(stream)})
    built = [path for path in built if path.startswith("engine/") and os.path.exists(os.path.join(ROOT, path))]
    # The longest first, so that the last to end is a short one.
    built.sort(key=lambda path: -os.path.getsize(os.path.join(ROOT, path)))
    command = ["clang-tidy", "--quiet", "-p", "build", "--warnings-as-errors=*"]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda path: run([*command, path]), built))
    failures = []
    for status, output in results:
        failures += [failure for failure in findings(output, status) if failure not in failures]
    return failures
