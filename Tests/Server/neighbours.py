# Loci, Apache License 2.0.
"""Clients that behave badly. Meanwhile another client is answered, and the memory of the server stays bounded.

Nothing here is measured in time; only what does not come at all fails, after a long deadline."""

import os
import socket
import sys

import servers
import wire
from report import Report

MEBIBYTE = 1 << 20
# More anonymous memory than this above what the server had before, for a neighbour that asks for far more than that.
ALLOWED_GROWTH = 160 * MEBIBYTE
ELEMENTS = 300


class Witness:
    """A client that behaves. Its commands must go on being answered."""

    def __init__(self, server, report):
        self.server = server
        self.report = report
        self.connection = server.connect()

    def prepare(self):
        self.connection.command("FLUSHALL")
        self.connection.pipeline(
            [["VADD", "set", "VALUES", 3, number, 1, -1, f"{'e' * 100}{number}"] for number in range(ELEMENTS)]
        )

    def ask(self, count=20):
        """Some commands; a fault, or None."""
        try:
            for number in range(count):
                if self.connection.command("PING") != wire.Reply("line", b"PONG"):
                    return "PING is answered with something else"
                hits = self.connection.command("VSIM", "set", "VALUES", 3, number, 1, -1, "COUNT", 3)
                if hits.kind != "array" or len(hits.value) != 3:
                    return f"VSIM: {hits}"
                reply = self.connection.command("VADD", "set", "VALUES", 3, number, 2, -1, f"new{number}")
                if reply.kind != "integer":
                    return f"VADD: {reply}"
        except (OSError, wire.Closed, wire.ProtocolFault) as error:
            self.connection = self.server.connect()
            return f"{type(error).__name__}: {error}"
        return None

    def check(self, name):
        fault = self.ask()
        self.report.expect(f"{name}: others are answered", fault is None, fault)


def raw(server):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=wire.DEADLINE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def a_byte_at_a_time(server, witness, report):
    """Each byte comes after commands of the other client, which are all answered in between."""
    request = wire.encode("VSIM", "set", "VALUES", 3, 1, 1, -1, "COUNT", 2)
    with server.connect() as slow:
        faults = []
        for place in range(len(request)):
            slow.send(request[place : place + 1])
            fault = witness.ask(1)
            if fault:
                faults.append(fault)
        reply = slow.read()
        report.equal("a byte at a time: others are answered", faults, [])
        report.expect(
            "a byte at a time: it is answered in the end", reply.kind == "array" and len(reply.value) == 2, reply
        )


def half_open(server, witness, report):
    """A client that has said its last, but reads on; one that is cut off within a request; one that vanishes."""
    with server.connect() as connection:
        connection.send(wire.encode("PING") + wire.encode("VCARD", "set"))
        connection.socket.shutdown(socket.SHUT_WR)
        rest = connection.read_until_closed()
        report.expect(
            "closed in one direction: what was asked is answered",
            rest.startswith(b"+PONG\r\n:") and rest.endswith(b"\r\n"),
            rest,
        )
    with server.connect() as connection:
        connection.send(b"*2\r\n$4\r\nECHO\r\n$100\r\nabc")
        connection.socket.shutdown(socket.SHUT_WR)
        report.equal("closed within a request: nothing is answered", connection.read_until_closed(), b"")
    with server.connect() as connection:
        connection.send(wire.encode("MULTI") + wire.encode("VADD", "half", "VALUES", 1, 1, "e"))
        connection.socket.shutdown(socket.SHUT_WR)
        connection.read_until_closed()
    report.equal(
        "closed within a transaction: nothing is written", witness.connection.command("EXISTS", "half").value, 0
    )
    reset = raw(server)
    reset.sendall(wire.encode("VSIM", "set", "ELE", "e" * 100 + "0", "COUNT", 300) * 50)
    # Closing with this option sends RST, with replies under way.
    reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    reset.close()
    silent = [raw(server) for _ in range(10)]
    for connection in silent:
        connection.sendall(b"*3\r\n$4\r\nVADD\r\n$100000\r\n")
    witness.check("half-open connections")
    for connection in silent:
        connection.close()


def never_reads(server, witness, report):
    """Asks for far more than it is allowed to leave unread."""
    before = server.memory_bytes()
    # Long numbers, so that the requests are more than the buffers of the sockets hold: 20 MB.
    numbers = [f"{number}.{'0' * 300}" for number in (1, 1, -1)]
    request = wire.encode("VSIM", "set", "VALUES", 3, *numbers, "COUNT", ELEMENTS, "WITHSCORES")
    # A reply has some 40 kB: all of them 800 MB.
    data = memoryview(request * 20000)
    greedy = raw(server)
    greedy.setblocking(False)
    sent, calm, largest, faults, is_open = 0, 0, 0, [], True
    # Until for some rounds nothing more was taken, and the memory has not grown.
    while calm < 40:
        calm += 1
        try:
            if is_open and sent < len(data):
                sent += greedy.send(data[sent : sent + 65536])
                calm = 0
        except BlockingIOError:
            pass
        except OSError:
            # To close it is an answer, too.
            is_open = False
        fault = witness.ask(2)
        if fault:
            faults.append(fault)
        memory = server.memory_bytes() or 0
        if memory > largest + MEBIBYTE:
            largest, calm = memory, 0
    report.equal("one that never reads: others are answered", faults[:3], [])
    if before is None:
        report.skip("one that never reads: memory", "this system does not tell it")
    else:
        growth = (largest - before) / MEBIBYTE
        report.expect(
            "one that never reads: memory",
            largest - before < ALLOWED_GROWTH,
            f"{growth:.0f} MiB more, {sent} of {len(data)} bytes of requests were taken",
        )
        print(f"neighbours: one that never reads: at most {growth:.0f} MiB more, {sent} of {len(data)} bytes taken")
    greedy.close()
    witness.check("after one that never reads")


def reads_late(server, witness, report):
    """Sends much before it reads; then reads all. Nothing is lost or out of order."""
    count = 3000
    with server.connect() as connection:
        requests = b"".join(wire.encode("ECHO", b"%d " % number + b"x" * 1000) for number in range(count))
        connection.socket.setblocking(False)
        view, sent, received = memoryview(requests), 0, bytearray()
        while sent < len(requests):
            try:
                sent += connection.socket.send(view[sent : sent + 65536])
            except BlockingIOError:
                # Only when nothing more is taken does it read, and then a little.
                try:
                    received += connection.socket.recv(4096)
                except BlockingIOError:
                    witness.ask(1)
        connection.socket.setblocking(True)
        connection.socket.settimeout(wire.DEADLINE_SECONDS)
        connection.buffer = received
        wrong = [number for number in range(count) if not connection.read().value.startswith(b"%d " % number)]
        report.equal("one that reads late: every reply, in order", wrong[:5], [])


def comes_and_goes(server, witness, report):
    before = server.memory_bytes()
    for number in range(500):
        connection = raw(server)
        if number % 3 == 1:
            connection.sendall(b"PING\r\n")
        elif number % 3 == 2:
            connection.sendall(b"*3\r\n$4\r\nVADD")
        connection.close()
    witness.check("500 that come and go")
    growth = ((server.memory_bytes() or 0) - (before or 0)) / MEBIBYTE
    report.expect("500 that come and go: memory", growth < 64, f"{growth:.0f} MiB more")


def idle(server, witness, report):
    before = server.memory_bytes()
    connections = []
    try:
        for _ in range(500):
            connections.append(server.connect())
        for connection in connections[::5]:
            connection.command("PING")
        witness.check("500 idle connections")
        growth = ((server.memory_bytes() or 0) - (before or 0)) / MEBIBYTE
        report.expect("500 idle connections: memory", growth < 64, f"{growth:.0f} MiB more")
        answers = {connection.command("PING") for connection in connections}
        report.equal("500 idle connections: each is answered", answers, {wire.Reply("line", b"PONG")})
    finally:
        for connection in connections:
            connection.close()
    witness.check("after 500 idle connections")


def too_large(server, witness, report):
    """Announced or sent in more bytes than a request may have."""
    before = server.memory_bytes()
    announced = []
    for data in (
        b"*1048576\r\n",
        b"*2\r\n$4\r\nECHO\r\n$536870912\r\n",
        b"*1\r\n$536870912\r\n" + b"x" * 100000,
        b"*1000000\r\n" + b"$1\r\nx\r\n" * 1000,
    ):
        for _ in range(20):
            connection = raw(server)
            try:
                connection.sendall(data)
            except OSError:
                pass
            announced.append(connection)
    witness.check("announced and never sent")
    growth = ((server.memory_bytes() or 0) - (before or 0)) / MEBIBYTE
    report.expect("announced and never sent: memory", growth < 64, f"{growth:.0f} MiB more")
    for connection in announced:
        connection.close()
    for name, head, chunk, count in (
        ("one argument without end", b"*2\r\n$4\r\nECHO\r\n$536870912\r\n", b"x" * MEBIBYTE, 512),
        ("arguments without end", b"*1048576\r\n$4\r\nECHO\r\n", b"$1000\r\n" + b"x" * 1000 + b"\r\n", 1048575),
        ("a line without end", b"", b"x" * MEBIBYTE, 512),
        ("a transaction without end", b"MULTI\r\n", wire.encode("ECHO", b"x" * 100000) * 10, 1000),
    ):
        flood(server, witness, report, name, head, chunk, count)


def flood(server, witness, report, name, head, chunk, count):
    """Sends until it is refused, or all is sent. Replies are read as they come, and thrown away."""
    before = server.memory_bytes()
    largest, sent, closed = 0, 0, False
    connection = raw(server)
    connection.setblocking(False)
    pieces = max(1, MEBIBYTE // len(chunk))
    data = memoryview(chunk * pieces)
    pending = memoryview(head)
    rounds = 0
    try:
        while sent < count and not closed and rounds < 100000:
            rounds += 1
            try:
                done = connection.send(pending)
                pending = pending[done:]
                if not len(pending):
                    pending, sent = data, sent + pieces
            except BlockingIOError:
                fault = witness.ask(1)
                if fault:
                    report.failure(f"{name}: others are answered", fault)
                    return
            try:
                closed = not connection.recv(MEBIBYTE)
            except BlockingIOError:
                pass
            if rounds % 16 == 0:
                largest = max(largest, server.memory_bytes() or 0)
    except OSError:
        closed = True
    finally:
        largest = max(largest, server.memory_bytes() or 0)
        connection.close()
    growth = (largest - (before or 0)) / MEBIBYTE
    report.expect(f"{name}: memory", largest - (before or 0) < 2 * ALLOWED_GROWTH, f"{growth:.0f} MiB more")
    print(f"neighbours: {name}: at most {growth:.0f} MiB more, {'refused' if closed else 'taken'}")
    witness.check(f"after {name}")


def main():
    report = Report("neighbours")
    with servers.Folder() as folder:
        try:
            kind = servers.RedisServer if os.environ.get("LOCI_TEST_CANDIDATE") == "redis" else servers.LociServer
            with kind(folder) as server:
                witness = Witness(server, report)
                witness.prepare()
                for part in (a_byte_at_a_time, half_open, reads_late, never_reads, comes_and_goes, idle, too_large):
                    try:
                        part(server, witness, report)
                    except (OSError, wire.Closed, wire.ProtocolFault, AttributeError) as error:
                        report.failure(part.__name__, f"{type(error).__name__}: {error}\n{server.log_end()}")
                        witness.connection = server.connect()
                report.expect("the server still runs", server.is_running(), server.log_end())
        except servers.Unavailable as reason:
            report.unavailable(reason)
        except ConnectionRefusedError as reason:
            report.failure("the server is gone", reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
