# Loci, Apache License 2.0.
"""The same commands to two servers: the reference, and the candidate whose replies are held against it."""

import os
from collections import Counter

import commands
import differences
import servers
import wire
from comparison import compare

# A server that ends now and then is one failure each time, and not the end of the test.
MOST_RESTARTS = 20
WRITES = (b"VADD", b"VREM", b"VSETATTR", b"DEL", b"UNLINK")
# With a failure, so many of the last writes to its key are shown: LOCI_TEST_HISTORY.
HISTORY = int(os.environ.get("LOCI_TEST_HISTORY", "0"))


class Pair:
    def __init__(self, reference, candidate, report, version, candidate_is_exact=True):
        self.servers = reference, candidate
        self.report = report
        self.version = version
        # Whether searches without TRUTH must find what is nearest: Loci looks at every vector of a small set.
        self.candidate_is_exact = candidate_is_exact
        self.counts = Counter()
        self.section = ""
        self.aside = [server.connect() for server in self.servers]
        self.connections = []
        self.queue = None
        self.asks = True
        self.restarts = 0
        # Whether the reference may have miscounted attributes: scripts keep away from what it miscounts.
        self.miscounts = False
        # What was sent about each key since the section began, for the report of a failure.
        self.history = {}
        self.reconnect()

    def close(self):
        for connection in [*self.connections, *self.aside]:
            connection.close()

    def reconnect(self):
        for connection in self.connections:
            connection.close()
        self.connections = [server.connect(self.version) for server in self.servers]
        self.queue = None

    def begin(self, section):
        """New connections to empty servers."""
        self.section = section
        self.history = {}
        for connection in self.aside:
            connection.command("FLUSHALL")
        self.reconnect()

    def run(self, words):
        """Sends a command to both, and compares. Returns the reference's reply, or None if the connection was lost."""
        replies = []
        for connection in self.connections:
            try:
                replies.append(connection.command(*words))
            except (wire.Closed, wire.ProtocolFault, OSError) as error:
                replies.append(error)
        if any(isinstance(reply, Exception) for reply in replies):
            ended = "" if self.servers[1].answers() else f", and the server has ended:\n{self.servers[1].log_end()}"
            self._failure(words, f"no reply{ended}", *replies)
            self._recover()
            return None
        self._compare(words, *replies)
        self._follow(words, *replies)
        if len(words) > 1 and wire.to_bytes(words[0]).upper() in WRITES and not replies[0].is_error():
            self.history.setdefault(wire.to_bytes(words[1]), []).append(words)
        return replies[0]

    def _compare(self, words, reference, candidate):
        name = wire.to_bytes(words[0]).upper()
        if name == b"EXEC" and self.queue is not None and reference.kind == candidate.kind == "array":
            if len(reference.value) == len(candidate.value) == len(self.queue):
                # The set may have changed since, so nothing is asked besides.
                self.asks = False
                for queued, one, other in zip(self.queue, reference.value, candidate.value):
                    self._compare_one(queued, one, other, "in EXEC: ")
                self.asks = True
                return
        self._compare_one(words, reference, candidate)

    def _compare_one(self, words, reference, candidate, prefix=""):
        fault = compare(words, reference, candidate, self)
        if fault is None:
            self.report.success()
            return
        difference = differences.find(words, reference, candidate, self)
        if difference is None:
            self._failure(words, prefix + fault, reference, candidate)
            return
        self.report.success()
        self.counts[difference.name] += 1
        undo = difference.undo([wire.to_bytes(word) for word in words]) if self.queue is None else []
        for command in undo:
            for connection in self.connections:
                connection.command(*command)

    def _follow(self, words, reference, candidate):
        """What changes the state of the connection."""
        name = wire.to_bytes(words[0]).upper()
        if self.queue is not None and reference == wire.Reply("line", b"QUEUED"):
            self.queue.append(words)
        elif name == b"MULTI" and not reference.is_error():
            self.queue = []
        elif name in (b"EXEC", b"DISCARD", b"RESET") and not (name == b"DISCARD" and reference.is_error()):
            self.queue = None
        elif name == b"QUIT":
            for side, connection in zip(("reference", "candidate"), self.connections):
                rest = connection.read_until_closed()
                if rest:
                    self._failure(words, f"more behind the reply of the {side}", rest, b"")
            self.reconnect()

    def _recover(self):
        """New connections; and a new candidate, if this one has ended."""
        candidate = self.servers[1]
        if not candidate.answers():
            self.restarts += 1
            if self.restarts > MOST_RESTARTS:
                raise servers.Unavailable(f"{candidate.name} ended {self.restarts} times")
            candidate.kill()
            candidate.start()
            self.aside[1] = candidate.connect()
        self.reconnect()

    def _failure(self, words, fault, reference, candidate):
        shown = [wire.show(reply) if isinstance(reply, wire.Reply) else repr(reply) for reply in (reference, candidate)]
        where = f"RESP{self.version}, {self.section}"
        text = commands.show(words)
        if len(text) > 400:
            text = text[:400] + f"… ({len(text)} characters)"
        key = wire.to_bytes(words[1]) if len(words) > 1 else b""
        for command in self.history.get(key, [])[-HISTORY:] if HISTORY else []:
            text = f"after {commands.show(command)}\n{text}"
        self.report.failure(where, f"{text}\n{fault}\nexpected {shown[0]}\ngot      {shown[1]}")

    # What comparisons ask for.

    def ask_reference(self, words):
        if not self.asks:
            return None
        reply = self.aside[0].command(*words)
        return None if reply.is_error() else reply

    def members(self, key):
        """The elements of the candidate's set; None within a transaction."""
        if not self.asks:
            return None
        return {item.value for item in self.aside[1].command("VRANDMEMBER", key, 100000).value}

    def exists(self, key):
        reply = self.ask_reference(["EXISTS", key])
        return None if reply is None else reply.value == 1

    def attributes_count(self, key):
        """How many elements of the candidate's set have attributes; None within a transaction."""
        if not self.asks:
            return None
        return sum(self.aside[1].command("VGETATTR", key, element).kind == "string" for element in self.members(key))

    def count_difference(self, name):
        self.counts[differences.INFORMATION[0] if name == "VINFO" else name] += 1
