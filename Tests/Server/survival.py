# Loci, Apache License 2.0.
"""Whatever is asked of the server, it answers, and goes on. Random words to every command that it says it has, by
themselves and in transactions; and random bytes. In the end the database is checked.

LOCI_TEST_SEED, LOCI_TEST_ITERATIONS: seed and number of requests (6000)."""

import random
import struct
import sys

import commands
import servers
import wire
from report import Report, iterations_from_environment, seed_from_environment

# It would do what it is told.
LEFT_OUT = {b"SHUTDOWN", b"QUIT"}
KEYS = ["a", "b", "c", "own"]
NUMBERS = [
    "0",
    "1",
    "2",
    "-1",
    "10",
    "1000000",
    "-1000000",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
]
STRANGE = [
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-400",
    "0.5",
    "1.5",
    "x",
    "*",
    "[",
    "[a",
    "(",
    "-",
    "+",
    "\\",
    "ü",
    b"\xff",
    b"\x00",
    "a" * 600,
]
WORDS = """
    ELE FP32 VALUES REDUCE CAS NOQUANT Q8 BIN EF SETATTR M WITHSCORES WITHATTRIBS COUNT EPSILON FILTER FILTER-EF
    TRUTH NOTHREAD RAW METRIC cosine l2 ip QUANTIZATION lvq8 lvq4x8 float32 binary DEGREE WINDOW ALPHA SEED
    ORIGINALS none float16 FIELD TEXT RRF WEIGHTS MINSCORE OFFSET ADD DROP keyword number time text LANGUAGE
    english SAMPLE RECALL MATCH TYPE vectorset ENCODING USAGE SAMPLES GET SET RESETSTAT LEN RESET DOCS INFO LIST
    SPEAKER TIME KEY KIND IMPORTANCE PIN EXPIRES SUPERSEDES META SIMILARITY BUDGET UNIT STAGES SINCE UNTIL ASOF ARCHIVED INORDER
    EXPLAIN SESSION AFTER UNPIN ARCHIVE UNARCHIVE BEFORE EXPIRED turn session summary lexical +recency,-context t1.1 t2.1
    FILTERBY PATTERN AUTH SETNAME default ID GETNAME SETINFO LIB-NAME NO-EVICT ON OFF ASYNC SYNC
""".split()
TEXTS = [
    "{}",
    '{"y":1,"t":"a b"}',
    '{"y":"2024-01-01"}',
    ".y > 1",
    ".y >",
    "y",
    "t",
    "not exists .y",
    ".t ^= 'a'",
    "fox OR dog",
    '"a b"',
]


class Asker:
    def __init__(self, random_numbers, names):
        self.random = random_numbers
        self.names = names

    def blob(self):
        count = self.random.choice([0, 1, 2, 2, 2, 4, 8])
        return struct.pack(f"<{count}f", *[self.random.uniform(-1, 1) for _ in range(count)]) + b"x" * (
            self.random.random() < 0.05
        )

    def vector(self):
        if self.random.random() < 0.5:
            return ["FP32", self.blob()]
        return ["VALUES", self.random.choice([2, 2, 2, 1, 3]), *[f"{self.random.uniform(-1, 1):.3f}" for _ in range(2)]]

    def word(self):
        kind = self.random.random()
        if kind < 0.3:
            return [self.random.choice(WORDS)]
        if kind < 0.5:
            return [self.random.choice(NUMBERS)]
        if kind < 0.6:
            return [self.random.choice(STRANGE)]
        if kind < 0.75:
            return self.vector()
        if kind < 0.85:
            return [self.random.choice(TEXTS)]
        return [f"e{self.random.randrange(30)}"]

    def request(self):
        """A command as it should be, up to some place, and then anything."""
        name = self.random.choice(self.names)
        if self.random.random() < 0.3:
            # The sets must hold something.
            name = self.random.choice([b"VADD", b"VSIM", b"LOCI.MADD"])
        if name.startswith(b"MEM."):
            return self.memory(name)
        if name in (b"FLUSHALL", b"FLUSHDB") and self.random.random() < 0.9:
            name = b"VADD"
        words = [name, self.random.choice(KEYS)]
        if name == b"VADD":
            words += [*self.vector(), f"e{self.random.randrange(30)}"]
        elif name == b"LOCI.MADD":
            count = self.random.randint(1, 3)
            numbers = [self.random.uniform(-1, 1) for _ in range(2 * count)]
            words += [
                count,
                "FP32",
                struct.pack(f"<{2 * count}f", *numbers),
                *[f"e{self.random.randrange(30)}" for _ in range(count)],
            ]
        elif name in (b"VSIM", b"LOCI.RANGE", b"LOCI.PAGE", b"LOCI.HYBRID", b"LOCI.EXPLAIN"):
            words += self.vector()
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 3, 6])):
            words += self.word()
        if self.random.random() < 0.2:
            words = words[: self.random.randint(1, len(words))]
        return words


    def memory(self, name):
        """A command of memories."""
        if self.random.random() < 0.5:
            name = self.random.choice([b"MEM.REMEMBER", b"MEM.RECALL", b"MEM.MREMEMBER"])
        words = [name, self.random.choice(["m", "m/n"])]
        number = self.random.randrange(40)
        if name == b"MEM.REMEMBER":
            words += [f"s{number % 4}", f"fact {number}"]
        elif name == b"MEM.MREMEMBER":
            words += [f'{{"session": "s{number % 4}", "text": "fact {number}"}}']
        elif name == b"MEM.RECALL":
            words += [f"which fact is {number}?"]
        elif name == b"MEM.FORGET":
            if number < 30:
                words += ["ID", f"t{number % 4 + 1}.{number}"]
            elif number < 38:
                words += ["EXPIRED"]
            else:
                words += ["ALL"]
        elif name not in (b"MEM.INFO", b"MEM.NAMESPACES", b"MEM.LIST", b"MEM.SESSIONS"):
            words += [f"t{number % 4 + 1}.{number % 9 + 1}"]
        if self.random.random() < 0.3:
            words += self.word()
        if self.random.random() < 0.1:
            words = words[: self.random.randint(1, len(words))]
        return words


def ask_everything(server, report, seed, count):
    generator = random.Random(seed)
    connection = server.connect()
    names = [item.value.upper() for item in connection.command("COMMAND", "LIST").value]
    names = sorted(set(names) - LEFT_OUT)
    report.expect("the server lists its commands", len(names) > 40, names)
    asker = Asker(generator, names)
    recent = []
    answered = errors = 0
    for _ in range(count):
        words = [b"MULTI"] if generator.random() < 0.02 else [b"EXEC"] if generator.random() < 0.05 else asker.request()
        recent = [*recent[-15:], words]
        try:
            reply = connection.command(*words)
            answered += 1
            errors += reply.is_error()
        except (OSError, wire.Closed, wire.ProtocolFault) as error:
            shown = "\n".join(commands.show(words)[:300] for words in recent)
            report.failure("the server answers", f"{error!r} after\n{shown}\n{server.log_end(8)}")
            if not server.answers():
                server.kill()
                server.start()
            connection = server.connect()
    connection.close()
    report.passed += answered
    print(f"survival: {len(names)} commands, {answered} answers, {errors} of them errors")
    report.expect("most requests mean something", errors < 0.8 * answered, f"{errors} errors of {answered}")


def send_anything(server, report, seed):
    """Bytes that are no requests, or nearly. Each connection is given up; the server must go on."""
    generator = random.Random(seed)
    pieces = [
        b"*",
        b"$",
        b"\r\n",
        b"\n",
        b"1",
        b"3",
        b"-1",
        b"PING",
        b"VADD",
        b"\x00",
        b"\xff",
        b'"',
        b"'",
        b" ",
        b"*1\r\n$4\r\nPING\r\n",
        b"%2\r\n",
        b"HELLO 3\r\n",
    ]
    for _ in range(300):
        data = b"".join(generator.choice(pieces) for _ in range(generator.randint(1, 40)))
        with server.connect() as connection:
            try:
                connection.send(data)
                if generator.random() < 0.5:
                    connection.socket.shutdown(1)
                    connection.read_until_closed()
            except OSError:
                pass
    report.expect("random bytes: the server answers", server.answers(), server.log_end())


def main():
    report = Report("survival")
    seed = seed_from_environment()
    count = iterations_from_environment(6000)
    print(f"survival: seed {seed}, {count} requests")
    with servers.Folder() as folder:
        try:
            with servers.LociServer(folder) as server:
                ask_everything(server, report, seed, count)
                send_anything(server, report, seed)
                with server.connect() as connection:
                    reply = connection.command("LOCI.CHECK")
                    report.equal("LOCI.CHECK", reply, wire.Reply("array", []))
                server.kill()
                code, text = server.check()
                report.expect("check", code == 0, text)
        except servers.Unavailable as reason:
            report.unavailable(reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
