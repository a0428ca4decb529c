"""The API as documented in docs/serve.md."""

import gzip
import os
import re
import signal
import subprocess
import time

from support.report import comparable
from support.runner import need, short

from server import Server, serving

SECURE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
          "form-action 'none'", "frame-ancestors 'none'"}


def trace(tool):
    """An example error of the documents."""
    with open(os.path.join(tool.root, "corpora", "seeds", "connector-error.raw.log"), "rb") as stream:
        return stream.read()


def check_page(tool, server):
    """The page, its parts, their headers; nothing in them comes from elsewhere."""
    page = server.ask()
    need(page.status == 200 and page.headers["content-type"].startswith("text/html"), "status %d" % page.status)
    parts = re.findall(rb'(?:src|href)="([^"#]+)"', page.body)
    need(parts, "the page has no parts")
    for part in parts:
        need(b":" not in part and not part.startswith(b"//"), "the page loads %s" % short(part))
        answer = server.ask(path="/" + part.decode())
        need(answer.status == 200 and answer.body, "%s: status %d" % (short(part), answer.status))
    for path in ("/", "/page.css", "/page.js", "/report.js", "/api/version", "/nothing"):
        answer = server.ask(path=path)
        policy = {part.strip() for part in answer.headers["content-security-policy"].split(";")}
        need(policy == POLICY, "%s: policy %s" % (path, policy))
        for name, value in SECURE.items():
            need(answer.headers.get(name) == value, "%s: %s is %s" % (path, name, answer.headers.get(name)))
    need(b"innerHTML" not in server.ask(path="/report.js").body, "text of a log could become markup")
    head = server.ask("HEAD")
    need(head.status == 200 and head.body == b"" and int(head.headers["content-length"]) == len(page.body), "HEAD differs")


def check_version(tool, server):
    """What the program says of itself."""
    about = server.ask(path="/api/version").json
    need(about["name"] == "tlswhy" and about["max_bytes"] == 1 << 30, "says %s" % about)
    need({"json", "text"} <= set(about["formats"]), "formats %s" % about["formats"])


def check_same(tool, server):
    """The answer is that of the command line, however the body comes."""
    data = trace(tool)
    path = tool.file("trace.log", data)
    wanted, _ = tool.json(path)
    for body, chunked in ((data, False), (data, True), (gzip.compress(data), False)):
        answer = server.diagnose(body, chunked=chunked, name=path)
        need(answer.status == 200 and answer.headers["content-type"] == "application/json", "status %d" % answer.status)
        report = answer.json
        tool.schema.check_report(report)
        need(comparable(report) == comparable(wanted), "differs from the command line: %s" % short(answer.body))
    text = server.diagnose(data, name=path, format="text")
    need(text.body == tool.run(path).out, "text differs: %s" % short(text.body))
    need(text.headers["content-type"].startswith("text/plain"), "type %s" % text.headers["content-type"])
    lines = server.diagnose(data, format="ndjson").body.splitlines()
    need(len(lines) >= 2, "ndjson: %s" % short(b"\n".join(lines)))


def check_options(tool, server):
    """redact, client, input-format, and what they may be."""
    data = trace(tool).replace(b"Authentication context", b"Authentication context password=Hunter2Secret", 1)
    need(b"Hunter2Secret" not in server.diagnose(data).body, "a password is shown")
    need(b"Hunter2Secret" not in server.diagnose(data, redact=1).body, "a password is shown")
    need(b"Hunter2Secret" in server.diagnose(data, redact=0).body, "redact=0 hides a password")
    report = server.diagnose(b"x\n", input_format="evtx").json
    need(report["inputs"][0].get("format") in ("evtx", None), "format %s" % report["inputs"][0])
    need(server.diagnose(data, client="dotnet-app").status == 200, "a client is refused")
    need(server.diagnose(b"").json["inputs"][0]["bytes"] == 0, "an empty body")
    for query in ({"format": "pdf"}, {"redact": "2"}, {"redact": "no"}, {"client": "nobody"}, {"bogus": "1"},
                  {"input-format": "word"}, {"encoding": "ebcdic"}, {"name": ""}):
        answer = server.diagnose(data, **query)
        need(answer.status == 400 and answer.json["error"], "%s: status %d" % (query, answer.status))
    name = 'a"b\\c<script>\u00e4\n'
    need(server.diagnose(data, name=name).json["inputs"][0]["path"], "an odd name")


def check_where(tool, server):
    """Other paths and methods."""
    for method, path, status in (("GET", "/etc/passwd", 404), ("GET", "/../page.css", 404), ("GET", "/api/diagnose", 405),
                                 ("POST", "/", 405), ("PUT", "/api/diagnose", 405), ("DELETE", "/", 405),
                                 ("OPTIONS", "/api/diagnose", 405), ("TRACE", "/", 405)):
        answer = server.ask(method, path, b"" if method in ("POST", "PUT") else None)
        need(answer.status == status, "%s %s: status %d, wants %d" % (method, path, answer.status, status))
        need("access-control-allow-origin" not in answer.headers, "%s lets other sites in" % method)


def check_signal(tool, number, uploading):
    """A signal ends it within a second, quietly, also while uploads run."""
    server = Server(tool)
    streams = []
    try:
        for _ in range(6 if uploading else 0):
            stream = server.connect()
            stream.sendall(b"POST /api/diagnose HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 99999999\r\n\r\n"
                           % server.port + b"line\n" * 9999)
            streams.append(stream)
        time.sleep(0.3)
        start = time.monotonic()
        result = server.end(number)
        took = time.monotonic() - start
    finally:
        server.close()
        for stream in streams:
            stream.close()
    need(result.status == 0 and took < 1.5, "status %d after %.1f s" % (result.status, took))
    need(result.err.count(b"\n") == 1, "is not quiet about it: %s" % short(result.err))


def check_usage(tool):
    """What --listen may be, and a port that is taken."""
    for listen in ("", "127.0.0.1", "example.com:80", "127.0.0.1:70000", ":80", "[::1", "127.0.0.1:80x", "1.2.3:4", "-1"):
        result = tool.run("serve", "--listen", listen)
        need(result.status == 2 and b"--listen" in result.err and not result.out, "%s: status %d" % (listen, result.status))
    with serving(tool) as server:
        result = tool.run("serve", "--listen", "127.0.0.1:%d" % server.port)
        need(result.status == 2 and b"cannot listen" in result.err, "a taken port: %s" % short(result.err))
    need(tool.run("serve", "x.log").status == 2, "takes a path")
    need(tool.run("serve", "--max-bytes", "0").status == 2, "takes no bytes at all")


def check_warning(tool):
    """Other machines are let in only with a warning, and only by address."""
    server = Server(tool, host="0.0.0.0")
    try:
        need(server.ask().status == 200, "not by 127.0.0.1")
        need(server.ask(headers={"Host": "192.0.2.7:%d" % server.port}).status == 200, "not by an address")
        need(server.ask(headers={"Host": "evil.example:%d" % server.port}).status == 403, "by a name")
        result = server.end()
    finally:
        server.close()
    need(b"warning" in result.err, "does not warn: %s" % short(result.err))


def check_pack(tool):
    """--signatures reaches the server."""
    result = tool.run("serve", "--signatures", "/nonexistent")
    need(result.status == 2 and result.err, "status %d" % result.status)


def check_disk(tool, server):
    """Nothing is written: no open file of the server is a file on disk that can be written."""
    server.diagnose(trace(tool) * 3000)
    done = subprocess.run(["find", "/proc/%d/fd" % server.pid, "-lname", "/tmp/*"], capture_output=True, check=False)
    need(not done.stdout, "an open file: %s" % short(done.stdout))


def checks(tool, server):
    """Name and function of each check; those with `server` share one."""
    shared = {"page": check_page, "version": check_version, "same": check_same, "options": check_options,
              "where": check_where, "disk": check_disk}
    found = [("plain/" + name, lambda f=function: f(tool, server)) for name, function in shared.items()]
    found += [("plain/usage", lambda: check_usage(tool)), ("plain/warning", lambda: check_warning(tool)),
              ("plain/pack", lambda: check_pack(tool))]
    for number in (signal.SIGINT, signal.SIGTERM):
        for uploading in (False, True):
            found.append(("plain/%s/%s" % (number.name, "uploading" if uploading else "idle"),
                          lambda n=number, u=uploading: check_signal(tool, n, u)))
    return found
