# Loci, Apache License 2.0.
"""The process itself: lines in, lines out, how it begins and ends. Needs no packages."""

import json
import os
import random
import signal
import subprocess
import sys
import time

from checks import LOCI, Folder
from report import Report

INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}}}
PING = {"jsonrpc": "2.0", "id": "p", "method": "ping"}


def line(message):
    return json.dumps(message).encode() + b"\n"


def call(number, tool, **arguments):
    return line({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})


def run(folder, given, *arguments, database=None):
    """Gives all input at once: the status, the answers, and what was said on standard error."""
    command = [LOCI, "mcp", database or folder.database, *arguments]
    done = subprocess.run(command, input=given, capture_output=True, timeout=120, env=folder.environment, check=False)
    return done.returncode, [json.loads(answer) for answer in done.stdout.splitlines()], done.stderr.decode()


def ends(report):
    with Folder() as folder:
        report.equal("no input", run(folder, b""), (0, [], ""))
        report.expect("the database was made", os.path.exists(folder.database))
        status, answers, error = run(folder, line(INITIALIZE) + b"\r\n  \n" + line(PING)[:-1])
        report.equal("the last line needs no end", (status, [answer["id"] for answer in answers], error), (0, [0, "p"], ""))
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen(
                [LOCI, "mcp", folder.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            process.stdin.write(line(PING))
            process.stdin.flush()
            report.equal("an answer comes at once", json.loads(process.stdout.readline())["id"], "p")
            process.send_signal(number)
            report.equal(f"the status after {number.name}", process.wait(10), 0)
            report.equal(f"nothing is said after {number.name}", process.stderr.read(), b"")
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()
        process = subprocess.Popen([LOCI, "mcp", folder.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.close()
        time.sleep(0.1)
        try:
            process.stdin.write(line(PING))
            process.stdin.close()
        except BrokenPipeError:
            pass
        report.equal("nobody reads any more", process.wait(10), 128 + signal.SIGPIPE)


def begins(report):
    with Folder() as folder:
        missing = os.path.join(folder.path, "missing.loci")
        status, answers, error = run(folder, line(PING), "--read-only", database=missing)
        report.expect("for reading, nothing is made", status == 1 and not answers and not os.path.exists(missing), error)
        status, answers, error = run(folder, line(PING), "--model", "nosuch", database=missing)
        report.expect("a model that is missing", status == 1 and not os.path.exists(missing), error)
        status, answers, error = run(folder, line(PING), "--namespace", "a//b")
        report.expect("a bad namespace", status == 2 and "a//b" in error, error)
        status, answers, error = run(folder, line(PING), database="redis://localhost:6379")
        report.expect("a server is no file", status == 2, error)
        other = os.path.join(folder.path, "other.loci")
        with open(other, "wb") as file:
            file.write(b"no database" * 1000)
        status, answers, error = run(folder, line(PING), database=other)
        report.expect("a file that is no database", status == 1 and not answers and error, error)


def verbose(report):
    with Folder() as folder:
        given = line(INITIALIZE) + call(1, "remember", text="my secret words") + call(2, "recall", query="secret") + b"x\n"
        status, answers, error = run(folder, given)
        report.equal("nothing on standard error", (status, len(answers), error), (0, 4, ""))
        status, answers, error = run(folder, given, "--verbose")
        report.expect("each request is told", error.count("\n") == 4 and "tools/call recall" in error, error)
        report.expect("and not what it says", "secret" not in error, error)


def long_lines(report):
    with Folder() as folder:
        text = "x" * (17 << 20)
        given = call(1, "list") + call(2, "remember", text=text) + call(3, "list") + text.encode()
        status, answers, _ = run(folder, given)
        codes = [(answer["id"], answer.get("error", {}).get("code")) for answer in answers]
        report.equal("lines that are too long", (status, codes), (0, [(1, None), (None, -32600), (3, None), (None, -32600)]))
        # Just below the limit, what is wrong is said of the request.
        status, answers, _ = run(folder, call(1, "remember", text="x" * (15 << 20)))
        report.expect("a text that is too long", answers[0]["result"]["isError"], answers)
        many = [{"text": "word " * 1000, "key": str(number)} for number in range(1000)]
        status, answers, _ = run(folder, call(1, "remember", units=many) + call(2, "list", limit=1000))
        report.expect("a thousand units", len(answers[0]["result"]["structuredContent"]["units"]) == 1000, status)


def two_at_once(report):
    """Two clients have a process each on one file."""
    with Folder() as folder:
        processes = [
            subprocess.Popen([LOCI, "mcp", folder.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=folder.environment)
            for _ in range(2)
        ]
        for number in range(20):
            process = processes[number % 2]
            process.stdin.write(call(number, "remember", text=f"thing {number}"))
            process.stdin.flush()
            process.stdout.readline()
        for process in processes:
            process.stdin.write(call("l", "list"))
            process.stdin.close()
            units = json.loads(process.stdout.readline())["result"]["structuredContent"]["units"]
            report.equal("both see all", [unit["text"] for unit in units], [f"thing {number}" for number in range(20)])
            report.equal("both end", process.wait(10), 0)
            process.stdout.close()


def noise(report):
    """Random bytes into the process: every line that comes out is an answer, and it lives."""
    seed = int(os.environ.get("LOCI_TEST_SEED", random.randrange(1 << 32)))
    print(f"LOCI_TEST_SEED={seed}")
    generator = random.Random(seed)
    with Folder() as folder:
        for _ in range(5):
            parts = []
            for _ in range(200):
                part = bytearray(call(1, "recall", query="a")) if generator.random() < 0.7 else bytearray(generator.randbytes(80))
                for _ in range(generator.randrange(3)):
                    part[generator.randrange(len(part))] = generator.randrange(256)
                parts.append(bytes(part))
            status, answers, error = run(folder, b"".join(parts) + b"\n" + line(PING))
            fine = all(answer["jsonrpc"] == "2.0" and ("result" in answer) != ("error" in answer) for answer in answers)
            report.expect("noise is answered in good form", status == 0 and fine and not error, (seed, status, error))
            report.equal("and the next request too", answers[-1], {"jsonrpc": "2.0", "id": "p", "result": {}})


report = Report("lines")
for check in (ends, begins, verbose, long_lines, two_at_once, noise):
    check(report)
sys.exit(report.finish())
