# Loci, Apache License 2.0.
"""Real clients against a server: redis-py in its two lines of versions, redis-cli and redis-benchmark.

$REDIS_PY_6 and $REDIS_PY_8 are Python interpreters that have redis-py 6.4.0 and 8.1.0: run.sh makes them."""

import os
import pty
import random
import re
import select
import shutil
import subprocess
import sys

import servers
import wire
from report import Report

# For a client that hangs. None of these takes more than some seconds.
TIMEOUT = 120


def run(arguments, input_bytes=b""):
    """(exit code, what was printed) of a program."""
    done = subprocess.run(arguments, input=input_bytes, capture_output=True, timeout=TIMEOUT)
    return done.returncode, done.stdout + done.stderr


def redis_py(server, report):
    for variable, version in (("REDIS_PY_6", "6.4.0"), ("REDIS_PY_8", "8.1.0")):
        python = os.environ.get(variable)
        if not python:
            report.skip(f"redis-py {version}", f"not installed ({variable} is not set)")
            continue
        for protocol in (2, 3):
            code, output = run(
                [python, os.path.join(servers.HERE, "client_redis_py.py"), str(server.port), str(protocol)]
            )
            text = output.decode(errors="replace")
            print(text, end="")
            counts = re.search(r": (\d+) passed, (\d+) failed, (\d+) skipped\s*$", text)
            if counts:
                report.passed += int(counts[1])
                report.failed += int(counts[2])
            else:
                report.failure(f"redis-py {version}, RESP{protocol}", f"ended with {code}")


class Tool:
    """redis-cli for a server."""

    def __init__(self, server, report):
        self.report = report
        self.base = ["redis-cli", "-h", "127.0.0.1", "-p", str(server.port)]

    def run(self, *arguments, input_bytes=b""):
        return run([*self.base, *arguments], input_bytes)

    def expect(self, arguments, expected, input_bytes=b""):
        code, output = self.run(*arguments, input_bytes=input_bytes)
        self.report.expect(
            f"redis-cli {' '.join(arguments)[:100]}",
            output.decode(errors="replace").strip() == expected,
            f"expected {expected!r}\ngot      {output!r}, exit code {code}",
        )


def redis_cli(server, report):
    if not shutil.which("redis-cli"):
        report.skip("redis-cli", "not installed (Debian: redis-tools)")
        return
    _, version = run(["redis-cli", "--version"])
    print(version.decode().strip())
    tool = Tool(server, report)
    one_shot(tool)
    from_standard_input(tool)
    interactive(tool, report)
    mass_insertion(tool, server, report)
    scans(tool, report)
    recall(tool, server, report)
    server_commands = server.connect()
    server_commands.command("FLUSHALL")
    server_commands.close()


def one_shot(tool):
    tool.expect(["PING"], "PONG")
    tool.expect(["VADD", "k", "VALUES", "2", "1", "0", "a"], "1")
    tool.expect(["VADD", "k", "VALUES", "2", "0", "1", "b b", "SETATTR", '{"y":1}'], "1")
    tool.expect(["VSIM", "k", "ELE", "a"], "a\nb b")
    tool.expect(["--no-raw", "VSIM", "k", "ELE", "a", "WITHSCORES", "COUNT", "1"], '1) "a"\n2) "1"')
    tool.expect(["-3", "--no-raw", "VSIM", "k", "ELE", "a", "WITHSCORES", "COUNT", "1"], '1# "a" => (double) 1')
    tool.expect(["-3", "--no-raw", "VISMEMBER", "k", "a"], "(true)")
    tool.expect(["-3", "--no-raw", "VISMEMBER", "k", "z"], "(false)")
    tool.expect(["--no-raw", "VGETATTR", "k", "b b"], '"{\\"y\\":1}"')
    tool.expect(["--no-raw", "VGETATTR", "k", "a"], "(nil)")
    tool.expect(["--no-raw", "VDIM", "nokey"], "(error) ERR key does not exist")
    tool.expect(["-n", "0", "VCARD", "k"], "2")
    tool.expect(["--json", "VRANDMEMBER", "k", "0"], "[]")
    # The last argument from the standard input: 3 floats, some bytes of which are no text.
    tool.expect(["-x", "VADD", "blobs", "VALUES", "1", "1"], "1", b"\x00\xff element")
    tool.expect(["VCARD", "blobs"], "1")
    tool.expect(["-r", "3", "VCARD", "k"], "2\n2\n2")


def from_standard_input(tool):
    lines = b"\n".join(
        [
            b'VADD s VALUES 2 1 0 "a \\xff"',
            b"VADD s VALUES 2 1 1 b",
            b"MULTI",
            b"VCARD s",
            b"VSIM s ELE b COUNT 1",
            b"EXEC",
            b"NOSUCH",
        ]
    )
    tool.expect([], "1\n1\nOK\nQUEUED\nQUEUED\n2\nb\nERR unknown command 'NOSUCH', with args beginning with:", lines)


def interactive(tool, report):
    """redis-cli on a terminal asks for COMMAND DOCS first, and shows hints while one types."""
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        tool.base,
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
        env={**os.environ, "TERM": "dumb", "HOME": "/nonexistent"},
    )
    os.close(secondary)
    shown = b""

    def read_until(text):
        nonlocal shown
        while text not in shown:
            ready, _, _ = select.select([primary], [], [], TIMEOUT)
            try:
                more = os.read(primary, 65536) if ready else b""
            except OSError:
                more = b""
            if not more:
                return False
            shown += more
        shown = shown.split(text, 1)[1]
        return True

    try:
        prompt = tool.base[2].encode() + b":" + tool.base[4].encode() + b">"
        heard = read_until(prompt)
        for line, answer in (
            (b"VCARD k", b"(integer) 2"),
            (b"VSIM k ELE a", b'1) "a"'),
            (b"HELLO 3", b"proto"),
            (b"VISMEMBER k a", b"(true)"),
            (b"help VADD", b">"),
        ):
            os.write(primary, line + b"\n")
            heard = heard and read_until(answer)
            report.expect(f"redis-cli on a terminal: {line.decode()}", heard, repr(shown[-300:]))
        os.write(primary, b"QUIT\n")
        try:
            report.equal("redis-cli on a terminal ends", process.wait(timeout=TIMEOUT), 0)
        except subprocess.TimeoutExpired:
            report.failure("redis-cli on a terminal ends", "it does not")
    finally:
        process.kill()
        process.wait()
        os.close(primary)


def mass_insertion(tool, server, report):
    generator = random.Random(5)
    count = 2000
    commands = [
        wire.encode(
            "VADD", "mass", "VALUES", 4, *[f"{generator.uniform(-1, 1):.4f}" for _ in range(4)], b"e\r\n%d" % number
        )
        for number in range(count)
    ]
    code, output = tool.run("--pipe", input_bytes=b"".join(commands))
    report.expect("redis-cli --pipe", code == 0 and f"errors: 0, replies: {count}".encode() in output, output)
    # Lines are allowed, too, and an error does not stop the rest.
    lines = b"".join(b"VADD mass VALUES 4 1 0 0 %d line%d\r\n" % (number, number) for number in range(100))
    code, output = tool.run("--pipe", input_bytes=lines + b"NOSUCH\r\n" + b"VADD mass VALUES 4 1 1 1 1 last\r\n")
    report.expect("redis-cli --pipe with lines and an error", b"errors: 1, replies: 102" in output, output)
    with server.connect() as connection:
        report.equal("what was inserted", connection.command("VCARD", "mass").value, count + 101)


def scans(tool, report):
    code, output = tool.run("--scan")
    report.equal("redis-cli --scan", sorted(output.decode().split()), ["blobs", "k", "mass", "s"])
    code, output = tool.run("--scan", "--pattern", "m*")
    report.equal("redis-cli --scan --pattern", output.decode().split(), ["mass"])
    code, output = tool.run("--bigkeys")
    report.expect("redis-cli --bigkeys", code == 0 and b"4 keys" in output, output[-500:])
    code, output = tool.run("--memkeys")
    report.expect("redis-cli --memkeys", code == 0 and b"Error" not in output, output[-500:])


def recall(tool, server, report):
    code, output = tool.run("--vset-recall", "mass", "--vset-recall-count", "10", input_bytes=b"")
    if b"Unrecognized option" in output or b"--vset-recall" in output:
        report.skip("redis-cli --vset-recall", "this redis-cli is older than 8.4")
    else:
        report.expect("redis-cli --vset-recall", code == 0, output[-500:])


def redis_benchmark(server, report):
    if not shutil.which("redis-benchmark"):
        report.skip("redis-benchmark", "not installed (Debian: redis-tools)")
        return
    base = ["redis-benchmark", "-p", str(server.port), "-q", "--precision", "1"]
    requests = "2000"
    for options, command in (
        (["-c", "10", "-r", "100"], "VADD bench VALUES 3 __rand_int__ 1 2 e:__rand_int__".split()),
        (["-c", "10", "-r", "100"], "VSIM bench VALUES 3 __rand_int__ 1 2 WITHSCORES".split()),
        (["-c", "20", "-P", "16", "-r", "100"], "VSIM bench VALUES 3 __rand_int__ 1 2 COUNT 5".split()),
        (["-c", "5", "-3"], "VCARD bench".split()),
        (["-c", "5", "-P", "8"], ["PING"]),
        (["-c", "5", "-k", "0"], ["PING"]),
    ):
        code, output = run([*base, "-n", requests, *options, *command])
        text = output.decode(errors="replace")
        name = f"redis-benchmark {' '.join(options + command)}"
        report.expect(name, code == 0 and "requests per second" in text and "Error" not in text, text[-400:])
    with server.connect() as connection:
        size = connection.command("VCARD", "bench").value
        report.expect("what redis-benchmark has written", 50 <= size <= 100, size)
        connection.command("FLUSHALL")


def main():
    report = Report("clients")
    with servers.Folder() as folder:
        try:
            kind = servers.RedisServer if os.environ.get("LOCI_TEST_CANDIDATE") == "redis" else servers.LociServer
            with kind(folder) as server:
                for part in (redis_py, redis_cli, redis_benchmark):
                    try:
                        part(server, report)
                    except (subprocess.TimeoutExpired, OSError, wire.Closed, wire.ProtocolFault) as error:
                        report.failure(part.__name__, f"{error}\n{server.log_end()}")
                report.expect("the server still runs", server.is_running(), server.log_end())
        except servers.Unavailable as reason:
            report.unavailable(reason)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
