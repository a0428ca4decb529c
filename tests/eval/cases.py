"""The labelled corpus: its cases, and the half that each belongs to."""

import hashlib
import json
import os

KEYS = {"why", "family", "cause", "client", "verdict", "shape", "source"}
TLS = ("tls-version", "tls-cipher")
# How a log may have been changed on its way; a localised one adds its language, localised:de.
SHAPES = {"plain", "mail-quoted", "mail-wrapped", "ticket", "markdown", "html", "utf16le", "utf16be",
          "windows-1252", "gzip", "crlf", "flattened", "localised", "mixed", "truncated", "screenshot-typed",
          "ndjson", "json", "csv", "netlog", "har", "svclog", "syslog", "console-wrapped"}


def half_of(case_id):
    """"tuning" or "set-aside": by the hash of the id, so that nobody can choose."""
    return "set-aside" if hashlib.sha256(case_id.encode()).digest()[0] & 1 else "tuning"


# A label says `dotnet` where a log tells no more; the pack knows .NET Core and later apart from it.
REFINED = {"dotnet": "dotnet-core"}


def as_list(value):
    """A label as the list of answers that are right."""
    return value if isinstance(value, list) else [] if value is None else [value]


class Case:
    """One log with its label."""

    def __init__(self, folder):
        self.id = os.path.basename(folder)
        self.half = half_of(self.id)
        with open(os.path.join(folder, "expect.json"), encoding="utf-8") as stream:
            label = json.load(stream)
        unknown = set(label) - KEYS
        if unknown or not label.get("why"):
            raise ValueError("%s: expect.json needs a why and has unknown keys %s" % (self.id, sorted(unknown)))
        inputs = [name for name in os.listdir(folder) if name.startswith("input.")]
        if len(inputs) != 1:
            raise ValueError("%s: needs exactly one input.*" % self.id)
        self.path = os.path.join(folder, inputs[0])
        self.why = label["why"]
        self.families = as_list(label.get("family"))
        self.causes = as_list(label.get("cause"))
        self.clients = as_list(label.get("client"))
        self.clients += [REFINED[client] for client in self.clients if client in REFINED]
        self.shape = label.get("shape", "plain").split(":")[0]
        self.inconclusive = "verdict" in label
        if self.shape not in SHAPES:
            raise ValueError("%s: the shape %s is not known" % (self.id, self.shape))
        if self.inconclusive == bool(self.families):
            raise ValueError("%s: needs a family, or verdict null" % self.id)

    @property
    def is_look_alike(self):
        """Whether calling it a version or cipher problem would cost somebody a day."""
        return not set(self.families) & set(TLS)


def load(corpora):
    """All labelled cases, in the order of their ids."""
    folder = os.path.join(corpora, "labelled")
    return [Case(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def clean_files(corpora, shared):
    """[(name, path)] of the clean logs, the shared real ones included where they are there."""
    found = []
    for root, label in ((os.path.join(corpora, "clean"), "clean"), (shared, "real")):
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                found.append(("%s/%s" % (label, os.path.relpath(path, root)), path))
    # These two hold real TLS lines among healthy ones.
    return [(name, path) for name, path in found
            if not ("lnav" in name and ("haproxy" in name or "mysql" in name))]
