#!/usr/bin/env python3
"""Writes Windows event logs (EVTX) for tests.

    python3 tests/support/evtx.py OUT.evtx < events.json

The events are a list of objects: provider, guid, event_id, qualifiers, version, level, task, opcode,
keywords, time ("2026-11-22T10:00:00.1234567Z"), record_id, activity_id, process_id, thread_id, channel,
computer, user_sid, data ([[name or null, type, value], ...]) and user_data ({"name": ..., "attributes":
{...}, "children": [...]}, where a child is such an object or a text). All may be missing. Types of values
are the keys of ENCODERS. An event with a guid has its data in a template of its own, as those of modern
providers have; one without has all in one template, as those of old sources.

Sources: the documentation of libevtx ("Windows XML Event Log (EVTX) format"), and [MS-EVEN6], section
2.2.12, for binary XML.
"""

import calendar
import json
import re
import struct
import sys
import uuid
import zlib

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
HEADER_SIZE = 4096
CHUNK_SIZE = 65536
CHUNK_HEADER = 512
FRAGMENT = b"\x0f\x01\x01\x00"
NONE = 0xFFFF


def filetime(text):
    """Units of 100 ns since 1601 of an RFC 3339 time in UTC."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?Z", text)
    seconds = calendar.timegm(tuple(int(part) for part in match.groups()[:6])) + 11644473600
    return seconds * 10000000 + int((match.group(7) or "").ljust(7, "0"))


def sid(text):
    """The bytes of a security identifier."""
    parts = text.split("-")
    numbers = [int(part) for part in parts[3:]]
    return (bytes((int(parts[1]), len(numbers))) + int(parts[2]).to_bytes(6, "big")
            + struct.pack("<%dI" % len(numbers), *numbers))


def systemtime(text):
    """Year, month, day of the week, day, hours, minutes, seconds, milliseconds."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z", text)
    year, month, day, hour, minute, second, milli = (int(part) for part in match.groups())
    return struct.pack("<8H", year, month, (calendar.weekday(year, month, day) + 1) % 7, day, hour, minute,
                       second, milli)


def utf16(text):
    """A string as values have it; half surrogates stay."""
    return text.encode("utf-16le", "surrogatepass")


def packed(letter):
    """Encoder of a number."""
    return lambda value: struct.pack("<" + letter, int(value, 0) if isinstance(value, str) else value)


# Type: number, encoder.
ENCODERS = {
    "null": (0x00, lambda value: b""),
    "string": (0x01, utf16),
    "ansi": (0x02, lambda value: value.encode("cp1252")),
    "int8": (0x03, packed("b")), "uint8": (0x04, packed("B")),
    "int16": (0x05, packed("h")), "uint16": (0x06, packed("H")),
    "int32": (0x07, packed("i")), "uint32": (0x08, packed("I")),
    "int64": (0x09, packed("q")), "uint64": (0x0A, packed("Q")),
    "float": (0x0B, packed("f")), "double": (0x0C, packed("d")),
    "boolean": (0x0D, packed("I")),
    "binary": (0x0E, bytes.fromhex),
    "guid": (0x0F, lambda value: uuid.UUID(value).bytes_le),
    "filetime": (0x11, lambda value: struct.pack("<Q", filetime(value))),
    "systemtime": (0x12, systemtime),
    "sid": (0x13, sid),
    "hexint32": (0x14, packed("I")), "hexint64": (0x15, packed("Q")),
    "binxml": (0x21, bytes),
    "strings": (0x81, lambda values: b"".join(utf16(value) + b"\0\0" for value in values)),
    "uint32s": (0x88, lambda values: struct.pack("<%dI" % len(values), *values)),
}


class Full(Exception):
    """The record does not fit into the chunk."""


class Chunk:
    """One chunk in the making: names and templates are written where they are used first."""

    def __init__(self):
        self.bytes = bytearray(CHUNK_HEADER)
        self.names = {}
        self.name_buckets = [0] * 64
        self.templates = {}
        self.template_buckets = [0] * 32
        self.record_ids = []
        self.last_record = 0

    def copy(self):
        """To go back to where a record does not fit."""
        other = Chunk()
        other.bytes = bytearray(self.bytes)
        other.names = dict(self.names)
        other.name_buckets = list(self.name_buckets)
        other.templates = dict(self.templates)
        other.template_buckets = list(self.template_buckets)
        other.record_ids = list(self.record_ids)
        other.last_record = self.last_record
        return other

    def put(self, form, *numbers):
        """Appends numbers."""
        self.bytes += struct.pack("<" + form, *numbers)

    def put_name(self, name):
        """The offset of a name, and the name where the chunk does not have it yet."""
        if name in self.names:
            self.put("I", self.names[name])
            return
        value = 0
        for unit in struct.unpack("<%dH" % len(name), utf16(name)):
            value = (value * 65599 + unit) & 0xFFFFFFFF
        value &= 0xFFFF
        self.put("I", len(self.bytes) + 4)
        self.names[name] = len(self.bytes)
        bucket = value % 64
        self.put("IHH", self.name_buckets[bucket], value, len(name))
        self.name_buckets[bucket] = self.names[name]
        self.bytes += utf16(name) + b"\0\0"

    def set_size(self, at):
        """Fills in the size of what follows the field at `at`."""
        struct.pack_into("<I", self.bytes, at, len(self.bytes) - at - 4)

    def put_piece(self, piece):
        """Text, or a substitution ("sub", number, type, optional)."""
        if isinstance(piece, str):
            self.put("BBH", 0x05, 0x01, len(piece))
            self.bytes += utf16(piece)
        else:
            _, number, kind, optional = piece
            self.put("BHB", 0x0E if optional else 0x0D, number, kind)

    def put_element(self, element):
        """An element: (name, attributes, children, dependency)."""
        name, attributes, children, dependency = element
        self.put("BHI", 0x41 if attributes else 0x01, dependency, 0)
        size = len(self.bytes) - 4
        self.put_name(name)
        if attributes:
            self.put("I", 0)
            list_size = len(self.bytes) - 4
            for i, (key, value) in enumerate(attributes):
                self.put("B", 0x46 if i + 1 < len(attributes) else 0x06)
                self.put_name(key)
                self.put_piece(value)
            self.set_size(list_size)
        if children:
            self.put("B", 0x02)
            for child in children:
                if isinstance(child, tuple) and child[0] != "sub":
                    self.put_element(child)
                else:
                    self.put_piece(child)
            self.put("B", 0x04)
        else:
            self.put("B", 0x03)
        self.set_size(size)

    def put_instance(self, element, values):
        """A fragment with an instance of the template that `element` is, with its values."""
        key = repr(element)
        identifier = uuid.uuid5(uuid.NAMESPACE_URL, key).bytes_le
        self.bytes += FRAGMENT
        self.put("BB", 0x0C, 0x01)
        self.bytes += identifier[:4]
        if key in self.templates:
            self.put("I", self.templates[key])
        else:
            offset = len(self.bytes) + 4
            self.put("I", offset)
            bucket = struct.unpack("<I", identifier[:4])[0] % 32
            self.put("I", self.template_buckets[bucket])
            self.bytes += identifier
            self.put("I", 0)
            size = len(self.bytes) - 4
            self.bytes += FRAGMENT
            self.put_element(element)
            self.put("B", 0)
            self.set_size(size)
            self.templates[key] = offset
            self.template_buckets[bucket] = offset
        self.put_values(values)

    def put_values(self, values):
        """Descriptors and values; binary XML is written in place, so that its offsets are right."""
        self.put("I", len(values))
        descriptors = len(self.bytes)
        self.bytes += bytes(4 * len(values))
        for i, (kind, value) in enumerate(values):
            start = len(self.bytes)
            if callable(value):
                value(self)
            else:
                self.bytes += value
            size = len(self.bytes) - start
            if size > 0xFFFF:
                raise Full
            struct.pack_into("<HBB", self.bytes, descriptors + 4 * i, size, kind, 0)

    def add(self, record_id, written, element, values):
        """One record. Raises Full."""
        start = len(self.bytes)
        self.put("4sIQQ", b"**\0\0", 0, record_id, written)
        self.put_instance(element, values)
        self.put("B", 0)
        self.bytes += bytes(-(len(self.bytes) + 4 - start) % 8)
        size = len(self.bytes) + 4 - start
        self.put("I", size)
        if len(self.bytes) > CHUNK_SIZE:
            raise Full
        struct.pack_into("<I", self.bytes, start + 4, size)
        self.record_ids.append(record_id)
        self.last_record = start

    def finish(self, first_number):
        """The whole chunk."""
        count = len(self.record_ids)
        end = len(self.bytes)
        header = bytearray(self.bytes[:CHUNK_HEADER])
        struct.pack_into("<8sQQQQIIII", header, 0, b"ElfChnk\0", first_number, first_number + count - 1,
                         self.record_ids[0], self.record_ids[-1], 128, self.last_record, end,
                         zlib.crc32(self.bytes[CHUNK_HEADER:]))
        struct.pack_into("<I", header, 120, 1)
        struct.pack_into("<64I32I", header, 128, *self.name_buckets, *self.template_buckets)
        struct.pack_into("<I", header, 124, zlib.crc32(header[128:], zlib.crc32(header[:120])))
        return bytes(header + self.bytes[CHUNK_HEADER:]).ljust(CHUNK_SIZE, b"\0")


class Values:
    """The values of one instance, numbered as they come."""

    def __init__(self):
        self.values = []

    def sub(self, kind, value, optional=True):
        """A substitution for the value; None is null."""
        number, encode = ENCODERS[kind]
        self.values.append((0, b"") if value is None else (number, encode(value)))
        return ("sub", len(self.values) - 1, number, optional)

    def optional(self, name, kind, value, attributes=()):
        """An element that is left out where its value is null."""
        piece = self.sub(kind, value)
        return (name, tuple(attributes), (piece,), piece[1])


def data_element(event, values):
    """EventData or UserData; None: the event has neither."""
    def tree(node):
        if isinstance(node, str):
            return values.sub("string", node, False)
        attributes = tuple((key, values.sub("string", value, False))
                           for key, value in node.get("attributes", {}).items())
        return (node["name"], attributes, tuple(tree(child) for child in node.get("children", ())), NONE)

    if event.get("user_data"):
        return ("UserData", (), (tree(event["user_data"]),), NONE)
    if event.get("data") is None:
        return None
    children = tuple(
        ("Data", (("Name", name),) if name is not None else (),
         (values.sub(kind, None if kind == "null" else value, False),), NONE)
        for name, kind, value in event["data"])
    return ("EventData", (), children, NONE)


def system_element(event, record_id, values):
    """System, and its values."""
    provider = [("Name", event.get("provider", "Test"))]
    if event.get("guid"):
        provider.append(("Guid", "{%s}" % str(uuid.UUID(event["guid"]))))
    return ("System", (), (
        ("Provider", tuple(provider), (), NONE),
        ("EventID", (("Qualifiers", values.sub("uint16", event.get("qualifiers"))),),
         (values.sub("uint16", event.get("event_id", 0), False),), NONE),
        values.optional("Version", "uint8", event.get("version")),
        values.optional("Level", "uint8", event.get("level", 4)),
        values.optional("Task", "uint16", event.get("task", 0)),
        values.optional("Opcode", "uint8", event.get("opcode", 0)),
        values.optional("Keywords", "hexint64", event.get("keywords", 0x8000000000000000)),
        ("TimeCreated", (("SystemTime", values.sub("filetime", event["time"])),), (), NONE),
        ("EventRecordID", (), (values.sub("uint64", record_id, False),), NONE),
        ("Correlation", (("ActivityID", values.sub("guid", event.get("activity_id"))),), (), NONE),
        ("Execution", (("ProcessID", values.sub("uint32", event.get("process_id", 0))),
                       ("ThreadID", values.sub("uint32", event.get("thread_id", 0)))), (), NONE),
        ("Channel", (), (event.get("channel", "System"),), NONE),
        ("Computer", (), (values.sub("string", event.get("computer", "host.example"), False),), NONE),
        ("Security", (("UserID", values.sub("sid", event.get("user_sid"))),), (), NONE),
    ), NONE)


def add_event(chunk, event, record_id):
    """Appends one event to a chunk. Raises Full."""
    values = Values()
    children = [system_element(event, record_id, values)]
    inner = Values()
    if event.get("guid") or event.get("user_data"):
        data = data_element(event, inner)
        if data is not None:
            values.values.append((ENCODERS["binxml"][0],
                                  lambda where: (where.put_instance(data, inner.values), where.put("B", 0))))
            children.append(("sub", len(values.values) - 1, ENCODERS["binxml"][0], True))
    else:
        data = data_element(event, values)
        if data is not None:
            children.append(data)
    element = ("Event", (("xmlns", NAMESPACE),), tuple(children), NONE)
    chunk.add(record_id, filetime(event["time"]), element, values.values)


def build(events, records_in_chunk=None):
    """The bytes of a log of `events`, at most so many in one chunk."""
    chunks = []
    chunk = Chunk()
    for i, event in enumerate(events):
        event = dict(event)
        event.setdefault("time", "2026-11-22T10:00:00.0000000Z")
        record_id = event.get("record_id", i + 1)
        before = chunk.copy()
        try:
            if records_in_chunk is not None and len(chunk.record_ids) >= records_in_chunk:
                raise Full
            add_event(chunk, event, record_id)
        except Full:
            if not before.record_ids:
                raise ValueError("event %d does not fit into a chunk" % i) from None
            chunks.append(before)
            chunk = Chunk()
            add_event(chunk, event, record_id)
    if chunk.record_ids:
        chunks.append(chunk)
    number = 1
    whole = []
    for chunk in chunks:
        whole.append(chunk.finish(number))
        number += len(chunk.record_ids)
    last = chunks[-1].record_ids[-1] if chunks else 0
    header = bytearray(4096)
    struct.pack_into("<8sQQQIHHHH", header, 0, b"ElfFile\0", 0, max(len(chunks) - 1, 0), last + 1, 128, 1, 3,
                     4096, len(chunks))
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    return bytes(header) + b"".join(whole)


def repeat(log, times):
    """A log with the chunks of `log` so many times: as large as wanted, in the time of a copy."""
    header = bytearray(log[:HEADER_SIZE])
    chunks = log[HEADER_SIZE:]
    count = times * len(chunks) // CHUNK_SIZE
    struct.pack_into("<Q", header, 16, count - 1)
    struct.pack_into("<H", header, 42, min(count, 65535))
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    return bytes(header) + chunks * times


def main():
    """Writes the log that standard input describes."""
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1].strip())
    log = build(json.load(sys.stdin))
    with open(sys.argv[1], "wb") as stream:
        stream.write(log)


if __name__ == "__main__":
    main()
