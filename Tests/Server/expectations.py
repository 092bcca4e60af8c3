# Loci, Apache License 2.0.
"""What Loci alone must answer: VRANGE, which Redis 8.2.3 does not have, what differs on purpose, and restarts."""

import random
import signal
import struct
import subprocess
import sys

import servers
import wire
from report import Report

LONG = b"n" * 480


def lists(reply):
    return [item.value for item in reply.value] if reply.kind == "array" else reply


def fill(connection, key="k"):
    for element in (b"b", b"a", b"ab", b"B", b"\xff", b"\x00z", "ü".encode(), b"10", b"9"):
        connection.command("VADD", key, "VALUES", 2, 1, len(element), element)


def ranges(connection, report):
    fill(connection)
    everything = sorted([b"b", b"a", b"ab", b"B", b"\xff", b"\x00z", "ü".encode(), b"10", b"9"])
    for arguments, expected in (
        (["-", "+"], everything),
        (["[a", "[b"], [b"a", b"ab", b"b"]),
        (["(a", "(b"], [b"ab"]),
        (["[a", "(b"], [b"a", b"ab"]),
        (["(a", "[b"], [b"ab", b"b"]),
        (["-", "[10"], [b"\x00z", b"10"]),
        (["-", "(10"], [b"\x00z"]),
        (["[b", "+"], [b"b", "ü".encode(), b"\xff"]),
        (["[nosuch", "+"], ["ü".encode(), b"\xff"]),
        (["[b", "[a"], []),
        (["(a", "(a"], []),
        (["[a", "[a"], [b"a"]),
        ([b"(\xff", "+"], []),
        ([b"[\x00", "[1"], [b"\x00z"]),
        (["-", "+", 2], everything[:2]),
        (["-", "+", 100], everything),
        (["-", "+", -1], everything),
        (["(B", "+", 3], everything[everything.index(b"B") + 1 :][:3]),
    ):
        report.equal(f"VRANGE k {arguments}", lists(connection.command("VRANGE", "k", *arguments)), expected)
    for arguments, text in (
        (["+", "-"], "ERR '-' can only be used as first argument, '+' only as second"),
        (["+", "+"], "ERR '-' can only be used as first argument, '+' only as second"),
        (["-", "-"], "ERR '-' can only be used as first argument, '+' only as second"),
        (["a", "[b"], "ERR invalid start range format"),
        (["[a", "b"], "ERR invalid end range format"),
        (["[", "+"], "ERR invalid start range format"),
        (["(", "+"], "ERR invalid start range format"),
        (["-", "["], "ERR invalid end range format"),
        (["", "+"], "ERR invalid start range format"),
        (["-", "+", "x"], "ERR invalid COUNT value"),
        (["-"], "ERR wrong number of arguments for 'VRANGE' command"),
        ([], "ERR wrong number of arguments for 'VRANGE' command"),
        (["-", "+", 1, 2], "ERR wrong number of arguments for 'VRANGE' command"),
    ):
        report.equal(
            f"VRANGE k {arguments}", connection.command("VRANGE", "k", *arguments), wire.Reply("error", text.encode())
        )
    report.equal("VRANGE of an absent key", lists(connection.command("VRANGE", "nokey", "-", "+")), [])
    # A set is read to its end by asking for what follows the last.
    found, start = [], "-"
    while page := lists(connection.command("VRANGE", "k", start, "+", 2)):
        found += page
        start = b"(" + page[-1]
    report.equal("VRANGE, two at a time", found, everything)
    connection.command("FLUSHALL")


def names(connection, report):
    for element, accepted in ((LONG, True), (LONG + b"n", False), (b"", False), (b"\x00", True), (b"\xff" * 480, True)):
        reply = connection.command("VADD", "names", "VALUES", 2, 1, 0, element)
        name = f"an element of {len(element)} bytes"
        report.expect(name, reply.kind == ("integer" if accepted else "error"), reply)
        report.equal(f"{name} is there", connection.command("VISMEMBER", "names", element).value, int(accepted))
    report.equal("elements that are none are refused as a whole", connection.command("VCARD", "names").value, 3)
    for key, accepted in (
        ("k" * 255, True),
        ("k" * 256, False),
        ("", False),
        (b"\xff", False),
        ("a\nb", False),
        ("a\x7fb", False),
        ("ü" * 127, True),
    ):
        reply = connection.command("VADD", key, "VALUES", 2, 1, 0, "e")
        report.expect(f"key {key!r}", reply.kind == ("integer" if accepted else "error"), reply)
        report.equal(f"key {key!r} is there", connection.command("EXISTS", key).value, int(accepted))
    # What is only read may have any name: there is none such.
    for command in (
        ["VCARD", b"\xff"],
        ["VISMEMBER", "", "e"],
        ["VREM", "a\nb", "e"],
        ["DEL", b"\xff"],
        ["EXISTS", "k" * 300],
    ):
        report.equal(f"{command}", connection.command(*command), wire.Reply("integer", 0))
    for command in (["VSIM", "", "ELE", "e"], ["VRANDMEMBER", b"\xff", 3]):
        report.equal(f"{command}", connection.command(*command), wire.Reply("array", []))
    report.equal("TYPE of an impossible key", connection.command("TYPE", b"\xff"), wire.Reply("line", b"none"))
    connection.command("FLUSHALL")


def limits(connection, report):
    connection.command("VADD", "k", "VALUES", 2, 1, 0, "a")
    connection.command("VADD", "k", "VALUES", 2, 0, 1, "b")
    # Redis 8.2.3 takes memory for as many, and ends.
    for count in (10**9, 10**14, 2**63 - 1):
        reply = connection.command("VSIM", "k", "ELE", "a", "COUNT", count)
        report.expect(f"COUNT {count}", lists(reply) == [b"a", b"b"], reply)
        reply = connection.command("VRANDMEMBER", "k", count)
        report.expect(f"VRANDMEMBER {count}", reply.kind == "array" and sorted(lists(reply)) == [b"a", b"b"], reply)
    reply = connection.command("VRANDMEMBER", "k", -(10**15))
    report.expect("VRANDMEMBER of 10^15 repeated ones", reply.is_error(), wire.show(reply, 80))
    reply = connection.command("VADD", "k3", "VALUES", 65536, *["0.5"] * 65536, "a")
    report.equal("65536 dimensions", reply, wire.Reply("integer", 1))
    report.equal("VDIM", connection.command("VDIM", "k3").value, 65536)
    report.equal("VEMB", len(connection.command("VEMB", "k3", "a").value), 65536)
    report.equal("VSIM", lists(connection.command("VSIM", "k3", "ELE", "a")), [b"a"])
    text = connection.command("VADD", "k4", "FP32", b"\x00\x00\x80?" * 65537, "a")
    report.equal("65537 dimensions", text, wire.Reply("error", b"ERR invalid vector specification"))
    for size in (1000, 60000):
        filter_text = " or ".join([".a == 1"] * (size // 11))
        reply = connection.command("VSIM", "k", "ELE", "a", "FILTER", filter_text)
        report.expect(f"a filter of {len(filter_text)} bytes", reply.kind == "array", wire.show(reply, 80))
    for name, text in (
        ("deep", "(" * 50000 + "1" + ")" * 50000),
        ("long", " or ".join([".a == 1"] * 200000)),
        ("of nots", "not " * 50000 + "1"),
    ):
        reply = connection.command("VSIM", "k", "ELE", "a", "FILTER", text)
        report.expect(f"a filter that is too {name}", reply.is_error(), wire.show(reply, 80))
    deep = '{"a":' + "[" * 100000 + "]" * 100000 + "}"
    reply = connection.command("VSETATTR", "k", "a", deep)
    report.expect("attributes of 100000 levels get an answer", reply.kind in ("integer", "error"), wire.show(reply, 80))
    connection.command("FLUSHALL")


def refusals(connection, report):
    """What differs from Redis on purpose, without Redis at hand."""
    command = connection.command
    command("VADD", "k", "VALUES", 2, 1, 0, "a", "SETATTR", '{"a":1}')
    before = command("VEMB", "k", "a")
    invalid = wire.Reply("error", b"ERR invalid vector specification")
    for component in ("inf", "-inf", "+infinity", "nan", "0x10", "1e16", "1e39", "1e400", "x", ""):
        report.expect(
            f"component {component!r}", command("VADD", "k", "VALUES", 2, 1, component, "a").is_error(), "accepted"
        )
        report.expect(
            f"new set, {component!r}", command("VADD", "new", "VALUES", 2, 1, component, "a").is_error(), "accepted"
        )
        report.expect(f"query {component!r}", command("VSIM", "k", "VALUES", 2, 1, component).is_error(), "accepted")
    for blob in (b"\x00\x00\xc0\x7f", b"\x00\x00\x80\x7f", b"\x00\x00\x80\xff", b"\xff\xff\xff\xff"):
        blob = b"\x00\x00\x80?" + blob
        report.expect(f"component {blob!r}", command("VADD", "k", "FP32", blob, "a").is_error(), "accepted")
        report.expect(f"new set, {blob!r}", command("VADD", "new", "FP32", blob, "a").is_error(), "accepted")
        report.expect(f"query {blob!r}", command("VSIM", "k", "FP32", blob).is_error(), "accepted")
    for text in (
        "no",
        "[1]",
        "1",
        '"a"',
        "null",
        '{"a":}',
        '{"a":1',
        "{a:1}",
        '{"a":1}x',
        "{'a':1}",
        '{"a":1,}',
        b'{"\xff":1}',
    ):
        report.expect(f"attributes {text!r}", command("VSETATTR", "k", "a", text).is_error(), "accepted")
        report.expect(
            f"VADD with attributes {text!r}",
            command("VADD", "k", "VALUES", 2, 0, 1, "a", "SETATTR", text).is_error(),
            "accepted",
        )
        report.expect(
            f"VADD of a new set, attributes {text!r}",
            command("VADD", "new", "VALUES", 2, 0, 1, "a", "SETATTR", text).is_error(),
            "accepted",
        )
    report.equal("refused writes change nothing", command("VEMB", "k", "a"), before)
    report.equal("nor attributes", command("VGETATTR", "k", "a").value, b'{"a":1}')
    report.equal("nor do they make a set", command("EXISTS", "new").value, 0)
    report.equal("SELECT 1", command("SELECT", 1), wire.Reply("error", b"ERR DB index is out of range"))
    report.equal("REDUCE 3 of 2", command("VADD", "r", "REDUCE", 3, "VALUES", 2, 1, 0, "a"), invalid)
    # Redis projects elements here, but not queries.
    command("VADD", "square", "REDUCE", 2, "VALUES", 2, 3, -1, "a")
    hits = pairs(command("VSIM", "square", "VALUES", 2, 3, -1, "WITHSCORES"))
    report.expect("REDUCE 2 of 2 finds itself", len(hits) == 1 and float(hits[0][1].value) > 0.99, hits)
    # A vector of which only the direction counts.
    command("VADD", "large", "VALUES", 2, "1e15", "1e15", "a", "NOQUANT")
    command("VADD", "large", "VALUES", 2, "1e-38", "-1e-38", "b", "NOQUANT")
    scores = {
        hit[0].value: float(hit[1].value) for hit in pairs(command("VSIM", "large", "VALUES", 2, 1, 1, "WITHSCORES"))
    }
    report.expect("the largest components", abs(scores.get(b"a", 9) - 1) < 0.01, scores)
    report.expect("the smallest components", abs(scores.get(b"b", 9) - 0.5) < 0.01, scores)
    command("FLUSHALL")


def filters(connection, report):
    """The parts of the language that Redis does not have."""
    command = connection.command
    command(
        "VADD", "k", "VALUES", 2, 1, 0, "a", "SETATTR", '{"a":1,"o":{"b":2},"l":["x","y"],"t":"abc","at":"2024-05-01"}'
    )
    command("VADD", "k", "VALUES", 2, 1, 1, "b", "SETATTR", '{"a":2}')
    for text, expected in (
        (".a == true", [b"a"]),
        (".o.b == 2", [b"a"]),
        (".l[1] == 'y'", [b"a"]),
        ("not exists .o", [b"b"]),
        (".t ^= 'ab'", [b"a"]),
        (".at >= time('2024-01-01')", [b"a"]),
        ("!!.a", [b"a", b"b"]),
        (".a > 1e-5", [b"a", b"b"]),
        ("-.a < 0", [b"a", b"b"]),
    ):
        report.equal(f"filter {text}", lists(command("VSIM", "k", "ELE", "a", "FILTER", text)), expected)
    command("FLUSHALL")


def large_set(connection, report):
    """A set that is large enough for a graph: its links, searches through it, and what removals leave."""
    generator = random.Random(3)
    count, dimension = 2200, 16
    centers = [[generator.gauss(0, 1) for _ in range(dimension)] for _ in range(20)]
    elements = {
        b"e%d" % number: [value + generator.gauss(0, 0.5) for value in centers[number % 20]] for number in range(count)
    }
    for start in range(0, count, 200):
        part = list(elements.items())[start : start + 200]
        connection.pipeline(
            [
                ["VADD", "k", "FP32", struct.pack(f"<{dimension}f", *vector), name, "SETATTR", '{"n":%d}' % len(name)]
                for name, vector in part
            ]
        )
    report.equal("a large set: VCARD", connection.command("VCARD", "k").value, count)
    information = {name.value: value.value for name, value in pairs(connection.command("VINFO", "k"))}
    report.equal("a large set: it has a graph", information.get(b"loci-index"), b"graph")
    for number in range(0, count, 110):
        name = b"e%d" % number
        links = connection.command("VLINKS", "k", name)
        neighbours = lists(links.value[0]) if links.kind == "array" and len(links.value) == 1 else []
        report.expect(
            f"links of {name}",
            len(neighbours) > 0 and name not in neighbours and set(neighbours) <= elements.keys(),
            links,
        )
        scored = pairs(connection.command("VLINKS", "k", name, "WITHSCORES").value[0])
        report.equal(f"links of {name} with scores", [link.value for link, _ in scored], neighbours)
        report.expect(
            f"scores of the links of {name}", all(0 <= float(score.value) <= 1 for _, score in scored), scored
        )
    searches(connection, report, "a large set", elements)
    removed = [name for number, name in enumerate(elements) if number % 20 == 0]
    report.equal(
        "VREM of every twentieth",
        {reply.value for reply in connection.pipeline([["VREM", "k", name] for name in removed])},
        {1},
    )
    for name in removed:
        del elements[name]
    searches(connection, report, "after removals", elements)
    with_links = [connection.command("VLINKS", "k", name, "WITHSCORES") for name in list(elements)[:50]]
    gone = [link for reply in with_links for link, _ in pairs(reply.value[0]) if link.value not in elements]
    report.equal("no link leads to what was removed", gone, [])
    connection.command("FLUSHALL")


def searches(connection, report, title, elements):
    """Searches through the graph find nearly what exact ones find, and nothing that is not there."""
    found = asked = 0
    names = list(elements)
    for name in names[:: len(names) // 40]:
        blob = struct.pack(f"<{len(elements[name])}f", *elements[name])
        for options in ([], ["FILTER", ".n == 5"]):
            exact = lists(connection.command("VSIM", "k", "FP32", blob, "TRUTH", *options))
            fast = lists(connection.command("VSIM", "k", "FP32", blob, "EF", 200, *options))
            report.expect(
                f"{title}: hits of {name} {options}",
                set(fast) <= elements.keys() and len(fast) == len(exact) == 10,
                fast,
            )
            report.expect(f"{title}: {name} finds itself", bool(options) or name in fast, fast)
            found += len(set(fast) & set(exact))
            asked += len(exact)
    report.expect(f"{title}: recall", found >= 0.9 * asked, f"{found} of {asked}")


def pairs(reply):
    return list(zip(reply.value[::2], reply.value[1::2])) if reply.kind == "array" else []


def restart(folder, report):
    """A server that is told to end, by a signal or by SHUTDOWN, ends with 0, and the next one has everything."""
    server = servers.LociServer(folder, "restarted")
    with server:
        for way in ("SIGTERM", "SIGINT", "SHUTDOWN", "SHUTDOWN NOSAVE"):
            with server.connect() as connection:
                connection.command("VADD", "k", "VALUES", 2, 1, 0, way, "SETATTR", '{"a":1}')
                if way.startswith("SHUTDOWN"):
                    connection.send(wire.encode(*way.split()))
                else:
                    server.process.send_signal(getattr(signal, way))
                try:
                    code = server.process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    code = "none: it goes on"
                report.equal(f"exit code after {way}", code, 0)
                if way.startswith("SHUTDOWN"):
                    rest = connection.read_until_closed()
                    report.equal(f"{way} is not answered", rest, b"")
            server.kill()
            code, text = server.check()
            report.expect(f"check after {way}", code == 0, text)
            server.start()
            with server.connect() as connection:
                report.equal(f"{way}: the element is there", connection.command("VISMEMBER", "k", way).value, 1)
                report.equal(f"{way}: and its attributes", connection.command("VGETATTR", "k", way).value, b'{"a":1}')
        with server.connect() as connection:
            report.equal("elements of all runs", connection.command("VCARD", "k").value, 4)


def main():
    report = Report("expectations")
    with servers.Folder() as folder:
        try:
            with servers.LociServer(folder) as server:
                with server.connect() as connection:
                    for checks in (ranges, names, limits, refusals, filters, large_set):
                        try:
                            checks(connection, report)
                        except (wire.Closed, wire.ProtocolFault, OSError) as error:
                            report.failure(checks.__name__, f"{error}\n{server.log_end()}")
                            connection.close()
                            connection = server.connect()
                    connection.close()
                report.expect("the server still runs", server.is_running(), server.log_end())
            restart(folder, report)
        except servers.Unavailable as reason:
            report.unavailable(reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
