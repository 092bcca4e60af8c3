# Loci, Apache License 2.0.
"""Runs blocks of the shell and of Redis, with servers on free ports."""
import os
import re
import shlex
import socket
import subprocess
import sys
import time

import plan


class Failed(Exception):
    """What a block did that it should not."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Shell:
    """A folder in which the blocks of a document run, one after the other."""

    def __init__(self, loci, folder, tree):
        self.loci, self.folder, self.tree = loci, folder, tree
        self.port = free_port()
        self.server = None
        # What the last block printed.
        self.printed = ""
        binaries = folder / "bin"
        (binaries / "loci").write_text(f'#!/bin/sh\nexec {shlex.quote(loci)} "$@"\n')
        # The client of Redis talks to the server of the block.
        (binaries / "redis-cli").write_text(f'#!/bin/sh\nexec /usr/bin/redis-cli -p {self.port} "$@"\n')
        for name in ("loci", "redis-cli"):
            (binaries / name).chmod(0o755)
        self.environment = {
            **os.environ, "PATH": f"{binaries}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8",
            "REDIS_URL": f"redis://localhost:{self.port}",
        }
        for name in ("REDISCLI_AUTH", "LOCI_PASSWORD", "LOCI_CA_FILE"):
            self.environment.pop(name, None)

    def substituted(self, text):
        for pattern, replacement, _ in plan.SUBSTITUTIONS:
            text = text.replace(pattern, replacement.replace("{port}", str(self.port)).replace("{tree}", str(self.tree)))
        return text

    def command(self, text, accepts_failure=False):
        """Runs one command, which may go over several lines. Returns what it printed, in both streams."""
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=900, stdin=subprocess.DEVNULL)
        if run.returncode != 0 and not accepts_failure:
            raise Failed(f"`{text}` ended with {run.returncode}: {run.stderr.strip()[-400:]}")
        # redis-cli ends well where the server refuses.
        if re.match(r"^\(error\)|^(ERR|WRONGTYPE|NOAUTH)\b", run.stdout):
            raise Failed(f"`{text}` was answered by {run.stdout.strip()[:200]}")
        return run.stdout, run.stderr

    def serve(self, text):
        """Starts a server, instead of the one before."""
        self.stop()
        text = text.split("#")[0].strip().rstrip("&").strip() + f" --port {self.port} --log-level warning"
        self.server = subprocess.Popen(
            ["bash", "-c", "exec " + text], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while True:
            if self.server.poll() is not None:
                raise Failed(f"`{text}` ended: {self.server.stderr.read()[-400:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Failed(f"`{text}` does not listen") from None
                time.sleep(0.05)

    def stop(self):
        if self.server is None:
            return
        self.server.terminate()
        self.server.communicate(timeout=60)
        self.server = None

    def commands(self, text):
        """The commands of a block: a line each, unless it ends with a backslash."""
        for command in re.sub(r"\\\n\s*", "", self.substituted(text)).splitlines():
            if command.strip() and not command.lstrip().startswith("#"):
                yield command

    def run(self, text):
        """Runs a block of the shell; returns what it printed. A server that it starts goes on until another is started, or the document
        ends."""
        printed = ""
        for command in self.commands(text):
            if command.startswith("loci serve"):
                self.serve(command)
                continue
            if ("redis-cli" in command or "redis://" in command) and self.server is None:
                self.serve("loci serve served.loci")
            printed += self.command(command)[0]
        return printed

    def send(self, text):
        """Sends what a block shows of a request, as a line or as bytes. Whatever is answered, it must be no error."""
        if self.server is None:
            self.serve("loci serve served.loci")
        shown = text.strip()
        request = shown.replace("\\r\\n", "\r\n").encode() if shown.startswith("*") else shown.encode() + b"\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            reply = connection.recv(4_096)
        # A line of three words is one too many for ECHO: how it was split is what matters, and no error of the protocol.
        if reply.startswith(b"-ERR Protocol error") or not reply:
            raise Failed(f"it is answered by {reply!r}")

    def know(self, text):
        """Looks whether the server has each command of a block, which begins a line without blanks before it."""
        if self.server is None:
            self.serve("loci serve served.loci")
        for name in re.findall(r"^([A-Z.]+)\b", text, re.M):
            output, _ = self.command(f"redis-cli COMMAND INFO {name}")
            if name.lower() not in output.lower():
                raise Failed(f"the server has no command {name}")

    def ask(self, text):
        """Runs a block of commands of Redis, a line each."""
        if self.server is None:
            self.serve("loci serve served.loci")
        for command in self.commands(text):
            self.command("redis-cli " + command)
