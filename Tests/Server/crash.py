# Loci, Apache License 2.0.
"""kill -9 under load: what was acknowledged is there afterwards, and the rest up to some command, or not at all.

Each writer has its own elements, so its own commands alone decide about them. They are carried out in the order in
which they are sent; so after a crash the elements must stand as after some number of them: at least as many as were
acknowledged, at most as many as were sent. LOCI_TEST_SEED and LOCI_TEST_KILLS (5) say what is done and how often."""

import os
import random
import struct
import sys
import threading

import servers
import wire
from report import Report, seed_from_environment

WRITERS = 4
ELEMENTS = 25
WINDOW = 16
DIMENSION = 8
# Quantization of each key; every writer writes to all.
KEYS = {b"exact": b"NOQUANT", b"bytes": b"Q8"}


def vector(number):
    """A vector that tells which write it came from."""
    generator = random.Random(number)
    return [generator.uniform(-1, 1) for _ in range(DIMENSION)]


class Writer(threading.Thread):
    """Sends commands in windows until the connection is lost. It keeps its state after each step; EXEC is one."""

    def __init__(self, server, name, seed, states):
        super().__init__(daemon=True)
        self.server = server
        self.name_bytes = name
        self.random = random.Random(seed)
        self.state = dict(states)
        self.states = [dict(states)]
        self.acknowledged = 0
        self.failures = []

    def step(self):
        """Commands that become durable together, and how many replies they get."""
        if self.random.random() < 0.15:
            commands = [[b"MULTI"], *[self.write() for _ in range(self.random.randint(2, 5))], [b"EXEC"]]
        else:
            commands = [self.write()]
        self.states.append(dict(self.state))
        return commands

    def write(self):
        key = self.random.choice(sorted(KEYS))
        element = b"%s-%d" % (self.name_bytes, self.random.randrange(ELEMENTS))
        known = self.state.get((key, element))
        kind = self.random.random()
        if known is None or (kind < 0.5 and self.server.keeps_updates):
            number = self.random.getrandbits(40)
            words = [b"VADD", key, b"FP32", struct.pack(f"<{DIMENSION}f", *vector(number)), element, KEYS[key]]
            attributes = known[1] if known else None
            if self.random.random() < 0.5:
                attributes = b'{"n":%d}' % number
                words += [b"SETATTR", attributes]
            self.state[key, element] = (number, attributes)
            return words
        if kind < 0.8:
            attributes = b'{"n":%d}' % self.random.getrandbits(40) if self.random.random() < 0.8 else None
            self.state[key, element] = (known[0], attributes)
            return [b"VSETATTR", key, element, attributes or b""]
        del self.state[key, element]
        return [b"VREM", key, element]

    def run(self):
        connection = self.server.connect()
        try:
            while True:
                steps = [self.step() for _ in range(WINDOW)]
                connection.send(b"".join(wire.encode(*command) for commands in steps for command in commands))
                for commands in steps:
                    for _ in commands:
                        reply = connection.read()
                    if reply.is_error() or (reply.kind == "array" and any(item.is_error() for item in reply.value)):
                        self.failures.append(f"{commands[-1]}: {reply}")
                        return
                    self.acknowledged += 1
        except TimeoutError:
            self.failures.append(f"no reply within {wire.DEADLINE_SECONDS:.0f} s")
        except (OSError, wire.Closed):
            # The kill.
            pass
        finally:
            connection.close()


def found_states(server, report, round_name):
    """What the server holds: (key, element) -> (vector, attributes)."""
    found = {}
    with server.connect() as connection:
        for key in KEYS:
            elements = [item.value for item in connection.command("VRANDMEMBER", key, 1000000).value]
            report.equal(f"{round_name}: VCARD {key!r}", connection.command("VCARD", key).value, len(elements))
            for element in elements:
                components = [float(item.value) for item in connection.command("VEMB", key, element).value]
                attributes = connection.command("VGETATTR", key, element)
                found[key, element] = (components, attributes.value if attributes.kind == "string" else None)
            wrong = [element for element in elements if not finds_itself(connection, key, element)]
            report.expect(f"{round_name}: every element of {key!r} is found by its own vector", not wrong, wrong[:5])
    return found


def finds_itself(connection, key, element):
    hits = connection.command("VSIM", key, "ELE", element, "WITHSCORES", "COUNT", 1).value
    return len(hits) == 2 and float(hits[1].value) > 0.98


def matches(state, found):
    """Whether these are the elements of a writer's state."""
    if state.keys() != found.keys():
        return False
    for place, (number, attributes) in state.items():
        components, found_attributes = found[place]
        if attributes != found_attributes:
            return False
        expected = vector(number)
        norm = sum(value * value for value in expected) ** 0.5
        if len(components) != DIMENSION or any(
            abs(one - other) > 0.02 * norm for one, other in zip(expected, components)
        ):
            return False
    return True


def judge(writer, found, report, round_name):
    """The state that is found must be one from the last acknowledged step on, up to the last that was sent."""
    own = {place: value for place, value in found.items() if place[1].startswith(writer.name_bytes + b"-")}
    counts = f"{writer.acknowledged} acknowledged of {len(writer.states) - 1}"
    name = f"{round_name}, writer {writer.name_bytes.decode()}, {counts}"
    for number in range(writer.acknowledged, len(writer.states)):
        if matches(writer.states[number], own):
            report.success()
            return writer.states[number]
    earlier = [number for number in range(writer.acknowledged) if matches(writer.states[number], own)]
    details = (
        f"stands as after step {earlier[-1]}: acknowledged writes are lost"
        if earlier
        else "stands as after no step at all"
    )
    expected = writer.states[writer.acknowledged]
    differing = [place for place in expected.keys() | own.keys() if not same(expected.get(place), own.get(place))]
    report.failure(name, f"{details}\ndiffers from the last acknowledged step in {sorted(differing)[:8]}")
    return None


def same(state, found):
    if state is None or found is None:
        return state is found
    return matches({0: state}, {0: found})


def crash_round(server, seed, states, report, name):
    """Load, kill, check, restart, compare. Returns what each writer's elements are now, or None after a failure."""
    writers = [Writer(server, b"w%d" % number, seed * 100 + number, states[number]) for number in range(WRITERS)]
    generator = random.Random(seed)
    goal = generator.randint(50, 600)
    for writer in writers:
        writer.start()
    # The kill comes when enough is acknowledged, wherever the writers and the server are then.
    while sum(writer.acknowledged for writer in writers) < goal and any(writer.is_alive() for writer in writers):
        writers[0].join(0.001)
    server.kill()
    for writer in writers:
        writer.join(wire.DEADLINE_SECONDS)
        report.expect(f"{name}: no write is refused", not writer.failures, writer.failures)
    if hasattr(server, "check"):
        code, text = server.check()
        report.expect(f"{name}: check after the kill", code == 0, text[-2000:])
    server.start()
    found = found_states(server, report, name)
    return [judge(writer, found, report, name) for writer in writers]


def main():
    report = Report("crash")
    seed = seed_from_environment()
    kills = int(os.environ.get("LOCI_TEST_KILLS", "5"))
    print(f"crash: seed {seed}, {kills} kills")
    with servers.Folder() as folder:
        try:
            if os.environ.get("LOCI_TEST_CANDIDATE") == "redis":
                server = servers.RedisServer(
                    folder, options=("--save", "", "--appendonly", "yes", "--appendfsync", "always")
                )
            else:
                server = servers.LociServer(folder)
            with server:
                states = [{} for _ in range(WRITERS)]
                for number in range(kills):
                    states = crash_round(server, seed + number, states, report, f"kill {number}, seed {seed + number}")
                    if None in states:
                        break
                server.kill()
                if hasattr(server, "check"):
                    code, text = server.check()
                    report.expect("check at the end", code == 0, text[-2000:])
        except servers.Unavailable as reason:
            report.unavailable(reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
