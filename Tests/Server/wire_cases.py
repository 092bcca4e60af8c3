# Loci, Apache License 2.0.
"""What is below commands: bytes that are sent, and bytes that come back until the server closes, or answers an ECHO."""

import random

import wire

# Nothing that these cases ask takes longer.
DEADLINE = 20.0
MARK = b"the end of the case"

# Requests after which the connection must go on: what comes back before the reply to a last ECHO is compared.
OPEN = [
    b"PING\n",
    b"PING\r\n",
    b"ping\r\n",
    b"\r\n\r\nPING\r\n",
    b"\n",
    b"   \r\nPING\r\n",
    b"\tPING\t\thi\r\n",
    b"  PING  hi  \r\n",
    b"PING\r\r\n",
    b'"PING"\r\n',
    b"'PING' 'a b'\r\n",
    b'ECHO "a\\n\\r\\t\\b\\a\\x41\\xfg\\"\\q b"\r\n',
    b"ECHO 'it\\'s \\n'\r\n",
    b'ECHO a"b c"\r\n',
    b"ECHO a'b c'\r\n",
    b'ECHO ""\r\n',
    b"*0\r\nPING\r\n",
    b"*-1\r\nPING\r\n",
    b"*-5\r\nPING\r\n",
    b"*1\r\n$4\r\nPINGxxPING\r\n",
    b"*1\r\n$0\r\n\r\nPING\r\n",
    b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
    b"*2\r\n$4\r\necho\r\n$12\r\n$1\r\n\r\n*1\r\n\x00\xff\r\n",
    b"\xff\xfe\r\nPING\r\n",
    b"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\nPING\r\n+PING\r\n:1\r\n$4\r\n-x\r\n",
    b"PING\r\n" * 2000,
    b"*1\r\n$4\r\nPING\r\n" * 2000,
    b"ECHO " + b"a" * 60000 + b"\r\n",
    wire.encode("ECHO", b"a" * 1000000),
    wire.encode("ECHO", *[b"a"] * 10000),
    wire.encode("VADD", "k", "VALUES", 2, 1, 0, "a")
    + wire.encode("VSIM", "k", "ELE", "a", "WITHSCORES")
    + wire.encode("FLUSHALL"),
    b"VADD k VALUES 2 1 0 'a b'\r\nVSIM k ELE 'a b' WITHSCORES\r\nFLUSHALL\r\n",
    b"MULTI\r\nPING\r\nNOSUCH\r\nEXEC\r\nMULTI\r\nPING\r\nEXEC\r\n",
    b"VISMEMBER k e\r\nVEMB k e\r\nVINFO k\r\nCONFIG GET nosuch\r\nVRANDMEMBER k\r\nVSIM k ELE e WITHSCORES\r\n",
]

# Requests after which the server must close the connection.
CLOSING = [
    b"*x\r\nPING\r\n",
    b"*\r\nPING\r\n",
    b"*01\r\n$4\r\nPING\r\n",
    b"*+1\r\n$4\r\nPING\r\n",
    b"* 1\r\n$4\r\nPING\r\n",
    b"*1.5\r\n",
    b"*2147483648\r\n",
    b"*99999999999999999999\r\n",
    b"*1\r\n+PING\r\n",
    b"*1\r\nPING\r\n",
    b"*1\r\n\r\nPING",
    b"*1\r\n*1\r\n$4\r\nPING\r\n",
    b"*2\r\n$4\r\nECHO\r\n:5\r\n",
    b"*1\r\n$-5\r\nPING\r\n",
    b"*1\r\n$-1\r\nPING\r\n",
    b"*1\r\n$x\r\nPING\r\n",
    b"*1\r\n$\r\nPING\r\n",
    b"*1\r\n$04\r\nPING\r\n",
    b"*1\r\n$536870913\r\n",
    b"*1\r\n$99999999999999999999\r\n",
    b"'PI'NG\r\n",
    b'ECHO "abc\r\nPING\r\n',
    b"ECHO 'abc\r\nPING\r\n",
    b'ECHO "abc"d\r\n',
    b"ECHO 'abc'd\r\n",
    b'{"a":1}\r\n',
    b"PING " + b"a" * 70000,
    b"*" + b"1" * 70000,
    b"*1\r\n$" + b"1" * 70000,
    b"*1\r\n$4\r\nPING\r\n*x\r\n",
    b"PING\r\nPING\r\n*1\r\n+\r\nPING\r\n",
    b"QUIT\r\nPING\r\n",
    b"PING\r\nQUIT\r\nPING\r\n",
    wire.encode("QUIT", "a") + wire.encode("PING"),
    b"MULTI\r\nPING\r\nQUIT\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
    b"post / x\r\nPING\r\n",
    b"Host: x\r\nPING\r\n",
    b"host:\r\nPING\r\n",
    b"*1\r\n$4\r\nPOST\r\nPING\r\n",
    b"*1\r\n$5\r\nhost:\r\n",
    b"PING\r\nPOST\r\nPING\r\n",
]

PASSWORD = "a secret"

# To servers that ask for a password. Each ends with QUIT, or with the server's closing it.
AUTHENTICATION = [
    ["PING"],
    ["ping", "a"],
    ["ECHO"],
    ["NOSUCH", "a"],
    ["VADD", "k", "VALUES", 1, 1, "e"],
    ["VCARD"],
    ["CLIENT", "ID"],
    ["CLIENT", "SETINFO", "LIB-NAME", "x"],
    ["SELECT", 0],
    ["MULTI"],
    ["EXEC"],
    ["COMMAND", "COUNT"],
    ["INFO"],
    ["RESET"],
    ["HELLO"],
    ["HELLO", 2],
    ["HELLO", 3],
    ["HELLO", 9],
    ["HELLO", "x"],
    ["HELLO", 3, "SETNAME", "x"],
    ["HELLO", 3, "AUTH", "default", "wrong"],
    ["HELLO", 3, "AUTH", "nobody", PASSWORD],
    ["HELLO", 3, "AUTH", "default"],
    ["AUTH"],
    ["AUTH", ""],
    ["AUTH", "wrong"],
    ["AUTH", PASSWORD + "x"],
    ["AUTH", PASSWORD[:-1]],
    ["AUTH", PASSWORD.upper()],
    ["AUTH", "default", "wrong"],
    ["AUTH", "nobody", PASSWORD],
    ["AUTH", "a", "b", "c"],
    ["AUTH", "x" * 1000],
]


def run_authentication(reference, candidate, report):
    known = wire.encode("AUTH", PASSWORD)
    for words in AUTHENTICATION:
        # Whether it is refused, and whether anything is allowed after it.
        compare(reference, candidate, report, wire.encode(*words) + wire.encode("VCARD", "k") + b"QUIT\r\n", 2, False)
        # And with the password before it.
        # Redis 8.2.3 loses the reply to a wrong password, when the right one was given before.
        if words[0] not in ("HELLO", "INFO", "COMMAND", "CLIENT", "AUTH"):
            compare(reference, candidate, report, known + wire.encode(*words) + b"VCARD k\r\nQUIT\r\n", 2, False)
    for data in (
        known + b"PING\r\nRESET\r\nPING\r\nQUIT\r\n",
        wire.encode("AUTH", "default", PASSWORD) + b"PING\r\nQUIT\r\n",
        wire.encode("PING", *["x"] * 9) + b"QUIT\r\n",
        wire.encode("PING", *["x"] * 10) + b"QUIT\r\n",
        known + wire.encode("PING", *["x"] * 10) + b"QUIT\r\n",
        wire.encode("ECHO", "x" * 16384) + b"QUIT\r\n",
        wire.encode("ECHO", "x" * 16385) + b"QUIT\r\n",
        known + wire.encode("ECHO", "x" * 16385) + b"QUIT\r\n",
        b"*1\r\n$16385\r\n",
        b"*11\r\n",
        b"POST / HTTP/1.1\r\n",
    ):
        compare(reference, candidate, report, data, 2, False)
    for server in (reference, candidate):
        with server.connect() as connection:
            reply = connection.command("HELLO", 3, "AUTH", "default", PASSWORD)
            report.equal("HELLO with the password", reply.kind, "map")


def run(reference, candidate, report):
    for version in (2, 3):
        for data in OPEN:
            compare(reference, candidate, report, data, version, is_open=True)
    for data in CLOSING:
        compare(reference, candidate, report, data, 2, is_open=False)
    in_pieces(candidate, report)


def compare(reference, candidate, report, data, version, is_open):
    replies = [exchange(server, data, version, is_open) for server in (reference, candidate)]
    name = f"wire, RESP{version}: {shorten(data)}"
    expected = "goes on" if is_open else "is closed"
    report.expect(
        name,
        replies[0] == replies[1],
        f"the connection {expected}\nexpected {shorten(replies[0])}\ngot      {shorten(replies[1])}",
    )


def shorten(data):
    text = repr(data)
    return text if len(text) < 200 else f"{text[:100]} … {text[-60:]} ({len(data)} bytes)"


def exchange(server, data, version, is_open, piece=None):
    """What comes back for these bytes, or a text that tells what went wrong."""
    connection = server.connect(version, DEADLINE)
    with connection:
        try:
            sent = data + wire.encode("ECHO", MARK) if is_open else data
            for start in range(0, len(sent), piece or len(sent)):
                connection.send(sent[start : start + (piece or len(sent))])
        except OSError as error:
            if is_open:
                return f"sending failed: {error}"
        try:
            if not is_open:
                return connection.read_until_closed()
            end = b"$%d\r\n%s\r\n" % (len(MARK), MARK)
            received = b""
            while not received.endswith(end):
                more = connection.socket.recv(1 << 20)
                if not more:
                    return f"closed after {shorten(received)}"
                received += more
            return received[: -len(end)]
        except TimeoutError:
            return f"nothing more came within {DEADLINE:.0f} s" + ("" if is_open else "; the connection is open")
        except OSError as error:
            return f"receiving failed: {error}"


def in_pieces(candidate, report):
    """Requests that come in pieces are answered as if they came at once: by the same server, so in every byte."""
    generator = random.Random(7)
    requests = b"".join(OPEN[place] for place in range(len(OPEN)) if len(OPEN[place]) < 500)
    requests += b"".join(
        wire.encode("VADD", "pieces", "VALUES", 2, generator.randint(-9, 9), 1, f"e{number}", "NOQUANT")
        for number in range(20)
    )
    requests += (
        wire.encode("VSIM", "pieces", "ELE", "e3", "WITHSCORES", "TRUTH")
        + wire.encode("VCARD", "pieces")
        + b"FLUSHALL\r\n"
    )
    whole = exchange(candidate, requests, 2, True)
    for piece in (1, 2, 3, 7, 64, 1000):
        got = exchange(candidate, requests, 2, True, piece)
        report.expect(f"wire: {len(requests)} bytes in pieces of {piece}", got == whole, first_difference(whole, got))


def first_difference(expected, got):
    place = next(
        (index for index, (one, other) in enumerate(zip(expected, got)) if one != other), min(len(expected), len(got))
    )
    start = max(0, place - 60)
    return f"at byte {place}\nexpected {expected[start : place + 60]!r}\ngot      {got[start : place + 60]!r}"
