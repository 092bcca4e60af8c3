# Loci, Apache License 2.0.
"""redis-py against a server: `client_redis_py.py PORT PROTOCOL`, run by clients.py for each version of redis-py."""

import asyncio
import struct
import sys
import threading
import traceback

import redis
import redis.asyncio

try:
    from redis.commands.vectorset.commands import QuantizationOptions
except ImportError:
    QuantizationOptions = None

from report import Report


def near(one, other, tolerance=0.02):
    return len(one) == len(other) and all(abs(a - b) <= tolerance * max(1, abs(a)) for a, b in zip(one, other))


def scores_of(reply):
    """with_scores gives a dictionary, of whatever numbers."""
    return {element: float(score) for element, score in reply.items()}


def connections(report, port, protocol):
    client = redis.Redis(port=port, protocol=protocol, client_name="tests")
    report.equal("PING", client.ping(), True)
    report.equal("ECHO", client.echo(b"\x00\xff\r\n"), b"\x00\xff\r\n")
    name = client.client_getname()
    report.expect("the client's name", name in ("tests", b"tests"), name)
    report.expect("CLIENT ID", client.client_id() > 0)
    report.equal("SELECT 0", client.select(0), True)
    report.expect("INFO", isinstance(client.info(), dict), client.info())
    report.equal("CONFIG GET", client.config_get("nosuch"), {})
    report.equal("EXISTS", client.exists("nosuch"), 0)
    report.equal("DBSIZE", client.dbsize(), 0)
    try:
        client.execute_command("NOSUCH", "a")
        report.failure("an unknown command", "no error")
    except redis.ResponseError as error:
        report.equal("an unknown command", str(error), "unknown command 'NOSUCH', with args beginning with: 'a' ")
    client.close()
    other = redis.Redis(port=port, protocol=protocol, db=0, health_check_interval=1)
    report.equal("with health checks", other.ping(), True)
    other.close()
    pool = redis.ConnectionPool(port=port, protocol=protocol, max_connections=8)
    several = [redis.Redis(connection_pool=pool) for _ in range(8)]
    report.equal("a pool", [client.ping() for client in several], [True] * 8)
    pool.disconnect()


def vectors(report, client):
    sets = client.vset()
    report.equal("VADD of a list", sets.vadd("v", [3.0, 4.0, 0.0], "a"), 1)
    report.equal(
        "VADD of bytes", sets.vadd("v", struct.pack("<3f", 1, 0, 0), "b", attributes={"year": 1999, "name": "ü"}), 1
    )
    report.equal("VADD again", sets.vadd("v", [3.0, 4.0, 0.0], "a", cas=True, ef=100), 0)
    report.equal("VADD with attributes as text", sets.vadd("v", [-1.0, 0, 1], "c", attributes='{"year": 2001}'), 1)
    report.equal("VCARD", sets.vcard("v"), 3)
    report.equal("VDIM", sets.vdim("v"), 3)
    report.expect("VEMB", near([float(value) for value in sets.vemb("v", "a")], [3, 4, 0]), sets.vemb("v", "a"))
    raw = sets.vemb("v", "a", raw=True)
    fields = {"quantization", "raw", "l2", "range"}
    report.expect(
        "VEMB RAW",
        raw.keys() == fields and raw["quantization"] in ("int8", b"int8") and near([float(raw["l2"])], [5]),
        raw,
    )
    report.equal("VEMB of an absent element", sets.vemb("v", "nosuch"), None)
    report.equal("VGETATTR", sets.vgetattr("v", "b"), {"year": 1999, "name": "ü"})
    report.equal("VGETATTR of none", sets.vgetattr("v", "a"), None)
    report.equal("VSETATTR", sets.vsetattr("v", "a", {"year": 1980}), 1)
    report.equal("VSETATTR of none", sets.vsetattr("v", "nosuch", {"year": 1980}), 0)
    report.equal("VGETATTR after it", sets.vgetattr("v", "a"), {"year": 1980})
    report.equal("VSETATTR with {}", sets.vsetattr("v", "c", {}), 1)
    report.expect("VGETATTR of {}", sets.vgetattr("v", "c") in (None, {}), sets.vgetattr("v", "c"))
    report.equal("VSIM of an element", sets.vsim("v", "a"), [b"a", b"b", b"c"])
    report.equal("VSIM of a list", sets.vsim("v", [1.0, 0, 0], count=1), [b"b"])
    report.equal("VSIM of bytes", sets.vsim("v", struct.pack("<3f", -1, 0, 1), count=1), [b"c"])
    scores = scores_of(sets.vsim("v", "a", with_scores=True))
    report.expect("VSIM with scores", near([scores[b"a"], scores[b"b"]], [1, 0.8]) and len(scores) == 3, scores)
    report.equal("VSIM with a filter", sets.vsim("v", "a", filter=".year < 1990"), [b"a"])
    report.equal(
        "VSIM with all",
        sets.vsim(
            "v", "a", filter=".year > 1", filter_ef=1000, ef=500, truth=True, no_thread=True, epsilon=0.5, count=5
        ),
        [b"a", b"b"],
    )
    if "with_attribs" in sets.vsim.__code__.co_varnames:
        attributes = sets.vsim("v", "a", with_attribs=True, count=2)
        report.equal("VSIM with attributes", attributes, {b"a": {"year": 1980}, b"b": {"year": 1999, "name": "ü"}})
        both = sets.vsim("v", "a", with_scores=True, with_attribs=True, count=1)
        report.expect(
            "VSIM with both",
            list(both) == [b"a"]
            and near([float(both[b"a"]["score"])], [1])
            and both[b"a"]["attributes"] == {"year": 1980},
            both,
        )
    information = {
        (name.decode() if isinstance(name, bytes) else name): value for name, value in sets.vinfo("v").items()
    }
    report.expect(
        "VINFO",
        information["quant-type"] in ("int8", b"int8") and information["size"] == 3 and information["vector-dim"] == 3,
        information,
    )
    report.equal("VINFO of an absent key", sets.vinfo("nosuch"), None)
    links = sets.vlinks("v", "a")
    report.expect("VLINKS", isinstance(links, list) and all(isinstance(level, list) for level in links), links)
    links = sets.vlinks("v", "a", with_scores=True)
    report.expect(
        "VLINKS with scores", isinstance(links, list) and all(isinstance(level, dict) for level in links), links
    )
    report.expect("VRANDMEMBER", sets.vrandmember("v") in (b"a", b"b", b"c"))
    report.equal("VRANDMEMBER 10", sorted(sets.vrandmember("v", 10)), [b"a", b"b", b"c"])
    report.equal("VRANDMEMBER -10", len(sets.vrandmember("v", -10)), 10)
    if hasattr(sets, "vrange"):
        report.equal("VRANGE", sets.vrange("v", "-", "+"), [b"a", b"b", b"c"])
        report.equal("VRANGE of a part", sets.vrange("v", "(a", "[c", count=1), [b"b"])
    report.equal("VREM", sets.vrem("v", "a"), 1)
    report.equal("VREM again", sets.vrem("v", "a"), 0)
    try:
        sets.vadd("v", [1.0, 2.0], "d")
        report.failure("another dimension", "no error")
    except redis.ResponseError as error:
        report.equal("another dimension", str(error), "Vector dimension mismatch - got 2 but set has 3")
    for options, kind in (
        ({"quantization": QuantizationOptions.NOQUANT}, "f32"),
        ({"quantization": QuantizationOptions.BIN}, "bin"),
    ):
        report.equal(f"VADD {kind}", sets.vadd(kind, [3.0, 4.0], "a", **options), 1)
        raw = sets.vemb(kind, "a", raw=True)
        report.expect(f"VEMB RAW {kind}", raw["quantization"] in (kind, kind.encode()), raw)
    report.equal("VADD REDUCE", sets.vadd("r", [1.0, 2, 3, 4], "a", reduce_dim=2, numlinks=8), 1)
    report.equal("VDIM of it", sets.vdim("r"), 2)


def binary_elements(report, client):
    elements = [bytes([byte]) for byte in range(256)] + [
        b"\r\n",
        b"$3\r\nabc\r\n",
        b"*1\r\n",
        b"a" * 480,
        "ü€".encode(),
    ]
    pipe = client.pipeline(transaction=False)
    for number, element in enumerate(elements):
        pipe.execute_command("VADD", "binary", "VALUES", 2, 1, number / 100, element)
    report.equal("binary elements", [int(reply) for reply in pipe.execute()], [1] * len(elements))
    report.equal("all of them", sorted(client.vset().vrandmember("binary", 1000)), sorted(elements))
    hits = client.execute_command("VSIM", "binary", "ELE", elements[17], "COUNT", 1000)
    report.equal("found", sorted(hits), sorted(elements))
    wrong = [element for element in elements if client.execute_command("VREM", "binary", element) != 1]
    report.equal("removed", wrong, [])
    report.equal("the key is gone", client.exists("binary"), 0)


def pipelines(report, client):
    pipe = client.pipeline()
    for number in range(50):
        pipe.vset().vadd("p", [1.0, number], f"e{number}")
    pipe.vset().vcard("p")
    pipe.vset().vsim("p", "e3", count=1)
    replies = pipe.execute()
    report.equal("MULTI and EXEC", (sum(replies[:50]), replies[50:]), (50, [50, [b"e3"]]))
    pipe = client.pipeline()
    pipe.vset().vadd("p", [1.0, 2, 3], "wrong")
    pipe.vset().vadd("p", [0.0, 1], "right")
    replies = pipe.execute(raise_on_error=False)
    report.expect("an error in EXEC", isinstance(replies[0], redis.ResponseError) and replies[1] == 1, replies)
    pipe = client.pipeline()
    pipe.execute_command("NOSUCH")
    pipe.vset().vadd("p", [0.0, 1], "never")
    try:
        pipe.execute()
        report.failure("a spoilt transaction", "no error")
    except redis.RedisError:
        report.equal("a spoilt transaction", client.execute_command("VISMEMBER", "p", "never"), 0)
    pipe = client.pipeline(transaction=False)
    for number in range(1000):
        pipe.vset().vsim("p", [1.0, number % 50], count=3)
    report.equal("a pipeline of 1000 searches", {len(reply) for reply in pipe.execute()}, {3})


def keys(report, client):
    for number in range(60):
        client.vset().vadd(f"key:{number}", [1.0], "e")
    report.equal("scan_iter", len(set(client.scan_iter("key:*"))), 60)
    report.equal("scan_iter, 7 at a time", len(set(client.scan_iter("key:*", count=7))), 60)
    report.equal("scan_iter by type", len(set(client.scan_iter("key:*", _type="vectorset"))), 60)
    report.equal("scan_iter by another type", len(set(client.scan_iter("key:*", _type="string"))), 0)
    report.equal("KEYS", len(client.keys("key:*")), 60)
    report.equal("TYPE", client.type("key:1"), b"vectorset")
    report.equal("DEL of many", client.delete(*[f"key:{number}" for number in range(30)]), 30)
    report.equal("UNLINK of many", client.unlink(*[f"key:{number}" for number in range(60)]), 30)
    report.equal("EXISTS of many", client.exists("key:1", "v", "v"), 2)
    report.equal("FLUSHALL", client.flushall(), True)
    report.equal("DBSIZE", client.dbsize(), 0)


def threads(report, client):
    """One client, several threads: each has a connection of its own."""
    faults = []

    def work(name):
        try:
            for number in range(40):
                client.vset().vadd("t", [float(name + 1), number], f"{name}:{number}")
                client.vset().vsim("t", f"{name}:{number}", count=3)
        except redis.RedisError as error:
            faults.append(error)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    report.equal("six threads", (faults, client.vset().vcard("t")), ([], 240))


async def asynchronous(report, port, protocol):
    client = redis.asyncio.Redis(port=port, protocol=protocol)
    replies = await asyncio.gather(*[client.vset().vadd("async", [1.0, number], f"e{number}") for number in range(50)])
    report.equal("50 at once, asyncio", sum(replies), 50)
    report.equal("VSIM, asyncio", await client.vset().vsim("async", "e3", count=1), [b"e3"])
    await client.flushall()
    await client.aclose()


def main():
    port, protocol = int(sys.argv[1]), int(sys.argv[2])
    report = Report(f"redis-py {redis.__version__}, RESP{protocol}")
    client = redis.Redis(port=port, protocol=protocol)
    client.flushall()
    parts = [
        lambda: connections(report, port, protocol),
        lambda: vectors(report, client),
        lambda: binary_elements(report, client),
        lambda: pipelines(report, client),
        lambda: keys(report, client),
        lambda: threads(report, client),
        lambda: asyncio.run(asynchronous(report, port, protocol)),
    ]
    names = ["connections", "vectors", "binary_elements", "pipelines", "keys", "threads", "asynchronous"]
    for name, part in zip(names, parts):
        try:
            part()
        except (redis.RedisError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            report.failure(
                name,
                f"{type(error).__name__}: {error}\n{''.join(traceback.format_tb(error.__traceback__)[1:2])}",
            )
    client.flushall()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
