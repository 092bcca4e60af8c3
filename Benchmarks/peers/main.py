# Loci, Apache License 2.0.
"""Loci beside the other graph indexes on PyPI, every figure a ratio to hnswlib in the same run.

Installs the peers, makes the sets, builds each engine once, and searches in sandwiches: hnswlib - peer - Loci - hnswlib.
Builds are kept; a run that was stopped goes on with them, and --engines replaces only what it names in the results."""
import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def names(text):
    return [name for name in text.split(",") if name]


def arguments():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/peers/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    allowed = sorted(os.sched_getaffinity(0))
    add = parser.add_argument
    add("--sets", type=names, help="sets, between commas (default: fashion-mnist,wordnet,sift, and all of --data)")
    add("--data", action="append", default=[], metavar="NAME=BASE.npy,QUERIES.npy,METRIC", help="a set of your own")
    add("--engines", type=names, help="peers, between commas; --list shows them (default: all)")
    add("--list", action="store_true", help="list the engines and sets, and end")
    add("--passes", type=int, default=3, help="how often a setting is measured in a sweep; the best counts (default: 3)")
    add("--rounds", type=int, default=1, help="how many sandwiches for each peer; medians are reported (default: 1)")
    add("--queries", type=int, default=5000, help="at most so many queries are asked (default: 5000)")
    add("--core", type=int, default=allowed[-1], help=f"the processor that searches (default: {allowed[-1]})")
    add("--threads", type=int, default=2, help="threads of a build (default: 2)")
    add("--rebuild", action="store_true", help="build again what is kept")
    add("--loci", default=os.path.join(ROOT, ".build", "release", "loci"), help="the command (default: that of make build)")
    add("--loci-quantization", type=names, default=["lvq4", "lvq4x8"], help="further curves (default: lvq4,lvq4x8)")
    add("--loci-kernels", type=names, default=["avx2", "portable"], help="further curves (default: avx2,portable)")
    add("--build-limit", type=float, default=3600, help="seconds of a build at most (default: 3600)")
    add("--search-limit", type=float, default=900, help="seconds of a sweep at most (default: 900)")
    add("--patience", type=float, default=15, help="seconds after which a setting gets no further pass (default: 15)")
    add("--work", default=os.path.join(HERE, ".work"), help="the folder of sets and indexes (default: .work beside this)")
    add("--output", default=os.path.join(ROOT, "docs", "benchmarks"), help="the folder of results (default: docs/benchmarks)")
    add("--report-only", action="store_true", help="write tables and curves again from the JSON that is there")
    options = parser.parse_args()
    if not 1 <= options.passes <= 1000 or options.rounds < 1 or options.queries < 1 or options.threads < 1:
        parser.error("--passes is from 1 to 1000; --rounds, --queries and --threads are at least 1")
    if options.core not in allowed:
        parser.error(f"--core {options.core} is not one that this process may use: {allowed}")
    return parser, options


def main():
    parser, options = arguments()
    import environment

    failed = environment.install(environment.requirements(), say)
    if "numpy" in failed:
        sys.exit(f"nothing can be measured without numpy: {failed['numpy']}")
    import datasets
    import engines
    import results
    from session import Session

    try:
        given = dict(datasets.given(text) for text in options.data)
    except ValueError as error:
        parser.error(str(error))
    peers = [name for name in engines.PEERS if name != engines.ANCHOR]
    variants = [f"loci-{name}" for name in options.loci_quantization + options.loci_kernels]
    if options.list:
        print("engines: " + " ".join(peers + variants) + "\nsets: " + " ".join([*datasets.KNOWN, *given]))
        return
    wanted = options.engines if options.engines is not None else peers + variants
    sets = options.sets if options.sets is not None else [*datasets.KNOWN, *given]
    for kind, asked, known in (("engine", wanted, peers + variants), ("set", sets, [*datasets.KNOWN, *given])):
        for name in asked:
            if name not in known:
                parser.error(f"there is no {kind} {name!r}: {', '.join(known)}")
    if options.report_only:
        for name in sets:
            results.write_all(options.output, results.known(options.output, name))
        return
    if not os.access(options.loci, os.X_OK):
        parser.error(f"{options.loci} is not there: run  make build")
    troubles = 0
    for name in sets:
        remedy = "" if name in given else datasets.missing(name)
        if remedy:
            say(f"{name} is left out, its data is not installed: {remedy}")
            troubles += 1
            continue
        about, files = datasets.prepare(
            name, given.get(name), os.path.join(options.work, "sets", name), options.queries, say)
        troubles += Session(options, about, files, wanted, failed, say).run()
    if troubles:
        say(f"{troubles} things could not be measured; they are named in the results or above")


if __name__ == "__main__":
    main()
