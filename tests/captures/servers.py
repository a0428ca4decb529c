"""The far sides of the captures: `openssl s_server` in several set-ups, and small servers that do the rest."""

import contextlib
import socket
import struct
import subprocess
import threading
import time

LOCAL = "127.0.0.1"
PAGE = b"<!doctype html><title>Sample</title><p>It works.</p>"
WAIT = 10           # seconds until a server must answer


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return probe.getsockname()[1]


def wait_until_open(port):
    """Returns when the port takes connections."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((LOCAL, port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("no server on port %d after %d s" % (port, WAIT))


class Openssl:
    """`openssl s_server` with the given options, answering HTTP with its status page."""

    def __init__(self, pair, *options):
        self.port = free_port()
        command = ["openssl", "s_server", "-accept", "%s:%d" % (LOCAL, self.port), "-cert", pair[0], "-key", pair[1], "-www",
                   "-quiet", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_until_open(self.port)

    def close(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait()


class Small:
    """A server that takes one connection after another and hands each to `answer`."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server((LOCAL, 0), backlog=32)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        """Until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=(connection,), daemon=True).start()

    def serve_one(self, connection):
        """One connection; what goes wrong on it concerns nobody else."""
        with connection, contextlib.suppress(OSError):
            connection.settimeout(WAIT)
            self.answer(connection)

    def close(self):
        """Takes no more connections."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Nobody:
    """A port on which nobody listens."""

    def __init__(self):
        self.port = free_port()

    def close(self):
        """Nothing to end."""


def answer_plain(connection):
    """HTTP where the client means TLS: the hello is no request, and the answer is no hello."""
    connection.recv(16384)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + PAGE)


def answer_nothing_new(connection):
    """HTTP, for what a browser asks on its own."""
    connection.recv(16384)
    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def answer_reset(connection):
    """Reads the hello and cuts the connection with a reset."""
    connection.recv(16384)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer_login(connection):
    """A proxy that wants a password first."""
    connection.recv(16384)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n"
                       b"Content-Length: 0\r\nConnection: close\r\n\r\n")


def answer_silence(connection):
    """Takes the hello and says nothing until the client has enough."""
    while connection.recv(16384):
        pass


class Tunnel(Small):
    """A proxy that leads every CONNECT to one port of this machine, whatever was asked for."""

    def __init__(self, inner):
        self.inner = inner
        super().__init__(self.connect)

    def connect(self, connection):
        """Reads the request, then copies both ways."""
        connection.recv(16384)
        with socket.create_connection((LOCAL, self.inner.port)) as far:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(far, connection), daemon=True)
            back.start()
            copy(connection, far)
            back.join(WAIT)

    def close(self):
        """Ends both servers."""
        super().close()
        self.inner.close()


def copy(source, target):
    """Copies until the source ends, and tells the target."""
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(16384)
            if not data:
                break
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
