"""Starts `tlswhy serve` on a free port and talks to it, politely or not."""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import urllib.parse

from support.runner import need, short
from support.tool import Result, shell_status

SECONDS = 30


class Answer:
    """Status, headers (lower-case names) and body of an answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        """The body as JSON."""
        return json.loads(self.body)


class Server:
    """A running server; `port` is where."""

    def __init__(self, tool, *args, host="127.0.0.1"):
        self.tool = tool
        self.process = tool.start("serve", "--listen", "%s:0" % host, *args, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().strip()
        match = re.fullmatch(r"http://(.*):(\d+)/", self.url)
        need(match, "prints no address: %s" % short(self.url))
        self.host = match.group(1)
        self.port = int(match.group(2))
        self.ended = None

    @property
    def pid(self):
        """The process: tlswhy became its helper."""
        return self.process.pid

    def end(self, number=signal.SIGTERM, seconds=SECONDS):
        """Ends it; the result."""
        if self.ended is None:
            self.process.send_signal(number)
            out, err = self.process.communicate(timeout=seconds)
            self.ended = Result(shell_status(self.process.returncode), out, err)
            self.tool.no_crash(self.ended, ["serve"])
        return self.ended

    def close(self):
        """Ends it where a test did not; it must end well."""
        try:
            result = self.end()
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.communicate()
        need(result.status == 0, "status %d; %s" % (result.status, short(result.err)))

    def connect(self, timeout=SECONDS):
        """A socket to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method="GET", path="/", body=None, headers=None, chunked=False, timeout=SECONDS):
        """One request; its answer. `headers` replaces Host where it names it."""
        headers = dict(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if "Host" not in headers:
                headers["Host"] = "127.0.0.1:%d" % self.port
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body, encode_chunked=chunked)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())

    def diagnose(self, body, chunked=False, headers=None, timeout=SECONDS, **query):
        """Posts bytes to be diagnosed."""
        query = urllib.parse.urlencode({name.replace("_", "-"): value for name, value in query.items()})
        return self.ask("POST", "/api/diagnose" + ("?" + query if query else ""), [body] if chunked else body,
                        headers, chunked, timeout)

    def raw(self, data, half_close=False, timeout=SECONDS):
        """Sends bytes and returns all that comes back until the server closes (b"" where it resets)."""
        got = b""
        with self.connect(timeout) as stream:
            try:
                stream.sendall(data)
                if half_close:
                    stream.shutdown(socket.SHUT_WR)
                while True:
                    piece = stream.recv(65536)
                    if not piece:
                        break
                    got += piece
            except (ConnectionResetError, BrokenPipeError):
                pass
        return got

    def memory(self):
        """Peak of resident memory in MiB."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as stream:
            return int(re.search(r"VmHWM:\s+(\d+) kB", stream.read()).group(1)) / 1024

    def threads(self):
        """Threads that run now."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as stream:
            return int(re.search(r"Threads:\s+(\d+)", stream.read()).group(1))


@contextlib.contextmanager
def serving(tool, *args, **options):
    """A server for a block of a test."""
    server = Server(tool, *args, **options)
    try:
        yield server
    finally:
        server.close()
