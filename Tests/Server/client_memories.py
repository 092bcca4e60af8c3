# Loci, Apache License 2.0.
"""Memories and blocks through redis-py: `client_memories.py PORT PROTOCOL`, run by memories.py for each version of redis-py."""

import json
import struct
import sys
import traceback

import redis

from report import Report


def fields(reply):
    """A map, as either version of the protocol gives it."""
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2]))


def conversation(report, client):
    ask = client.execute_command
    turns = [
        ("monday", "My sister Ana moved to Porto.", "Alice"),
        ("monday", "Is she happy with the new flat?", "Bob"),
        ("friday", "I adopted a beagle called Rufus.", "Bob"),
    ]
    ids = []
    for session, text, speaker in turns:
        reply = fields(
            ask("MEM.REMEMBER", "acme/alice", session, text, "SPEAKER", speaker, "TIME", "2026-05-01T10:00:00Z")
        )
        report.expect("MEM.REMEMBER is new", reply["new"] in (1, True), reply)
        ids.append(reply["id"])
    report.equal("the identifiers", ids, ["t1.1", "t1.2", "t2.1"])
    found = [fields(passage) for passage in ask("MEM.RECALL", "acme/alice", "Where does Ana live?", "COUNT", 2)]
    report.equal("MEM.RECALL", [found[0]["id"], found[0]["text"], len(found)], ["t1.1", turns[0][1], 2])
    report.expect("its scores", float(found[0]["score"]) > float(found[1]["score"]), found)
    report.equal("its time", float(found[0]["time"]), 1777629600.0)
    explained = fields(ask("MEM.RECALL", "acme/alice", "Ana", "COUNT", 1, "EXPLAIN")[0])
    report.expect("EXPLAIN", {"dense", "lexical"} <= set(fields(explained["stages"])), explained)
    report.equal("MEM.SESSIONS", ask("MEM.SESSIONS", "acme/alice"), ["monday", "friday"])
    information = fields(ask("MEM.INFO", "acme/alice"))
    report.equal("MEM.INFO", [information["sessions"], fields(information["units"])["turn"]], [2, 3])
    report.equal("MEM.GET of none", ask("MEM.GET", "acme/alice", "t9.9"), None)
    report.expect("MEM.NAMESPACES", "acme/alice" in ask("MEM.NAMESPACES"))
    lines = [json.dumps({"session": "late", "text": f"Fact {number}", "key": f"k{number}"}) for number in range(20)]
    many = [fields(reply) for reply in ask("MEM.MREMEMBER", "acme/alice", *lines)]
    report.equal("MEM.MREMEMBER", [reply["id"] for reply in many], [f"t3.{number + 1}" for number in range(20)])
    changed = fields(ask("MEM.UPDATE", "acme/alice", "t2.1", "TEXT", "I adopted a parrot.", "META", '{"a": 1}'))
    report.equal("MEM.UPDATE", [changed["text"], changed["version"]], ["I adopted a parrot.", 2])
    report.equal("its metadata", json.loads(changed["metadata"]), {"a": 1})
    newer = fields(ask("MEM.REMEMBER", "acme/alice", "friday", "Ana moved to Braga.", "SUPERSEDES", "t1.1"))["id"]
    history = [fields(unit)["id"] for unit in ask("MEM.HISTORY", "acme/alice", newer)]
    report.equal("MEM.HISTORY", history, ["t1.1", newer])
    report.equal("MEM.FORGET", ask("MEM.FORGET", "acme/alice", "SESSION", "late"), 20)


def pipelines(report, client):
    pipe = client.pipeline(transaction=False)
    for number in range(100):
        pipe.execute_command("MEM.REMEMBER", "pipe", f"s{number % 3}", f"Fact number {number}")
        if number % 10 == 0:
            pipe.execute_command("MEM.REMEMBER", "pipe", "s", "x", "SUPERSEDES", "t99.99")
    replies = pipe.execute(raise_on_error=False)
    errors = [reply for reply in replies if isinstance(reply, redis.ResponseError)]
    report.equal("refused ones beside others", [len(replies), len(errors)], [110, 10])
    report.equal("what is there", len(client.execute_command("MEM.LIST", "pipe", "COUNT", 1000)), 100)
    pipe = client.pipeline(transaction=True)
    pipe.execute_command("MEM.REMEMBER", "pipe", "t", "In a transaction")
    pipe.execute_command("MEM.LIST", "pipe", "SESSION", "t")
    replies = pipe.execute()
    report.equal("a transaction", fields(replies[1][0])["text"], "In a transaction")


def blocks(report, client):
    ask = client.execute_command
    texts = [f"fact number {number}" for number in range(10)]
    reply = fields(ask("BLK.APPEND", "talk", "monday", 10, "TEXTS", *texts, "BLOCK", 4))
    report.equal("BLK.APPEND", [reply["from"], reply["to"], reply["blocks"]], [0, 10, [1, 2, 3]])
    opened = fields(ask("BLK.OPEN", "talk", "TEXT", "fact number 5", "BLOCKS", 1, "LEXICAL", 1, "BEST", 1))
    block = fields(opened["blocks"][0])
    report.equal("BLK.OPEN", [block["block"], block["texts"]], [2, texts[4:8]])
    report.equal("its best member", fields(opened["best"][0])["text"], texts[5])
    report.equal("BLK.STREAMS", [fields(stream) for stream in ask("BLK.STREAMS", "talk")], [{"stream": "monday", "to": 10}])
    blob = struct.pack("<4f", 1, 0, 0, 1)
    ask("BLK.APPEND", "raw", "s", 2, "FP32", blob, "PAYLOAD", "abcd", "MEMBERVECTORS", "float32")
    stored = fields(ask("BLK.BLOCK", "raw", 1, "WITHPAYLOAD"))
    report.equal("BLK.BLOCK", [stored["payload"], stored["from"], stored["to"]], ["abcd", 0, 2])
    pipe = client.pipeline(transaction=True)
    pipe.execute_command("BLK.APPEND", "talk", "monday", 1, "TEXTS", "one more")
    pipe.execute_command("BLK.INFO", "talk")
    pipe.execute_command("BLK.PIN", "talk", 1)
    report.equal("blocks in a transaction", fields(pipe.execute()[1])["members"], 11)
    report.equal("BLK.FORGET", ask("BLK.FORGET", "talk", "STREAM", "monday"), 3)
    report.equal("BLK.STORES", sorted(ask("BLK.STORES")), ["raw", "talk"])


def refusals(report, client):
    for name, words, expected in (
        ("an unknown namespace", ["MEM.RECALL", "nosuch", "x"], "there is no namespace"),
        ("an empty text", ["MEM.REMEMBER", "pipe", "s", ""], "its text cannot be used: it is empty"),
        ("bytes that are no text", ["MEM.REMEMBER", "pipe", "s", b"\xff"], "the text is not UTF-8"),
        (
            "another dimension",
            ["MEM.REMEMBER", "pipe", "s", "x", "FP32", struct.pack("<2f", 1, 0)],
            "it has 2 numbers, and the memory's have 384",
        ),
        ("an unknown store", ["BLK.OPEN", "nosuch", "TEXT", "x"], "there is no store of blocks"),
        ("no members", ["BLK.APPEND", "talk", "s", 0, "TEXTS"], "the number of members is '0'"),
        ("a collection of a store of blocks", ["DEL", "blocks/raw:landmarks"], "belongs to the store of blocks 'raw'"),
        ("a collection of a memory", ["DEL", "memory/pipe:turn"], "belongs to the memory of 'pipe'"),
    ):
        try:
            client.execute_command(*words)
            report.failure(name, "no error")
        except redis.ResponseError as error:
            report.expect(name, expected in str(error), error)


def main():
    port, protocol = int(sys.argv[1]), int(sys.argv[2])
    report = Report(f"memories by redis-py {redis.__version__}, RESP{protocol}")
    client = redis.Redis(port=port, protocol=protocol, decode_responses=True)
    client.flushall()
    for part in (conversation, pipelines, blocks, refusals):
        try:
            part(report, client)
        except Exception:
            report.failure(part.__name__, traceback.format_exc())
    client.flushall()
    left = [client.execute_command(name) for name in ("MEM.NAMESPACES", "BLK.STORES")]
    report.equal("nothing is left", [left, client.dbsize()], [[[], []], 0])
    client.close()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
