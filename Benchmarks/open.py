#!/usr/bin/env python3
# Loci, Apache License 2.0.
"""The time of a whole process that opens a database and answers its first query, with a warm page cache.

    open.py DATABASE COLLECTION VECTOR.txt [--loci PATH] [--runs N]

Beside it, a process that only prints its version: what starting a program costs anyway."""
import argparse, os, resource, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))


def once(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        sys.exit(f"{command} failed with {result.returncode}")
    return wall * 1e3, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("collection")
    parser.add_argument("vector", help="a file with one line: the numbers of a vector")
    parser.add_argument("--loci", default=os.path.join(HERE, "..", ".build", "release", "loci"))
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    with open(options.vector) as file:
        vector = file.read().strip()
    query = [options.loci, "query", options.database, options.collection, "--vector", vector, "--k", "10"]
    bare = [options.loci, "--version"]
    for command in (query, bare):
        once(command)
    rows = [(once(query), once(bare)) for _ in range(options.runs)]
    print("| | wall, ms: median (least) | processor, ms: median |")
    print("| --- | ---: | ---: |")
    for place, name in ((0, "open, first query, exit"), (1, "print the version, exit")):
        walls, cpus = [r[place][0] for r in rows], [r[place][1] for r in rows]
        print(f"| {name} | {statistics.median(walls):.1f} ({min(walls):.1f}) | {statistics.median(cpus):.1f} |")


if __name__ == "__main__":
    main()
