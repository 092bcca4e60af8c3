# Loci, Apache License 2.0.
"""Differential test: the same commands to Loci and to redis-server 8.2.3, in RESP2 and RESP3, and the replies compared.

LOCI_TEST_SEED, LOCI_TEST_ITERATIONS: seed and number of the generated commands. LOCI_TEST_CANDIDATE=redis compares
Redis with a second Redis; =altered with one whose replies are altered now and then, which must fail."""

import contextlib
import glob
import os
import sys
import time
from collections import Counter

import commands
import differences
import servers
import wire
import wire_cases
from altering import AlteringProxy
from generator import Generator
from pair import Pair
from report import Report, iterations_from_environment, seed_from_environment


def read_scripts():
    """(section, commands) of every file of scripts/."""
    for path in sorted(glob.glob(os.path.join(servers.HERE, "scripts", "*.txt"))):
        section, lines = None, []
        with open(path) as file:
            for line in file:
                line = line.rstrip("\n")
                if line.startswith("== "):
                    if section:
                        yield section, lines
                    section, lines = f"{os.path.basename(path)}: {line[3:]}", []
                elif line and not line.startswith("# "):
                    lines.append(commands.split_line(line))
        yield section, lines


def run_scripts(pair):
    for section, lines in read_scripts():
        pair.begin(section)
        for words in lines:
            pair.run(words)


def run_generated(pair, seed, count):
    pair.begin(f"generated, seed {seed}")
    pair.miscounts = True
    generator = Generator(seed)
    for number in range(count):
        words = generator.next_command()
        pair.section = f"generated, seed {seed}, command {number}"
        failures = pair.report.failed
        reply = pair.run(words)
        if reply is not None:
            generator.observe(words, reply)
        if pair.report.failed > failures:
            # The servers may hold different things now: one failure should not be told a hundred times.
            key = generator.key_of(words)
            if key is not None and pair.queue is None:
                for connection in pair.connections:
                    connection.command("DEL", key)
                generator.forget(key)


def with_password(folder, report):
    """Servers that ask for a password, and clients that do not have it."""
    options = ["--requirepass", wire_cases.PASSWORD]
    with contextlib.ExitStack() as stack:
        reference = stack.enter_context(servers.RedisServer(folder, "reference-password", options))
        kind = os.environ.get("LOCI_TEST_CANDIDATE", "loci")
        maker = servers.LociServer if kind == "loci" else servers.RedisServer
        candidate = stack.enter_context(maker(folder, "candidate-password", options=options))
        wire_cases.run_authentication(reference, candidate, report)


@contextlib.contextmanager
def candidate_server(folder):
    kind = os.environ.get("LOCI_TEST_CANDIDATE", "loci")
    if kind == "loci":
        with servers.LociServer(folder) as server:
            yield server
    elif kind == "redis":
        with servers.RedisServer(folder, "candidate") as server:
            yield server
    elif kind == "altered":
        with servers.RedisServer(folder, "candidate") as server, AlteringProxy(server) as proxy:
            yield proxy
    else:
        sys.exit(f"LOCI_TEST_CANDIDATE={kind} is not known: loci, redis or altered")


def main():
    report = Report("differential")
    seed = seed_from_environment()
    count = iterations_from_environment(3000)
    print(f"differential: seed {seed}, {count} generated commands")
    counts = Counter()
    started = time.monotonic()
    with servers.Folder() as folder:
        try:
            reference_path = servers.redis_path()
            print(f"reference: {reference_path}")
            with servers.RedisServer(folder, "reference") as reference, candidate_server(folder) as candidate:
                exact = isinstance(candidate, servers.LociServer)
                wire_cases.run(reference, candidate, report)
                with_password(folder, report)
                for version in (2, 3):
                    pair = Pair(reference, candidate, report, version, exact)
                    run_scripts(pair)
                    run_generated(pair, seed + version, count // 2)
                    pair.close()
                    counts += pair.counts
                for server in (reference, candidate):
                    report.expect(f"{server.name} still runs", server.is_running(), server.log_end())
        except servers.Unavailable as reason:
            report.unavailable(reason)
        except (OSError, wire.Closed) as error:
            report.failure("the rest", f"a connection was lost: {error!r}")
    reasons = {difference.name: difference.reason for difference in differences.DIFFERENCES} | dict(
        [differences.INFORMATION]
    )
    for name, number in counts.most_common():
        print(f"on purpose, {number} times: {name}: {reasons[name]}")
    print(f"differential: {time.monotonic() - started:.1f} s")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
