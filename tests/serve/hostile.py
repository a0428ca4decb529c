"""Requests that nobody decent sends: never a crash, never an answer that they should not get."""

import gzip
import random
import re
import socket
import threading
import time

from support.runner import need, short

from plain import trace
from server import serving

UPLOAD = b"POST /api/diagnose HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
SECRET = b"tlswhy.report"


def alive(server):
    """Fails where the server does not answer any more."""
    need(server.ask(path="/api/version").status == 200, "does not answer any more")


def check_rebinding(tool, server):
    """Only Host headers that no DNS server decides on get an answer; the others learn nothing."""
    port = server.port
    for host in ("127.0.0.1:%d", "localhost:%d", "LOCALHOST:%d", "[::1]:%d", "127.1.2.3:%d"):
        need(server.ask(headers={"Host": host % port}).status == 200, "%s is refused" % host)
    others = ["evil.example:%d" % port, "127.0.0.1", "localhost", "127.0.0.1:%d" % (port - 1), "", "127.0.0.1:%d:1" % port,
              "127.0.0.1.evil.example:%d" % port, "localhost.evil.example:%d" % port, "localhost.:%d" % port, "0.0.0.0:%d" % port,
              "2130706433:%d" % port, "127.1:%d" % port, "0x7f000001:%d" % port, "[::ffff:10.0.0.1]:%d" % port, "[::1:%d" % port,
              "user@127.0.0.1:%d" % port, "127.0.0.1:0%d0" % port, "a" * 5000, None]
    for host in others:
        for method, path, body in (("GET", "/", None), ("POST", "/api/diagnose", trace(tool))):
            answer = server.ask(method, path, body, {"Host": host})
            need(answer.status in (400, 403), "%s %s gets %d" % (method, host, answer.status))
            need(SECRET not in answer.body and b"textarea" not in answer.body and len(answer.body) < 300,
                 "%s learns %s" % (host, short(answer.body)))
    doubled = server.raw(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nHost: evil.example\r\n\r\n" % port)
    need(doubled.split(b" ")[1] in (b"400", b"403"), "two hosts: %s" % short(doubled))
    old = server.raw(b"GET / HTTP/1.0\r\n\r\n")
    need(old.split(b" ")[1] in (b"400", b"403"), "no host: %s" % short(old))


def check_cross_site(tool, server):
    """Origin and Sec-Fetch-Site of other pages."""
    port = server.port
    good = [{"Origin": "http://127.0.0.1:%d" % port}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
            {"Host": "localhost:%d" % port, "Origin": "http://localhost:%d" % port}]
    for headers in good:
        answer = server.diagnose(trace(tool), headers=headers)
        need(answer.status == 200 and SECRET in answer.body, "%s gets %d" % (headers, answer.status))
    bad = ["http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:%d" % port, "http://127.0.0.1:%d" % (port + 1),
           "http://127.0.0.1:%d.evil.example" % port, "http://127.0.0.1:%d/" % port, "http://localhost:%d" % port, "",
           "file://", "http://a@127.0.0.1:%d" % port, "http://evil.example:%d" % port]
    for origin in bad:
        answer = server.diagnose(trace(tool), headers={"Origin": origin})
        need(answer.status == 403 and SECRET not in answer.body, "origin %s gets %d" % (origin, answer.status))
    for site in ("cross-site", "same-site", "", "SAME-ORIGIN", "same-origin, cross-site"):
        answer = server.diagnose(trace(tool), headers={"Sec-Fetch-Site": site})
        need(answer.status == 403, "site %s gets %d" % (site, answer.status))


def check_size(tool):
    """--max-bytes holds for a body with a length, for one in chunks, and for what it is decompressed to."""
    with serving(tool, "--max-bytes", "1M") as server:
        need(server.ask(path="/api/version").json["max_bytes"] == 1 << 20, "does not tell its limit")
        fits = b"a line\n" * 100000
        need(server.diagnose(fits).status == 200, "what fits is refused")
        said = server.raw(UPLOAD % server.port + b"Content-Length: 1048577\r\n\r\n")
        need(b" 413 " in said[:20], "a long body: %s" % short(said))
        said = server.raw(UPLOAD % server.port + b"Content-Length: 9223372036854775807\r\n\r\n")
        need(b" 413 " in said[:20], "the longest length: %s" % short(said))
        need(server.diagnose(fits * 2, chunked=True).status == 413, "long chunks")
        answer = server.diagnose(gzip.compress(fits * 50))
        need(answer.status == 200 and answer.json["inputs"][0]["limits"], "a bomb: %s" % short(answer.body))
        alive(server)


def check_wrong_lengths(tool, server):
    """Lengths that are wrong, bodies that end early, garbage behind a request."""
    upload = UPLOAD % server.port
    cases = [b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", b"Content-Length: -1\r\n\r\n", b"Content-Length: 0x10\r\n\r\n",
             b"Content-Length: 99999999999999999999999\r\n\r\n", b"Content-Length: 10\r\n\r\nabc", b"Content-Length: \r\n\r\n",
             b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
             b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
             b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", b"Transfer-Encoding: gzip\r\n\r\nabc",
             b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", b"Expect: the-unexpected\r\nContent-Length: 1\r\n\r\na"]
    for case in cases:
        said = server.raw(upload + case, half_close=True)
        need(not re.match(rb"HTTP/1.1 5(?!0[01])", said), "%s: %s" % (short(case), short(said)))
    alive(server)
    data = trace(tool)
    said = server.raw(upload + b"Content-Length: %d\r\n\r\n" % len(data) + data + b"\x00GARBAGE / HTTP/9\r\n" * 200)
    need(said.count(b"HTTP/1.1 ") <= 1, "answers garbage: %s" % short(said))
    said = server.raw(upload + b"Content-Length: %d\r\n\r\n" % len(data) + data, half_close=True)
    need(SECRET in said, "a half-closed upload gets no answer: %s" % short(said))
    alive(server)


def check_headers(tool, server):
    """More headers than there is room for."""
    start = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % server.port
    for flood in (b"X: " + b"a" * 200000 + b"\r\n\r\n", b"".join(b"X%d: y\r\n" % i for i in range(20000)) + b"\r\n", b"\r\n" * 5):
        server.raw(start + flood)
    said = server.raw(b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n")
    need(b" 200 " not in said[:20], "a long address: %s" % short(said))
    alive(server)


def check_slow(tool, server, seconds):
    """Who sends a byte now and then is cut off: in the headers, and in the body."""
    port = server.port
    starts = (b"GET / HTTP/1.1\r\nX: ", UPLOAD % port + b"Content-Length: 1000000\r\n\r\n")
    took = [None] * len(starts)

    def drip(number, start):
        begun = time.monotonic()
        with server.connect() as stream:
            try:
                stream.sendall(start)
                while time.monotonic() - begun < seconds + 15:
                    time.sleep(0.5)
                    stream.sendall(b"a")
            except OSError:
                took[number] = time.monotonic() - begun

    threads = [threading.Thread(target=drip, args=(i, start)) for i, start in enumerate(starts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    need(all(seconds_taken is not None and 10 < seconds_taken < seconds for seconds_taken in took),
         "cut off after %s s" % took)
    alive(server)


def many(tool, count):
    """A log with that many diagnoses: the hosts differ."""
    text = trace(tool)
    return b"".join(text.replace(b"Authentication context", b"Authentication context https://org%d.crm4.dynamics.com/" % i)
                    for i in range(count))


def check_slow_reader(tool, server):
    """Who does not fetch a long answer is cut off, and its thread is gone."""
    data = many(tool, 1200)
    before = server.threads()
    with socket.socket() as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stream.settimeout(60)
        stream.connect(("127.0.0.1", server.port))
        stream.sendall(UPLOAD % server.port + b"Content-Length: %d\r\n\r\n" % len(data) + data)
        need(stream.recv(20).startswith(b"HTTP/1.1 200"), "no answer")
        start = time.monotonic()
        time.sleep(5)
        need(server.threads() > before, "the answer went out without a reader; this tests nothing")
        while server.threads() > before and time.monotonic() < start + 40:
            time.sleep(0.2)
        need(server.threads() <= before, "%d threads, before %d" % (server.threads(), before))
    alive(server)


def check_long_answer(tool, server):
    """A report that would be too long is refused, and its memory given back."""
    for _ in range(2):
        answer = server.diagnose(many(tool, 3000), timeout=100)
        need(answer.status == 500 and answer.json["error"], "status %d" % answer.status)
    need(server.diagnose(many(tool, 1200), timeout=100).status == 200, "a long one is refused")


def check_connections(tool):
    """More connections than there are places; then there are places again."""
    with serving(tool) as server:
        streams = [server.connect() for _ in range(120)]
        time.sleep(0.5)
        need(server.threads() < 80, "%d threads" % server.threads())
        for stream in streams:
            stream.close()
        time.sleep(0.5)
        alive(server)


def fuzzed(rng, tool, port):
    """One request with something wrong in it."""
    body = trace(tool)[:rng.randrange(2000)]
    lines = [rng.choice([b"GET / HTTP/1.1", b"POST /api/diagnose HTTP/1.1", b"POST /api/diagnose?format=text&name=%00%ff&redact=0 HTTP/1.1",
                         b"HEAD /page.js HTTP/1.0", b"GET /api/version?x=%zz HTTP/1.1", b"POST /api/diagnose?format=%6a HTTP/1.1"]),
             b"Host: 127.0.0.1:%d" % port, b"Content-Length: %d" % (len(body) + rng.choice([0, 0, 0, 1, -1, 1000]))]
    for _ in range(rng.randrange(4)):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice([
            b"Transfer-Encoding: chunked", b"Connection: upgrade", b"X-%s: y" % (b"a" * rng.randrange(300)), b": empty", b"no colon",
            b" folded", b"Cookie: a=b; ;=;", b"Expect: 100-continue", b"Origin: null", b"Host:", b"Upgrade: h2c", b"Range: bytes=0-0"]))
    data = bytearray(rng.choice([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]).join(lines) + b"\r\n\r\n" + body)
    for _ in range(rng.choice([0, 0, 1, 3, 30])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[:rng.choice([len(data), len(data), rng.randrange(len(data) + 1)])])


def check_fuzz(tool, server, rounds, seed):
    """Damaged requests, several at a time."""
    failures = []

    def run(number):
        rng = random.Random("%s %d" % (seed, number))
        for _ in range(rounds // 4):
            data = fuzzed(rng, tool, server.port)
            said = server.raw(data, half_close=True)
            if said and not re.match(rb"HTTP/1\.[01] \d\d\d ", said) and not said.startswith(b"<html"):
                failures.append((data, said))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    need(not failures, "seed %s: %s" % (seed, short(repr(failures[:1]), 800)))
    alive(server)


def checks(tool, server, rounds, seed):
    """Name and function of each check."""
    return [
        ("hostile/rebinding", lambda: check_rebinding(tool, server)),
        ("hostile/cross-site", lambda: check_cross_site(tool, server)),
        ("hostile/size", lambda: check_size(tool)),
        ("hostile/lengths", lambda: check_wrong_lengths(tool, server)),
        ("hostile/headers", lambda: check_headers(tool, server)),
        ("hostile/slow", lambda: check_slow(tool, server, 25)),
        ("hostile/slow-reader", lambda: check_slow_reader(tool, server)),
        ("hostile/long-answer", lambda: check_long_answer(tool, server)),
        ("hostile/connections", lambda: check_connections(tool)),
        ("hostile/fuzz", lambda: check_fuzz(tool, server, rounds, seed)),
    ]
