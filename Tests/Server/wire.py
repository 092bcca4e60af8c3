# Loci, Apache License 2.0.
"""RESP, versions 2 and 3, over a socket. Written apart from every client library, so that these tests trust none."""

import socket
from typing import NamedTuple

# A reply that does not come within this time is a failure. It is far above what any command takes.
DEADLINE_SECONDS = 60.0


class Reply(NamedTuple):
    """One reply. `kind` is a name of KINDS, or "null" for each of the three ways to write it."""

    kind: str
    value: object

    def is_error(self):
        return self.kind == "error"

    def __repr__(self):
        return show(self)


KINDS = {
    b"+": "line",
    b"-": "error",
    b":": "integer",
    b"$": "string",
    b"*": "array",
    b"_": "null",
    b",": "double",
    b"#": "boolean",
    b"%": "map",
    b"~": "set",
    b">": "push",
    b"(": "big",
    b"=": "text",
    b"!": "error string",
}


class ProtocolFault(Exception):
    """What came is not RESP."""


class Closed(Exception):
    """The server has closed the connection. `rest` is what came of a reply that is not whole."""

    def __init__(self, rest=b""):
        super().__init__("the connection was closed" + (f" within a reply: {rest[:80]!r}" if rest else ""))
        self.rest = rest


def show(reply, limit=300):
    """A reply as one line for people."""
    text = _show(reply)
    return text if len(text) <= limit else text[:limit] + f"… ({len(text)} characters)"


def _show(reply):
    if not isinstance(reply, Reply):
        return repr(reply)
    if reply.kind in ("array", "set", "push"):
        mark = {"array": "*", "set": "~", "push": ">"}[reply.kind]
        return mark + "[" + ", ".join(_show(item) for item in reply.value) + "]"
    if reply.kind == "map":
        return "%{" + ", ".join(f"{_show(key)}: {_show(value)}" for key, value in reply.value) + "}"
    if reply.kind == "null":
        return {"$": "$-1", "*": "*-1", "_": "_"}[reply.value]
    if reply.kind == "string":
        return repr(reply.value)[1:]
    if reply.kind in ("line", "error"):
        return {"line": "+", "error": "-"}[reply.kind] + reply.value.decode("utf-8", "backslashreplace")
    if reply.kind == "integer":
        return f":{reply.value}"
    if reply.kind == "double":
        return f",{reply.value}"
    if reply.kind == "boolean":
        return "#t" if reply.value else "#f"
    return f"{reply.kind} {reply.value!r}"


def encode(*arguments):
    """A request as an array of bulk strings. Arguments are bytes, text, integers or floats."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        data = to_bytes(argument)
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


def to_bytes(argument):
    if isinstance(argument, bytes):
        return argument
    if isinstance(argument, float):
        return repr(argument).encode()
    return str(argument).encode()


class Connection:
    """A connection to a server, with its own reader of replies."""

    def __init__(self, port, version=2, deadline=DEADLINE_SECONDS):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=deadline)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.position = 0
        if version != 2:
            reply = self.command("HELLO", version)
            if reply.is_error():
                raise ProtocolFault(f"HELLO {version}: {reply}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def command(self, *arguments):
        self.send(encode(*arguments))
        return self.read()

    def pipeline(self, commands):
        """Sends all commands at once, and then reads as many replies. Keep them small: nothing is read meanwhile."""
        self.send(b"".join(encode(*command) for command in commands))
        return [self.read() for _ in commands]

    def read(self):
        reply = self._read_value()
        if self.position > 65536:
            del self.buffer[: self.position]
            self.position = 0
        return reply

    def read_until_closed(self, limit=1 << 20):
        """All bytes up to the end of the connection."""
        data = bytes(self.buffer[self.position :])
        while len(data) < limit:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            data += more
        return data

    def _fill(self):
        try:
            more = self.socket.recv(1 << 16)
        except ConnectionResetError:
            more = b""
        if not more:
            raise Closed(bytes(self.buffer[self.position :]))
        self.buffer += more

    def _line(self):
        searched = self.position
        while True:
            end = self.buffer.find(b"\r\n", searched)
            if end >= 0:
                line = bytes(self.buffer[self.position : end])
                self.position = end + 2
                return line
            searched = max(self.position, len(self.buffer) - 1)
            self._fill()

    def _bytes(self, count):
        while len(self.buffer) - self.position < count + 2:
            self._fill()
        data = bytes(self.buffer[self.position : self.position + count])
        if self.buffer[self.position + count : self.position + count + 2] != b"\r\n":
            raise ProtocolFault(f"no end of line behind {count} bytes of a string")
        self.position += count + 2
        return data

    def _number(self, text):
        try:
            return int(text)
        except ValueError:
            raise ProtocolFault(f"no integer: {text[:80]!r}") from None

    def _read_value(self):
        line = self._line()
        mark, rest = line[:1], line[1:]
        kind = KINDS.get(mark)
        if kind is None:
            raise ProtocolFault(f"no reply begins so: {line[:80]!r}")
        if kind in ("line", "error"):
            return Reply(kind, rest)
        if kind in ("integer", "big"):
            return Reply(kind, self._number(rest))
        if kind in ("string", "text", "error string"):
            count = self._number(rest)
            return Reply("null", "$") if count == -1 else Reply(kind, self._bytes(count))
        if kind in ("array", "set", "push"):
            count = self._number(rest)
            return Reply("null", "*") if count == -1 else Reply(kind, [self._read_value() for _ in range(count)])
        if kind == "map":
            return Reply(kind, [(self._read_value(), self._read_value()) for _ in range(self._number(rest))])
        if kind == "double":
            try:
                return Reply(kind, float(rest))
            except ValueError:
                raise ProtocolFault(f"no double: {rest[:80]!r}") from None
        if kind == "boolean":
            if rest not in (b"t", b"f"):
                raise ProtocolFault(f"no truth value: {rest[:80]!r}")
            return Reply(kind, rest == b"t")
        if rest:
            raise ProtocolFault(f"more behind a null: {rest[:80]!r}")
        return Reply("null", "_")
