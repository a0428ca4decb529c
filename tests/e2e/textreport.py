"""The text report: the answer first, then the action, then the reasons; 80 columns; no colour needed."""

import os
import re

from support.runner import need, short

WIDTH = 80


def report(tool, *arguments, folder="seeds"):
    """The text report of a file of the corpora, run beside it so that its path is short."""
    return tool.run("--color", "never", *arguments, cwd=os.path.join(tool.root, "corpora", folder)).text


def in_order(text, *patterns):
    """All patterns stand in the text, each behind the one before."""
    position = 0
    for pattern in patterns:
        found = re.compile(pattern, re.MULTILINE).search(text, position)
        need(found, "/%s/ does not follow at its place in: %s" % (pattern, short(text, 1500)))
        position = found.end()


def check_parts(tool):
    """The report of the connector error has its parts in their order, with their words."""
    text = report(tool, "connector-error.raw.log")
    in_order(text,
             r"\Aconnector-error\.raw\.log · .* · \d+ lines · 1 diagnosis\n",
             r"^.*confidence\s+\d+ % \(.*\d+ %\)",
             r"^  cause +(outdated-dynamics-client|dotnet-legacy-default)\b",
             r"^  client +crm-login-control\b",
             r"^  seen ",
             r"^What to do$",
             r"^  1\. ",
             r"KB 4051700",
             r"^Why$",
             r"^  lines? +\d+ .*(strong|decisive|moderate)",
             r"^Less likely$",
             r"^ +\d+ % +(outdated-dynamics-client|dotnet-legacy-default)\b")
    need("confidence" in text.split("What to do")[0], "the answer does not stand before the action")


def check_fix_words(tool):
    """Each seed's report says its fix in words that can be followed."""
    for name, words in (("browser-error.raw.log", ("TLS 1.2", "browser")),
                        ("connector-error.raw.log", ("NuGet", "4.6.2")),
                        ("developer-tools-error.raw.log", ("4.6.2", "registry"))):
        text = report(tool, name)
        for word in words:
            need(word in text, "%s: the report does not say %r" % (name, word))


CASE_WORDS = {
    "outlook-old": ("8.2.2.137", "56327"),
    "usd-old": ("3.1",),
    "report-authoring-old": ("56973", "57079"),
    "email-router-old": ("56974", "57079"),
    "powershell-get-crmconnection": ("SecurityProtocol", "Tls12"),
    "vs2015-hosting-process": ("hosting process", "Debug"),
    "ssis-connector-old": ("SchUseStrongCrypto", "machine-wide"),
    "winhttp-win7": ("DefaultSecureProtocols",),
    "prt-old": ("NuGet",),
    "sdk-net452": ("4.6.2", "4.5.2"),
}


def check_case_words(tool):
    """The facts of the documents stand in the reports of the clients that they are for."""
    for name, words in CASE_WORDS.items():
        folder = os.path.join("cases", name)
        (file,) = [f for f in os.listdir(os.path.join(tool.root, "corpora",
                                                      folder)) if f.startswith("input.")]
        text = report(tool, file, folder=folder)
        for word in words:
            need(word in re.sub(r"\s+", " ", text),
                 "%s: the report does not say %r: %s" % (name, word, short(text, 1200)))


def commands_of(tool, folder, name):
    """The exact commands of a report, which must not be broken to fit a line."""
    answer, _ = tool.json(name, cwd=os.path.join(tool.root, "corpora", folder))
    found = []
    for diagnosis in answer["diagnoses"] + answer["inconclusive"]:
        for fix in diagnosis.get("fixes", []):
            found += fix["commands"]
        found += [piece["command"] for piece in diagnosis["collect_next"] if "command" in piece]
    return found


def check_width(tool):
    """80 columns, but for commands and addresses, which must not be broken."""
    corpora = os.path.join(tool.root, "corpora")
    places = [("seeds", name) for name in sorted(os.listdir(os.path.join(corpora, "seeds")))]
    for kind in ("cases", "damaged"):
        for case in sorted(os.listdir(os.path.join(corpora, kind))):
            folder = os.path.join(kind, case)
            places += [(folder,
                        name) for name in os.listdir(os.path.join(corpora,
                                                                  folder)) if name.startswith("input.")]
    for folder, name in places:
        for line in report(tool, name, folder=folder).splitlines():
            need(line == line.rstrip(), "%s: blanks at the end of a line: %r" % (folder, line))
            if len(line) > WIDTH and "://" not in line:
                need(any(line.strip() in command for command in commands_of(tool, folder, name)),
                     "%s/%s: a line of %d columns that is no command: %s" % (folder, name, len(line), line))


def check_look_alike(tool):
    """A look-alike says in its first line of the answer that it is none of TLS."""
    for name, word in (("wrong-password-crm", "password"), ("dns-crm", "name"), ("proxy407-crm", "proxy"),
                       ("throttled-dataverse", "")):
        folder = os.path.join("cases", name)
        text = report(tool, "input.log", folder=folder)
        lines = [line for line in text.splitlines() if line.strip()]
        need(len(lines) > 2, "%s: no answer in %s" % (name, short(text)))
        answer = lines[1]
        need(answer.startswith("Not a TLS problem"), "%s: the answer is %r" % (name, answer))
        need(word in answer.lower(), "%s: the answer does not say %r: %r" % (name, word, answer))


def check_nothing(tool):
    """Nothing found: one line that says what was looked at and what would help."""
    path = tool.file("quiet.log", "".join("2024-05-01 10:00:%02d INFO all is well\n" % n for n in range(31)))
    result = tool.run("--color", "never", path)
    lines = [line for line in (result.text + result.messages).splitlines() if line.strip()]
    need(result.status == 0, "status %d" % result.status)
    need(any("31 lines" in line for line in lines), "does not say what was looked at: %s" % lines)
    need(any(re.search(r"(?i)no known error", line) for line in lines),
         "does not say that nothing is known in it: %s" % lines)
    need(len(lines) <= 3, "says more than it knows: %s" % lines)


def check_ambiguous(tool):
    """An inconclusive log names what to collect, and no cause as if it were sure."""
    text = report(tool, "input.log", folder=os.path.join("cases", "ambiguous-general-adal-error"))
    need("What to do" not in text, "an inconclusive report has an action: %s" % short(text))
    need(re.search(r"(?i)collect|would tell|would help", text),
         "an inconclusive report does not say what would help: %s" % short(text))


def check_several(tool):
    """Several files: each diagnosis stands under its own name, the strongest verdict is one."""
    text = report(tool, ".")
    for name in ("browser-error.raw.log", "connector-error.kb.md", "developer-tools-error.mail.txt"):
        need(name in text, "%s is not named" % name)


def check_all_explains(tool):
    """What the report points at exists: `tlswhy explain ID` answers for every id that it names."""
    text = report(tool, "connector-error.raw.log") + report(tool, "developer-tools-error.raw.log")
    named = re.findall(r"tlswhy explain ([a-z0-9-]+)", text)
    need(named, "the report points at no explanation")
    for identifier in sorted(set(named)):
        need(tool.run("explain", identifier).status == 0, "tlswhy explain %s fails" % identifier)


def checks(tool):
    """One check for each function above."""
    table = (check_parts, check_fix_words, check_case_words, check_width, check_look_alike, check_nothing,
             check_ambiguous,
             check_several, check_all_explains)
    return [("text/" + check.__name__[6:].replace("_", "-"),
             lambda check=check: check(tool)) for check in table]
