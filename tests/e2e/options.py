"""Options of scan and the commands around it."""

import json
import os
import re
import select
import subprocess
import time

from support.report import comparable
from support.runner import Failure, need, short
from support.terminal import open_terminal
from support.tool import shell_status
from status import Place


def check_same(tool):
    """`tlswhy scan FILE`, `tlswhy FILE`, `-- FILE` and options behind the path say the same."""
    path = Place(tool).bad()
    plain = tool.run("--format", "ndjson", path)
    for arguments in (("scan", "--format", "ndjson", path), ("--format=ndjson", "--", path),
                      (path, "--format", "ndjson")):
        again = tool.run(*arguments)
        need(strip_seconds(again.text) == strip_seconds(plain.text), "%s says something else" % (arguments,))


def strip_seconds(text):
    """Without the one value that differs between two runs."""
    return re.sub(r'"seconds": ?[0-9.eE+-]+', '"seconds":0', text)


def check_deterministic(tool):
    """Two runs print the same bytes, whatever --jobs is."""
    folder = os.path.join(tool.root, "corpora", "seeds")
    first = tool.run("--format", "json", "--jobs", "1", folder)
    for jobs in ("1", "2", "4", "16"):
        again = tool.run("--format", "json", "--jobs", jobs, folder)
        need(strip_seconds(again.text) == strip_seconds(first.text), "--jobs %s prints other bytes" % jobs)


def check_formats(tool):
    """Every format names the cause, the client and the fix; only text may have colours."""
    path = Place(tool).bad()
    for form in ("text", "json", "ndjson"):
        result = tool.run("--format", form, path)
        need(result.status == 1, "status %d for %s" % (result.status, form))
        need("dotnet-legacy-default" in result.text, "%s does not name the cause" % form)
        need("4.6.2" in result.text, "%s does not say the fix" % form)
        need("\x1b" not in result.text, "%s has escapes although standard output is no terminal" % form)


def check_output(tool):
    """--output: the same bytes as on standard output, nothing on it, no part file left, mode for others."""
    path = Place(tool).bad()
    folder = tool.folder()
    target = os.path.join(folder, "report.json")
    with open(target, "w") as stream:
        stream.write("old and longer than the new report" * 10000)
    result = tool.run("--format", "json", "--output", target, path)
    need(result.status == 1 and not result.out,
         "status %d, standard output %s" % (result.status, short(result.out)))
    with open(target, encoding="utf-8") as stream:
        written = stream.read()
    direct = tool.run("--format", "json", path)
    need(strip_seconds(written) == strip_seconds(direct.text), "the file differs from standard output")
    need(os.listdir(folder) == ["report.json"], "leaves %s behind" % os.listdir(folder))


def check_color(tool):
    """--color always colours, never does not, auto follows the terminal and NO_COLOR."""
    path = Place(tool).bad()
    always = tool.run("--color", "always", path).text
    never = tool.run("--color", "never", path).text
    need("\x1b[" in always, "--color always has no colour")
    need("\x1b" not in never, "--color never has escapes")
    need(re.sub(r"\x1b\[[0-9;]*m", "", always) == never, "colours change the words")
    need("\x1b" not in tool.run(path, env={"NO_COLOR": "1"}).text, "NO_COLOR is ignored")


def check_min_confidence(tool):
    """--min-confidence 1: nothing is that sure; it is inconclusive, verdict null, status 0."""
    path = os.path.join(tool.root, "corpora", "seeds", "browser-error.raw.log")
    report, result = tool.json("--min-confidence", "1", path)
    need(result.status == 0 and report["verdict"] is None,
         "status %d, verdict %s" % (result.status, report["verdict"]))
    need(report.get("inconclusive"), "what is not sure enough is not shown as inconclusive")
    need(report["inconclusive"][0].get("collect_next"), "an inconclusive incident without what to collect")
    report, result = tool.json("--min-confidence", "0.2", path)
    need(result.status == 1, "status %d for 0.2" % result.status)


def check_client(tool):
    """--client tells what the log does not: it decides client and fix."""
    path = os.path.join(tool.root, "corpora", "seeds", "developer-tools-error.raw.log")
    for client, fix in (("outlook", "update-outlook-client"), ("usd", "update-usd"),
                        ("powershell", "powershell-tls12")):
        report, _ = tool.json("--client", client, path)
        need(report["verdict"]["client"] == client,
             "--client %s: client %s" % (client, report["verdict"].get("client")))
        need(report["verdict"]["fix"] == fix, "--client %s: fix %s" % (client, report["verdict"].get("fix")))


def check_include(tool):
    """--include, --exclude and --all-files choose files within a folder."""
    place = Place(tool)
    folder = place.folder({"a.log": place.trace, "b.txt": place.trace, "c.bin": place.trace + bytes(64)})

    def names(*arguments):
        report, _ = tool.json(*arguments, folder)
        return sorted(os.path.basename(entry["path"]) for entry in report["inputs"] if entry["status"] != "ignored")

    need(names() == ["a.log", "b.txt"], "looks at %s" % names())
    need(names("--include", "*.log") == ["a.log"],
         "--include *.log looks at %s" % names("--include", "*.log"))
    need(names("--exclude", "*.log") == ["b.txt"],
         "--exclude *.log looks at %s" % names("--exclude", "*.log"))
    need(names("--all-files") == ["a.log", "b.txt", "c.bin"],
         "--all-files looks at %s" % names("--all-files"))


def check_files_from(tool):
    """--files-from takes names from a file or standard input, with --null ended by NUL."""
    place = Place(tool)
    paths = [place.bad("name with blanks.log"), place.good("plain.log"), place.bad("line\nbreak.log")]
    listed = tool.file("list.txt", "\n".join(paths[:2]) + "\n")
    report, result = tool.json("--files-from", listed)
    need(result.status == 1 and len(report["inputs"]) == 2,
         "status %d, %d inputs" % (result.status, len(report["inputs"])))
    names = b"".join(path.encode() + b"\0" for path in paths)
    for flag in ("--null", "-0"):
        report, result = tool.json("--files-from", "-", flag, stdin=names)
        need(result.status == 1 and len(report["inputs"]) == 3,
             "%s: status %d, %d inputs" % (flag, result.status, len(report["inputs"])))


def check_order(tool):
    """Reports are ordered by name, byte order, however the paths are given."""
    place = Place(tool)
    folder = place.folder({name: place.trace for name in ("b.log", "a.log", "Z.log", "a10.log", "a2.log",
                                                          "\u00e4.log")})
    names = [os.path.join(folder, name) for name in os.listdir(folder)]
    expected = sorted(names, key=os.fsencode)
    for given in ([folder], names, names[::-1]):
        report, _ = tool.json(*given)
        need([d["path"] for d in report["diagnoses"]] == expected,
             "diagnoses ordered %s" % [os.path.basename(d["path"]) for d in report["diagnoses"]])


def check_max_bytes(tool):
    """--max-bytes: what lies within is diagnosed, and the report names the limit."""
    place = Place(tool)
    path = tool.file("long.log", place.trace + place.filler)
    report, result = tool.json("--max-bytes", "20000", path)
    need(result.status == 1 and report["inputs"][0].get("limits"),
         "status %d, limits %s" % (result.status, report["inputs"][0].get("limits")))
    need(report["summary"]["incomplete"] == 1, "a limit that was reached is incomplete")


def check_stats_and_verbose(tool):
    """--stats and -v speak on standard error or add to the text; json stays json."""
    path = Place(tool).bad()
    for flag in ("--stats", "-v", "--verbose", "--all"):
        report, result = tool.json(flag, path)
        need(result.status == 1 and report["verdict"], "%s: status %d" % (flag, result.status))
    need(tool.run("--stats", path).err, "--stats says nothing on standard error")


def check_all(tool):
    """--all prints every alternative and the terms that make the confidence."""
    path = Place(tool).bad()
    brief = tool.run("--color", "never", path).text
    everything = tool.run("--color", "never", "--all", path).text
    need(len(everything) > len(brief), "--all says no more")
    need(re.search(r"[+\u2212-]\d+\.\d", everything), "--all prints no terms")


def check_help(tool):
    """--help names every option of the contract's first part and ends with 0; --version its version."""
    result = tool.run("--help")
    need(result.status == 0 and result.out and not result.err, "status %d" % result.status)
    for option in ("--format", "--output", "--color", "--jobs", "--min-confidence", "--all", "--client",
                   "--include", "--exclude",
                   "--all-files", "--files-from", "--null", "--no-redact", "--signatures", "--no-default-signatures", "--strict",
                   "--exit-zero", "--max-bytes", "--stats", "--quiet", "--verbose"):
        need(option in result.text, "--help does not name %s" % option)
    version = tool.run("--version")
    need(version.status == 0 and re.match(r"tlswhy \d+\.\d+", version.text),
         "--version says %s" % short(version.out))


def check_records(tool):
    """records: a line of JSON for every record, with its header's fields, redacted."""
    path = tool.file("trace.log", "Microsoft.Xrm.Tooling.CrmConnectControl Information: 8 : begins\r\n"
                     "A.B Error: 2 : failed Password=hunter22;\r\nStack Trace\t: at X.Y()\r\n   at Z.W()\r\n")
    result = tool.run("records", path)
    need(result.status == 0, "status %d" % result.status)
    records = [json.loads(line) for line in result.text.splitlines()]
    need([r["line"] for r in records] == [1, 2], "lines are %s" % [r.get("line") for r in records])
    need(records[0]["provider"] == "Microsoft.Xrm.Tooling.CrmConnectControl" and records[0]["severity"] == "Information"
         and records[0]["event_id"] == 8 and records[0]["text"] == "begins", "a record is %s" % records[0])
    need("hunter22" not in result.text and "   at Z.W()" in records[1]["text"], "a record is %s" % records[1])


def check_explain(tool):
    """`explain`: what an id is, with its source; an unknown one is 1 with a suggestion, none is 2."""
    known = tool.run("explain", "registry-strong-crypto")
    need(known.status == 0, "status %d" % known.status)
    for word in ("SchUseStrongCrypto", "SystemDefaultTlsVersions", "2960358", "machine-wide"):
        need(word in known.text, "explain registry-strong-crypto does not say %s" % word)
    for identifier in ("dotnet-legacy-default", "outlook", "update-usd", "tls-version"):
        need(tool.run("explain", identifier).status == 0, "explain %s fails" % identifier)
    several = tool.run("explain", "dns", "outlook")
    need(several.status == 0 and "dns" in several.text and "outlook" in several.text,
         "explain takes no two ids")
    unknown = tool.run("explain", "registry-strong-cripto")
    need(unknown.status == 1 and "registry-strong-crypto" in unknown.text + unknown.messages,
         "status %d, says %s" % (unknown.status, short(unknown.err)))
    need(tool.run("explain").status == 2, "explain without an id has status %d" % tool.run("explain").status)


def check_signatures(tool):
    """`signatures`: the default pack lists, lints and passes its own samples; a bad pack is 1."""
    folder = os.path.join(tool.root, "signatures")
    listed = tool.run("signatures", "list")
    need(listed.status == 0 and len(listed.text.splitlines()) > 50,
         "list: status %d, %d lines" % (listed.status, len(listed.text.splitlines())))
    for command in ("check", "test"):
        result = tool.run("signatures", command, folder, timeout=600)
        need(result.status == 0,
             "%s: status %d, %s" % (command, result.status, short(result.out + result.err, 800)))
    broken = Place(tool).pack("signatures:\n  - id: Bad Id\n")
    result = tool.run("signatures", "check", broken)
    need(result.status == 1 and re.search(r"broken\.yaml:\d+:\d+", result.text + result.messages),
         "status %d, says %s" % (result.status, short(result.out + result.err)))
    need(tool.run("signatures", "chek").status == 2, "a wrong command of signatures is not 2")


OWN_PACK = """
pack:
  name: own
  version: "1"
references:
  - id: own-note
    document: "Contoso operations manual"
    section: "Flux"
signatures:
  - id: own-flux-refused
    revision: 1
    status: stable
    title: "the flux gateway refused the name"
    kind: error
    wordings:
      - text: "FLUX-0815 upstream name is unknown to the gateway"
    supports: {dns: decisive}
    references: [own-note]
    samples:
      match: ["FLUX-0815 upstream name is unknown to the gateway"]
      no_match: ["FLUX-0816 upstream name is known to the gateway"]
"""


def check_own_pack(tool):
    """--signatures adds a pack; the report names it; without the default pack nothing else is known."""
    place = Place(tool)
    folder = place.folder({"own.yaml": OWN_PACK.encode()})
    path = tool.file("flux.log",
                     "2024-05-01 10:00:00 ERROR FLUX-0815 upstream name is unknown to the gateway\n")
    report, _ = tool.json(path)
    need(report["verdict"] is None, "known without the pack")
    report, result = tool.json("--signatures", folder, path)
    need(result.status == 1 and report["verdict"]["cause"] == "dns", "verdict %s" % report["verdict"])
    need("own" in [pack["name"] for pack in report["tool"]["packs"]],
         "the report names the packs %s" % report["tool"]["packs"])
    report, result = tool.json("--signatures", folder, place.bad())
    need(result.status == 1, "the default pack is gone beside an own one")


def read_terminal(master, process, until, seconds=20):
    """What the program printed on the terminal until a pattern appears or it ends."""
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], min(seconds, 0.2))
        if ready:
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            seen += data
        if until and re.search(until, seen):
            return seen
        if process.poll() is not None and not ready:
            break
    return seen


def check_paste(tool):
    """Without PATH on a terminal: asks for a paste, takes lines longer than 4,095 bytes, ends on the key it names."""
    with open(os.path.join(tool.root, "corpora", "seeds", "connector-error.raw.log"), "rb") as stream:
        trace = stream.read().replace(b"\r\n", b"\n")
    master, slave = open_terminal()
    process = subprocess.Popen([tool.executable, "--format", "json"], stdin=slave, stdout=subprocess.PIPE,
                               stderr=slave,
                               env=tool.environment(), start_new_session=True)
    os.close(slave)
    try:
        asked = read_terminal(master, process, rb"(?i)ctrl.?d|\^D")
        need(re.search(rb"(?i)paste", asked) and re.search(rb"(?i)ctrl.?d|\^D", asked),
             "does not ask for a paste and name the key: %s" % short(asked))
        long_line = b"x" * 6000 + b" " + trace.replace(b"\n", b" | ") + b"\n"
        for data in (trace, long_line):
            for start in range(0, len(data), 512):
                os.write(master, data[start:start + 512])
                read_terminal(master, process, b"", 0.01)
        os.write(master, b"\n\x04")
        out, _ = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        raise Failure("the key that it names does not end the paste")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        os.close(master)
    need(shell_status(process.returncode) == 1, "status %d" % shell_status(process.returncode))
    report = json.loads(out)
    need(report["verdict"] is not None, "no verdict for a pasted trace")
    need(report["inputs"][0]["bytes"] >= len(trace) + len(long_line) - 2,
         "only %d bytes of a line of %d arrived" % (report["inputs"][0]["bytes"], len(long_line)))


def check_completion(tool):
    """completion: the man page is the one in docs/, the script for bash is valid, other words are refused."""
    with open(os.path.join(tool.root, "docs", "tlswhy.1"), encoding="utf-8") as stream:
        need(tool.run("completion", "man").text == stream.read(),
             "docs/tlswhy.1 is old: build/bin/tlswhy completion man > docs/tlswhy.1")
    script = tool.run("completion", "bash")
    checked = subprocess.run(["bash", "-n"], input=script.out, capture_output=True, check=False)
    need(script.status == 0 and checked.returncode == 0, "bash says %s" % short(checked.stderr))
    need(tool.run("completion", "zsh").status == 0, "no script for zsh")
    need(tool.run("completion", "fish").status == 2, "an unknown shell is accepted")


def check_output_behind_link(tool):
    """--output behind a symbolic link replaces the file, not the link, and keeps its mode."""
    folder = tool.folder()
    real, link = os.path.join(folder, "real.txt"), os.path.join(folder, "link.txt")
    with open(real, "w") as stream:
        stream.write("old")
    os.chmod(real, 0o640)
    os.symlink("real.txt", link)
    need(tool.run("--output", link, Place(tool).bad()).status == 1, "no diagnosis")
    need(os.path.islink(link), "the link was replaced")
    with open(real) as stream:
        need("What to do" in stream.read(), "the file behind the link has no report")
    need(os.stat(real).st_mode & 0o777 == 0o640, "the mode is %o" % os.stat(real).st_mode)


def check_closed_standard_error(tool):
    """With standard error closed no message gets into the report."""
    target = os.path.join(tool.folder(), "report.json")
    tool.run("-c", 'exec "$0" --format json --output "$1" /no/such/file "$2" 2>&-', tool.executable, target,
             Place(tool).bad(), executable="/bin/sh")
    with open(target) as stream:
        need(json.load(stream)["verdict"] is not None, "no verdict")


def check_reached_folder(tool):
    """A folder that was looked at is a PATH that was not missing."""
    need(tool.run("/no/such/file", tool.folder()).status == 3, "status %d"
         % tool.run("/no/such/file", tool.folder()).status)


def check_key_in_records(tool):
    """records: the body of a private key is redacted with its first line; a cut secret shows no tail."""
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
    key = "start\n-----BEGIN PRIVATE KEY-----\n%s\n%s\n-----END PRIVATE KEY-----\n" % (body, body)
    result = tool.run("records", stdin=key.encode())
    need(body[:20] not in result.text, "the key is printed: %s" % short(result.text))
    size = 1 << 20
    long_line = b"x " * ((size - 6000) // 2) + b"access_token=" + b"S3cr3tT0ken" * 1000 + b" end\n"
    result = tool.run("records", stdin=long_line)
    need("S3cr3tT0ken" not in result.text, "the tail of a cut secret is printed")


def check_many_bytes_of_hits(tool):
    """Patterns that look at a whole record are asked once: a record full of their anchors ends in time."""
    line = b"  A call to SSPI failed, see inner exception.\n"
    need(tool.run(stdin=line * ((1 << 20) // len(line)), timeout=20).status in (0, 1, 3), "an odd status")


def check_stdin_name(tool):
    """Standard input has one name, and `-` among files is it."""
    place = Place(tool)
    report, _ = tool.json(stdin=place.trace)
    again, _ = tool.json("-", stdin=place.trace)
    need(comparable(report, keep_names=True) == comparable(again, keep_names=True), "a pipe and - differ")
    both, _ = tool.json(place.bad(), "-", stdin=place.trace)
    need(len(both["diagnoses"]) == 2, "%d diagnoses for a file and -" % len(both["diagnoses"]))


def checks(tool):
    """One check for each function above."""
    table = (check_same, check_deterministic, check_formats, check_output, check_color, check_min_confidence,
             check_client, check_include,
             check_files_from, check_order, check_max_bytes, check_stats_and_verbose, check_all, check_help, check_records, check_explain,
             check_signatures, check_own_pack, check_paste, check_completion, check_output_behind_link, check_closed_standard_error, check_reached_folder,
             check_key_in_records, check_many_bytes_of_hits, check_stdin_name)
    return [("options/" + check.__name__[6:].replace("_", "-"),
             lambda check=check: check(tool)) for check in table]
