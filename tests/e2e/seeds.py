"""The documents' own example errors, in every shape in which they may arrive."""

import os

from support import shapes
from support.report import comparable, check_expectation, seen
from support.runner import need
from support.tool import single_bytes

# What the documents' errors get (docs: taxonomy of causes); a list means any of these.
ERRORS = {
    "browser-error": {
        "client": ["browser-edge", "browser-ie",
                   "browser"], "cause": "browser-tls12-disabled", "family": "tls-version",
        "fixes": ["enable-browser-tls12", "use-supported-browser"]},
    "connector-error": {
        "client": "crm-login-control", "cause": ["outdated-dynamics-client",
                                                 "dotnet-legacy-default"], "family": "tls-version"},
    "developer-tools-error": {
        "client": ["dotnet-app", "dotnet"], "cause": "dotnet-legacy-default", "family": "tls-version",
        "alternatives": ["outdated-dynamics-client"],
        "fixes": ["recompile-net462", "update-developer-tools", "registry-strong-crypto"]},
}
FIX_OF_CAUSE = {"outdated-dynamics-client": "update-developer-tools",
                "dotnet-legacy-default": "recompile-net462"}
SHAPES = ("kb.md", "blog.txt", "raw.log", "mail.txt", "utf16le.log", "raw.log.gz", "two-members.log.gz")
NEEDLE_SIZE = 200 << 20


def check_answer(report, error):
    """The report says of one seed error what the taxonomy says, and nothing else."""
    need(len(report["diagnoses"]) == 1,
         "%d diagnoses of one error; %s" % (len(report["diagnoses"]), seen(report)))
    check_expectation(report, ERRORS[error])
    if error == "connector-error":
        diagnosis = report["diagnoses"][0]
        cause = diagnosis["cause"]["id"]
        other = next(name for name in FIX_OF_CAUSE if name != cause)
        need(diagnosis["alternatives"][0]["id"] == other,
             "wants %s as first alternative; %s" % (other, seen(report)))
        need(diagnosis["fixes"][0]["id"] == FIX_OF_CAUSE[cause],
             "wants %s as first fix; %s" % (FIX_OF_CAUSE[cause], seen(report)))


def read(path):
    """All bytes of a file."""
    with open(path, "rb") as stream:
        return stream.read()


def check_shape(tool, path, error):
    """One file of corpora/seeds."""
    report, result = tool.json(path)
    need(result.status == 1, "status %d" % result.status)
    check_answer(report, error)
    need(report["inputs"][0]["status"] == "ok", "the input is %s" % report["inputs"][0]["status"])
    expected = ["gzip"] if path.endswith(".gz") else []
    need(report["inputs"][0].get("compression", []) == expected,
         "compression %s" % report["inputs"][0].get("compression"))
    if path.endswith("mail.txt") and error != "browser-error":
        repairs = report["inputs"][0].get("repairs", [])
        need({"mail-quotes", "wrapped-lines"} <= set(repairs), "the repairs named are %s" % repairs)
    if path.endswith("utf16le.log"):
        need(report["inputs"][0].get("encoding", "").startswith("utf-16"),
             "the encoding is %s" % report["inputs"][0].get("encoding"))


def check_stdin(tool, path, error):
    """The file on standard input, whole and in writes of one byte: the same diagnoses as the file."""
    data = read(path)
    from_file, _ = tool.json(path)
    whole, _ = tool.json(stdin=data)
    check_answer(whole, error)
    need(comparable(whole) == comparable(from_file), "standard input and file differ")
    bytewise, _ = tool.json_fed(pieces=single_bytes(data), lockstep=True)
    need(comparable(bytewise, keep_names=True) == comparable(whole, keep_names=True),
         "one byte at a time differs from all at once")


def check_compressed(tool, folder, error):
    """Plain, gzipped and as two members: the same diagnoses."""
    plain, _ = tool.json(os.path.join(folder, error + ".raw.log"))
    for shape in ("raw.log.gz", "two-members.log.gz"):
        report, _ = tool.json(os.path.join(folder, "%s.%s" % (error, shape)))
        need(comparable(report) == comparable(plain), "%s differs from the plain file" % shape)


def check_every_cut(tool, path, error):
    """Two members cut at some places, also within CRLF and within the first bytes."""
    data = read(path)
    plain, _ = tool.json(path)
    for cut in sorted({0, 1, 2, 3, data.find(b"\n"), data.find(b"\n") + 1, len(data) // 3, len(data) - 1,
                       len(data)}):
        report, _ = tool.json(tool.file("cut.log.gz", shapes.gzip_members(data, cut)))
        need(comparable(report) == comparable(plain), "two members cut at byte %d differ" % cut)


def check_needle(tool, path, error):
    """The raw error in the middle of 200 MB of other lines."""
    needle = read(path)
    large = os.path.join(tool.folder(), "large.log")
    shapes.write_needle(large, needle, NEEDLE_SIZE)
    try:
        report, result = tool.json(large, timeout=600)
        need(result.status == 1, "status %d" % result.status)
        check_answer(report, error)
        need(report["inputs"][0]["bytes"] == os.path.getsize(large),
             "%d bytes looked at" % report["inputs"][0]["bytes"])
        start = NEEDLE_SIZE // 2
        for piece in report["diagnoses"][0]["evidence"]:
            if piece["signature"] == "client":
                continue
            need(start <= piece["offset"] < start + len(needle) + 2,
                 "evidence at offset %d, not in the needle" % piece["offset"])
    finally:
        os.remove(large)


def check_folder(tool, folder):
    """`tlswhy corpora/seeds`: every file has its right diagnosis."""
    report, result = tool.json(folder)
    need(result.status == 1, "status %d" % result.status)
    names = sorted(os.listdir(folder))
    need(sorted(os.path.basename(entry["path"]) for entry in report["inputs"]) == names,
         "not every file was looked at")
    for name in names:
        mine = [d for d in report["diagnoses"] if os.path.basename(d["path"]) == name]
        need(len(mine) == 1, "%s has %d diagnoses" % (name, len(mine)))
        single = {"diagnoses": mine,
                  "verdict": {"cause": mine[0]["cause"]["id"], "client": mine[0].get("client", {}).get("id")}}
        check_answer(single, name.split(".")[0])


def check_complete(folder):
    """The folder holds every error in every shape and nothing else."""
    wanted = sorted("%s.%s" % (error, shape) for error in ERRORS for shape in SHAPES)
    need(sorted(os.listdir(folder)) == wanted,
         "corpora/seeds has %s" % sorted(set(os.listdir(folder)) ^ set(wanted)))


def checks(tool):
    """All seed errors in all shapes."""
    folder = os.path.join(tool.root, "corpora", "seeds")
    found = [("seeds/complete", lambda: check_complete(folder)),
             ("seeds/folder", lambda: check_folder(tool, folder))]
    for error in ERRORS:
        for shape in SHAPES:
            path = os.path.join(folder, "%s.%s" % (error, shape))
            found.append(("seeds/%s/%s" % (error, shape), lambda p=path, e=error: check_shape(tool, p, e)))
            found.append(("seeds/%s/%s/stdin" % (error, shape), lambda p=path,
                          e=error: check_stdin(tool, p, e)))
        raw = os.path.join(folder, error + ".raw.log")
        found.append(("seeds/%s/compressed" % error, lambda e=error: check_compressed(tool, folder, e)))
        found.append(("seeds/%s/cuts" % error, lambda p=raw, e=error: check_every_cut(tool, p, e)))
        found.append(("seeds/%s/in-200-MB" % error, lambda p=raw, e=error: check_needle(tool, p, e)))
    return found
