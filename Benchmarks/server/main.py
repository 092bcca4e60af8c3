# Loci, Apache License 2.0.
"""Loci's server beside Redis's vector sets, and what idle connections cost.

Each set is loaded into both servers by VADD, row by row. At each recall both get the smallest EF that reaches it, and are measured in
sandwiches, Redis - Loci - Redis, by the same client: `loci bench`. All share the processors of this machine. Then Loci is started
again where it may have a share of the memory that Redis uses and no more, the pages of its file in the page cache included, and both are
measured once more.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import sys
import tempfile
import time

import numpy

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import groups
import load
from machine import commit, processor
import measure
import servers

RECALLS = [0.95, 0.99]
CONNECTIONS = [1, 8, 50]
PIPELINES = [1, 16]


def unit(vectors: numpy.ndarray) -> numpy.ndarray:
    vectors = vectors.astype(numpy.float32)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def prepare(arguments, folder: pathlib.Path):
    """Base and queries of unit length, and the true neighbours by cosine."""
    base = unit(numpy.load(arguments.base))[: arguments.rows]
    queries = unit(numpy.load(arguments.queries))[: arguments.query_rows]
    numpy.save(folder / "base.npy", base)
    numpy.save(folder / "queries.npy", queries)
    nearest = numpy.empty((len(queries), 10), dtype=numpy.int32)
    for start in range(0, len(queries), 500):
        products = queries[start : start + 500].astype(numpy.float64) @ base.T.astype(numpy.float64)
        top = numpy.argpartition(-products, 10, axis=1)[:, :10]
        order = numpy.take_along_axis(-products, top, axis=1).argsort(axis=1, kind="stable")
        nearest[start : start + 500] = numpy.take_along_axis(top, order, axis=1)
    numpy.save(folder / "truth.npy", nearest)
    return base


def sandwiches(bench, redis, loci, windows, rounds: int, seconds: float) -> list[dict]:
    rows = []
    for connections in CONNECTIONS:
        for pipeline in PIPELINES:
            passes = []
            for _ in range(rounds):
                def once(server):
                    return bench.run(
                        server.address(), [windows[server.name]["window"]], [connections], [pipeline], seconds)[0]

                passes.append({"before": once(redis), "loci": once(loci), "after": once(redis)})
            ratios = [measure.ratio(one["before"], one["loci"], one["after"]) for one in passes]
            rows.append({
                "connections": connections, "pipeline": pipeline, "passes": passes,
                "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios),
            })
            print(f"  {connections} connections, pipeline {pipeline}: {statistics.median(ratios):.2f}", flush=True)
    return rows


def half_of_peak(bench, server, window: int, peak: float, seconds: float) -> dict:
    """Latencies of 50 connections at half of the rate that they reach."""
    return bench.run(server.address(), [window], [50], [1], seconds, rate=round(peak / 2, 1))[0]


def compare(arguments) -> dict:
    kinds = {"redis": arguments.redis_kind, "loci": arguments.loci_kind}
    with tempfile.TemporaryDirectory(dir=arguments.work) as name:
        folder = pathlib.Path(name)
        base = prepare(arguments, folder)
        database = folder / "bench.loci"
        bench = measure.Bench(arguments.loci, "set", folder / "queries.npy", folder / "truth.npy")
        result = {
            "set": arguments.name, "rows": len(base), "dimension": base.shape[1], "commit": commit(),
            "machine": processor(), "kinds": kinds, "recalls": [],
        }
        with contextlib.ExitStack() as stack:
            redis = stack.enter_context(servers.redis())
            loci = stack.enter_context(servers.loci(arguments.loci, database))
            empty = {server.name: server.memory() for server in (redis, loci)}
            result["load_seconds"] = {
                server.name: load.load(server.port, "set", base, kinds[server.name].split()) for server in (redis, loci)
            }
            print(f"loaded: {result['load_seconds']}", flush=True)
            if arguments.optimize:
                begin = time.monotonic()
                load.command(loci.port, "LOCI.OPTIMIZE", "set")
                result["optimize_seconds"] = time.monotonic() - begin
            result["recalls"] = at_recalls(arguments, bench, redis, loci)
            result["memory"] = {
                server.name: {"empty": empty[server.name], "full": server.memory()} for server in (redis, loci)
            }
            result["redis_used_memory"] = int(
                load.command(redis.port, "INFO", "memory").split(b"used_memory:")[1].split()[0])
            result["redis_version"] = load.command(redis.port, "INFO", "server").split(
                b"redis_version:")[1].split()[0].decode()
            result["file_bytes"] = servers.bytes_of(database)
            if arguments.memory_share:
                loci.stop()
                limit = int(arguments.memory_share * result["redis_used_memory"])
                result["limited"] = limited(arguments, bench, redis, folder, database, limit)
    return result


def at_recalls(arguments, bench, redis, loci) -> list[dict]:
    """Rates and latencies of both at each recall."""
    entries = []
    for recall in RECALLS:
        windows = {s.name: bench.window_reaching(s.address(), recall) for s in (redis, loci)}
        print(f"recall {recall}: {windows}", flush=True)
        entry = {"recall": recall, "windows": windows}
        entries.append(entry)
        if windows["loci"] is None or windows["redis"] is None:
            continue
        entry["rows"] = sandwiches(bench, redis, loci, windows, arguments.rounds, arguments.seconds)
        entry["half_of_peak"] = {}
        for server, places in ((redis, ("before", "after")), (loci, ("loci",))):
            peak = max(
                one[place]["queries_per_second"] for row in entry["rows"] if row["connections"] == 50
                and row["pipeline"] == 1 for one in row["passes"] for place in places)
            entry["half_of_peak"][server.name] = half_of_peak(
                bench, server, windows[server.name]["window"], peak, 2 * arguments.seconds)
    return entries


def limited(arguments, bench, redis, folder, database, limit: int) -> dict:
    """The same where Loci may have so many bytes and no more: of its own, of its program, and of its file in the page cache.

    What the page cache has of a file is counted to the group that read it first. So the program is a copy that nobody has read, and
    the file is dropped.
    """
    program = folder / "loci"
    shutil.copy(arguments.loci, program)
    for path in (program, database):
        groups.drop(path)
    options = ["--search-threads", str(arguments.limited_threads)] if arguments.limited_threads else []
    group = groups.create(f"loci-server-{os.getpid()}")
    try:
        group.limit(limit)
        with servers.loci(str(program), database, *options, group=group) as loci:
            print(f"limited to {limit / 1e6:.1f} MB", flush=True)
            entries = at_recalls(arguments, bench, redis, loci)
            own, cached = group.usage()
        return {"limit": limit, "own": own, "cached": cached, "options": options, "recalls": entries}
    finally:
        group.remove()


def idle(arguments) -> dict:
    """What connections cost that say nothing, after one PING each."""
    servers.file_limit(2 * arguments.connections + 1_000)
    with tempfile.TemporaryDirectory(dir=arguments.work) as name:
        options = ["--max-connections", str(arguments.connections + 10)]
        with servers.loci(arguments.loci, pathlib.Path(name) / "idle.loci", *options) as loci:
            before = loci.memory()
            sockets = []
            for number in range(arguments.connections):
                # Addresses of a client have some 28,000 ports each.
                one = socket.socket()
                one.bind((f"127.0.0.{2 + number // 20_000}", 0))
                one.connect(("127.0.0.1", loci.port))
                one.sendall(b"PING\r\n")
                if one.recv(64) != b"+PONG\r\n":
                    raise SystemExit("a connection was not served")
                sockets.append(one)
            after = loci.memory()
            for one in sockets:
                one.close()
            return {
                "connections": arguments.connections, "before": before, "after": after,
                "bytes_each": (after["resident"] - before["resident"]) / arguments.connections, "commit": commit(),
            }


def main() -> None:
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loci", default=str(here.parent.parent / ".build/release/loci"), help="the program")
    parser.add_argument("--work", help="a folder for what is made; by default that of temporary files")
    parser.add_argument("--output", type=pathlib.Path, help="where the results are written, as JSON")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("compare", help="rates, latencies and memory of both")
    one.add_argument("--name", required=True, help="what the set is called in the results")
    one.add_argument("--base", required=True, help="vectors, .npy")
    one.add_argument("--queries", required=True, help="queries, .npy")
    one.add_argument("--rows", type=int, default=None, help="take so many of the vectors")
    one.add_argument("--query-rows", type=int, default=2_000, help="take so many of the queries")
    one.add_argument("--redis-kind", default="Q8", help="words of VADD for Redis")
    one.add_argument("--loci-kind", default="LVQ4X8", help="words of VADD for Loci")
    one.add_argument("--optimize", action="store_true", help="run LOCI.OPTIMIZE once all is loaded")
    one.add_argument(
        "--memory-share", type=float, default=0.0,
        help="measure again where Loci may have this share of the memory that Redis uses; 0 for not (root, or as Benchmarks/cold)")
    one.add_argument("--limited-threads", type=int, default=0, help="threads of Loci that search then: what waits for the disk overlaps")
    one.add_argument("--rounds", type=int, default=3, help="sandwiches of each point")
    one.add_argument("--seconds", type=float, default=3.0, help="the length of each measurement")
    two = verbs.add_parser("idle", help="what idle connections cost")
    two.add_argument("--connections", type=int, default=10_000)
    arguments = parser.parse_args()
    result = compare(arguments) if arguments.verb == "compare" else idle(arguments)
    text = json.dumps(result, indent=1)
    if arguments.output:
        arguments.output.write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
