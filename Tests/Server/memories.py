# Loci, Apache License 2.0.
"""Memories of agents through the server: by redis-py in its two lines of versions, and through kill -9.

$REDIS_PY_6 and $REDIS_PY_8 are Python interpreters that have redis-py 6.4.0 and 8.1.0: run.sh makes them. LOCI_TEST_SEED and
LOCI_TEST_KILLS (5) say when the server is killed, and how often."""

import os
import random
import re
import subprocess
import sys
import threading

import commands
import servers
import wire
from report import Report, seed_from_environment

TIMEOUT = 120
WRITERS = 3
WINDOW = 8
# No model that may be installed on one machine and not on another.
OPTIONS = ("--model", "hashing")


def redis_py(server, report):
    for variable, version in (("REDIS_PY_6", "6.4.0"), ("REDIS_PY_8", "8.1.0")):
        python = os.environ.get(variable)
        if not python:
            report.skip(f"redis-py {version}", f"not installed ({variable} is not set)")
            continue
        for protocol in (2, 3):
            done = subprocess.run(
                [python, os.path.join(servers.HERE, "client_memories.py"), str(server.port), str(protocol)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
            print(done.stdout + done.stderr, end="")
            counts = re.search(r": (\d+) passed, (\d+) failed, (\d+) skipped\s*$", done.stdout)
            if counts:
                report.passed += int(counts[1])
                report.failed += int(counts[2])
            else:
                report.failure(f"redis-py {version}, RESP{protocol}", f"ended with {done.returncode}")


class Writer(threading.Thread):
    """Remembers turns under keys, in windows, until the connection is lost. Some of them are transactions of two."""

    def __init__(self, server, number, first):
        super().__init__(daemon=True)
        self.server = server
        self.number = number
        self.random = random.Random(number * 1000 + first)
        self.next = first
        # Turns that are durable, and groups of those that were sent: all of a group is there, or none.
        self.acknowledged = set()
        self.groups = []
        self.failures = []

    def turn(self):
        name = f"w{self.number}-{self.next}"
        self.next += 1
        return name, ["MEM.REMEMBER", "crash/memory", f"s{self.number}", f"turn {name} of a talk", "KEY", name]

    def step(self):
        turns = [self.turn() for _ in range(2 if self.random.random() < 0.3 else 1)]
        self.groups.append([name for name, _ in turns])
        words = [command for _, command in turns]
        return [["MULTI"], *words, ["EXEC"]] if len(turns) > 1 else words

    def run(self):
        connection = self.server.connect()
        try:
            while True:
                begin = len(self.groups)
                steps = [self.step() for _ in range(WINDOW)]
                connection.send(b"".join(wire.encode(*command) for step in steps for command in step))
                for place, step in enumerate(steps):
                    for _ in step:
                        reply = connection.read()
                    if reply.is_error() or (len(step) > 1 and any(item.is_error() for item in reply.value)):
                        self.failures.append(f"{step[-1]}: {reply}")
                        return
                    self.acknowledged.update(self.groups[begin + place])
        except TimeoutError:
            self.failures.append(f"no reply within {wire.DEADLINE_SECONDS:.0f} s")
        except (OSError, wire.Closed):
            # The kill.
            pass
        finally:
            connection.close()


def units(connection, session):
    """The turns of a session: key -> text, in their order."""
    reply = connection.command("MEM.LIST", "crash/memory", "SESSION", session, "COUNT", 1000000)
    if reply.is_error():
        return {}
    found = {}
    for unit in reply.value:
        fields = {name.value: value.value for name, value in commands.pairs(unit)}
        found[fields[b"key"].decode()] = fields[b"text"].decode()
    return found


def crash_round(server, seed, firsts, known, report, name):
    writers = [Writer(server, number, firsts[number]) for number in range(WRITERS)]
    goal = random.Random(seed).randint(30, 150)
    for writer in writers:
        writer.start()
    while sum(len(writer.acknowledged) for writer in writers) < goal and any(writer.is_alive() for writer in writers):
        writers[0].join(0.001)
    server.kill()
    for writer in writers:
        writer.join(wire.DEADLINE_SECONDS)
        report.expect(f"{name}: no turn is refused", not writer.failures, writer.failures)
    code, text = server.check()
    report.expect(f"{name}: check after the kill", code == 0, text[-2000:])
    server.start()
    with server.connect() as connection:
        for writer in writers:
            found = units(connection, f"s{writer.number}")
            known |= writer.acknowledged
            lost = [key for key in known if key.startswith(f"w{writer.number}-") and key not in found]
            report.expect(f"{name}: what writer {writer.number} was told is there", not lost, lost[:8])
            torn = [group for group in writer.groups if len({key in found for key in group}) > 1]
            report.expect(f"{name}: transactions are there or not", not torn, torn[:8])
            wrong = [key for key, text in found.items() if text != f"turn {key} of a talk"]
            report.expect(f"{name}: texts are what they were", not wrong, wrong[:8])
            known |= set(found)
            # A call that was made and not answered is made once more: nothing is stored twice.
            last = writer.groups[-1][-1]
            command = ["MEM.REMEMBER", "crash/memory", f"s{writer.number}", f"turn {last} of a talk", "KEY", last]
            reply = connection.command(*command)
            fields = {key.value: value.value for key, value in commands.pairs(reply)}
            report.equal(f"{name}: a repeated call", fields.get(b"new"), 0 if last in found else 1)
            known.add(last)
            hit = connection.command("MEM.RECALL", "crash/memory", f"turn {last} of a talk", "COUNT", 1)
            report.expect(f"{name}: a recall answers", hit.kind == "array" and len(hit.value) == 1, hit)
    return [writer.next for writer in writers]


def main():
    report = Report("memories")
    seed = seed_from_environment()
    kills = int(os.environ.get("LOCI_TEST_KILLS", "5"))
    print(f"memories: seed {seed}, {kills} kills")
    with servers.Folder() as folder:
        try:
            with servers.LociServer(folder, options=OPTIONS) as server:
                redis_py(server, report)
            with servers.LociServer(folder, name="crash", options=OPTIONS) as server:
                firsts = [0] * WRITERS
                known = set()
                for number in range(kills):
                    name = f"kill {number}, seed {seed + number}"
                    firsts = crash_round(server, seed + number, firsts, known, report, name)
        except servers.Unavailable as reason:
            report.unavailable(reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
