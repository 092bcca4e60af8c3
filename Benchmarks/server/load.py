# Loci, Apache License 2.0.
"""Vectors into a server, by VADD, over one connection with a pipeline."""

import socket
import time

import numpy


def bulk(value: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(value), value)


def vadd(key: bytes, row: int, vector: numpy.ndarray, words: list[bytes]) -> bytes:
    parts = [b"VADD", key, b"FP32", vector.astype("<f4").tobytes(), str(row).encode(), *words]
    return b"*%d\r\n" % len(parts) + b"".join(bulk(part) for part in parts)


def replies(stream, count: int) -> None:
    for _ in range(count):
        line = stream.readline()
        if line[:1] == b"-":
            raise SystemExit(f"VADD was refused: {line.decode()}")


def load(port: int, key: str, vectors: numpy.ndarray, words: list[str], pipeline: int = 500) -> float:
    """Adds all rows, named by their numbers. Returns the seconds that it took."""
    extra = [word.encode() for word in words]
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as stream:
        for start in range(0, len(vectors), pipeline):
            rows = range(start, min(start + pipeline, len(vectors)))
            connection.sendall(b"".join(vadd(key.encode(), row, vectors[row], extra) for row in rows))
            replies(stream, len(rows))
    return time.monotonic() - begin


def command(port: int, *words: str) -> bytes:
    """Runs a command that answers with one line, or one string."""
    request = b"*%d\r\n" % len(words) + b"".join(bulk(word.encode()) for word in words)
    with socket.create_connection(("127.0.0.1", port), timeout=3600) as connection, connection.makefile("rb") as stream:
        connection.sendall(request)
        line = stream.readline()
        if line[:1] == b"$":
            return stream.read(int(line[1:]) + 2)[:-2]
        return line.rstrip(b"\r\n")
