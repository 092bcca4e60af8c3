# Loci, Apache License 2.0.
"""hnswlib's filter functor at the selectivities of `loci-benchmarks filters`: recall@k and queries a second, one thread.

The functor is a method of a byte array, the quickest that Python has to offer; a functor in C++ would be quicker.
"""
import argparse
import json
import time

import numpy

SHARES = (1, 10, 100, 250, 500, 900, 1000)
EFFORTS = (20, 50, 100, 200, 400, 800, 1600)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--queries", required=True)
    parser.add_argument("--metric", choices=("l2", "cosine"), default="l2")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--query-count", type=int, default=1000)
    parser.add_argument("--centres", type=int, default=20)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--recall", type=float, default=0.95, help="the effort is raised until it is reached")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", help="also write the figures there, as JSON")
    return parser.parse_args()


def unit(vectors):
    return vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)


def truth(base, squares, queries, masks, k, metric):
    found = []
    for query, mask in zip(queries, masks):
        rows = numpy.flatnonzero(mask)
        scores = -(base[rows] @ query) if metric == "cosine" else squares[rows] - 2 * (base[rows] @ query)
        best = rows[numpy.argsort(scores, kind="stable")[:k]]
        found.append(set(best.tolist()))
    return found


def measure(index, queries, masks, best, k, wanted):
    """The least effort that reaches the recall, or the greatest that there is."""
    result = None
    for effort in EFFORTS:
        index.set_ef(max(effort, k))
        hits = complete = 0
        start = time.perf_counter()
        for query, mask, nearest in zip(queries, masks, best):
            try:
                labels = index.knn_query(query, k, num_threads=1, filter=mask.__getitem__)[0][0]
            except RuntimeError:  # fewer than k were found, and hnswlib gives none of them
                continue
            hits += len(nearest.intersection(labels.tolist()))
            complete += 1
        seconds = time.perf_counter() - start
        result = dict(
            ef=effort, recall=hits / max(1, sum(map(len, best))), complete=complete / len(queries),
            queries_per_second=len(queries) / seconds)
        if result["recall"] >= wanted:
            break
    return result


def main():
    options = arguments()
    import hnswlib

    base = numpy.load(options.base)[: options.rows].astype("f4")
    queries = numpy.load(options.queries)[: options.query_count].astype("f4")
    if options.metric == "cosine":
        base, queries = unit(base), unit(queries)
    squares = (base * base).sum(1)
    index = hnswlib.Index("l2" if options.metric == "l2" else "ip", base.shape[1])
    index.init_index(len(base), M=16, ef_construction=200, random_seed=1)
    index.add_items(base, numpy.arange(len(base)), num_threads=2)
    generator = numpy.random.default_rng(options.seed)
    numbers = generator.integers(0, 1000, len(base))
    pivots = unit(base[generator.integers(0, len(base), options.centres)])
    names = numpy.argmax(base @ pivots.T, axis=1)
    results = []

    def add(name, flags):
        masks = [bytearray(flag.astype("u1").tobytes()) for flag in flags[0]]
        chosen = [masks[place] for place in flags[1]]
        best = truth(base, squares, queries, [flags[0][place] for place in flags[1]], options.k, options.metric)
        results.append(dict(filter=name, **measure(index, queries, chosen, best, options.k, options.recall)))
        row = results[-1]
        print(f"{name:<16}{row['ef']:>6}{row['recall']:>11.4f}{row['complete']:>10.4f}{row['queries_per_second']:>11,.0f}", flush=True)

    print(f"{'filter':<16}{'ef':>6}{'recall@' + str(options.k):>11}{'complete':>10}{'queries/s':>11}", flush=True)
    for share in SHARES:
        add(f"{share / 10} %", ([numbers < share], [0] * len(queries)))
    groups = [names == place for place in range(options.centres)]
    scores = queries @ pivots.T
    add("nearest group", (groups, numpy.argmax(scores, axis=1)))
    add("farthest group", (groups, numpy.argmin(scores, axis=1)))
    if options.output:
        with open(options.output, "w") as file:
            json.dump(dict(benchmark="filters", engine=f"hnswlib {hnswlib.__version__ if hasattr(hnswlib, '__version__') else ''}".strip(),
                           rows=len(base), queries=len(queries), k=options.k, results=results), file, indent=2, sort_keys=True)
            file.write("\n")


if __name__ == "__main__":
    main()
