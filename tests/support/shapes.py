"""Byte shapes that a log can take on its way to us: mail, UTF-16, gzip, a needle in a large file."""

import gzip
import io

MAIL_WIDTH = 72


def crlf(text):
    """Text with Windows line ends."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def wrap_line(line, width):
    """One line broken at blanks as a mail program does: no word is ever cut."""
    pieces = []
    while len(line) > width:
        cut = line.rfind(" ", 1, width + 1)
        if cut <= 0:
            cut = line.find(" ", width)
        if cut <= 0:
            break
        pieces.append(line[:cut])
        line = line[cut + 1:]
    pieces.append(line)
    return pieces


def mail_quoted(text, prefix="> ", width=MAIL_WIDTH, intro=None):
    """The text in a reply: wrapped to `width` columns, each line behind `prefix`."""
    lines = []
    for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"):
        lines.extend(wrap_line(line, width - len(prefix)))
    body = "\n".join((prefix + line).rstrip(" ") for line in lines) + "\n"
    return (intro + "\n" if intro else "") + body


def utf16le(text):
    """UTF-16LE with a byte order mark."""
    return b"\xff\xfe" + text.encode("utf-16-le")


def gzipped(data):
    """One gzip member without name and time, as `gzip -n` writes it."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def gzip_members(data, cut=None):
    """Two gzip members; `cut` is where the first ends (in the middle of a line by default)."""
    if cut is None:
        cut = len(data) // 2
    return gzipped(data[:cut]) + gzipped(data[cut:])


def filler(size):
    """About `size` bytes of log lines of a program that has no trouble at all."""
    lines = []
    for number in range(4000):
        lines.append(
            "2024-05-07 %02d:%02d:%02d.%03d INFO  [worker-%d] warehouse.picking.Planner - wave %d: %d of %d lines assigned to zone %s in %d ms\n"
            % (number // 3600, number // 60 % 60, number % 60, number * 37 % 1000, number % 12,
               number // 40, number % 40 + 1, 40, "ABCDEFGH"[number % 8], number * 13 % 90 + 2))
    block = "".join(lines).encode()
    return (block * (size // len(block) + 1))[:size - 1] + b"\n"


def write_needle(path, needle, size):
    """A file of `size` bytes of filler with `needle` in its middle, written in pieces."""
    block = filler(4 << 20)
    half = size // 2
    with open(path, "wb") as stream:
        for part in (0, 1):
            written = 0
            while written < half:
                written += stream.write(block[:half - written])
            if part == 0:
                stream.write(b"\n" + needle + b"\n")
