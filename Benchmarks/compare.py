#!/usr/bin/env python3
# Loci, Apache License 2.0.
"""Loci beside hnswlib (M 16, efConstruction 200) on one set: build, disk, and queries a second at a recall.

    compare.py fashion [--output PREFIX]          Fashion-MNIST from Debian's dataset-fashion-mnist
    compare.py NAME --base B.npy --queries Q.npy --metric l2|ip|cosine [--output PREFIX]

Both build on two threads and search on one, pinned to one processor, in turn for some passes. A query rate is the best
of the passes; a ratio is taken within each pass and its median reported. With --output it writes PREFIX.json,
PREFIX.md, and PREFIX.svg with Loci's curve."""
import argparse, gzip, json, math, os, platform, resource, statistics, subprocess, sys, tempfile, time

K = 10
EFS = [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320]
WINDOWS = [10, 12, 14, 17, 20, 24, 28, 34, 40, 56, 80, 112, 160, 240]
HERE = os.path.dirname(os.path.abspath(__file__))


def idx(path):
    import numpy as np
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), "u1", offset=16).reshape(-1, 784).astype("f4")


def loci(options, *arguments, core=None):
    command = [options.loci, *map(str, arguments)]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed with {result.returncode}")
    return result.stdout, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def at(points, target):
    """Queries a second at a recall: log-linear between points of the best front; None where it is not reached."""
    front, top = [], 0.0
    for recall, rate in sorted(points, reverse=True):
        if rate > top:
            front.append((recall, rate))
            top = rate
    front.reverse()
    if not front or front[-1][0] < target:
        return None
    if front[0][0] >= target:
        return front[0][1]
    for (r0, q0), (r1, q1) in zip(front, front[1:]):
        if r0 < target <= r1:
            return math.exp(math.log(q0) + (math.log(q1) - math.log(q0)) * (target - r0) / (r1 - r0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--base")
    parser.add_argument("--queries")
    parser.add_argument("--metric", default="l2", choices=["l2", "ip", "cosine"])
    parser.add_argument("--quantization")
    parser.add_argument("--loci", default=os.path.join(HERE, "..", ".build", "release", "loci"))
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--work", help="a folder to keep indexes in, to search them again without a build")
    parser.add_argument("--output")
    options = parser.parse_args()
    import hnswlib, numpy as np

    work = options.work or tempfile.mkdtemp(prefix="loci-compare-")
    os.makedirs(work, exist_ok=True)
    if options.name == "fashion" and not options.base:
        folder = "/usr/share/datasets/fashion-mnist"
        base_file, query_file = f"{folder}/train-images-idx3-ubyte.gz", f"{folder}/t10k-images-idx3-ubyte.gz"
        base, queries = idx(base_file), idx(query_file)
    else:
        base_file, query_file = options.base, options.queries
        base, queries = np.load(base_file).astype("f4"), np.load(query_file).astype("f4")
    n, dimension = base.shape
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, stdout=subprocess.PIPE, text=True).stdout.strip()
    report = dict(
        name=options.name, count=n, dimension=dimension, queries=len(queries), metric=options.metric, k=K, commit=commit,
        machine=dict(processor=processor(), processors=os.cpu_count(), system=platform.platform()),
        command=f"python3 Benchmarks/compare.py {options.name} --passes {options.passes}")

    database, truth = os.path.join(work, "bench.loci"), os.path.join(work, "truth.ivecs")
    if not os.path.exists(truth):
        loci(options, "truth", "--from", base_file, "--queries", query_file, "--metric", options.metric, "--k", K, "--output", truth)
    raw = np.fromfile(truth, "<i4").reshape(len(queries), -1)[:, 1:]

    anchor_file = os.path.join(work, "anchor.hnsw")
    space = {"l2": "l2", "ip": "ip", "cosine": "cosine"}[options.metric]
    index = hnswlib.Index(space, dimension)
    if os.path.exists(anchor_file) and os.path.exists(database):
        index.load_index(anchor_file, max_elements=n)
    else:
        index.init_index(n, M=16, ef_construction=200, random_seed=1)
        index.set_num_threads(2)
        start, cpu = time.perf_counter(), time.process_time()
        index.add_items(base, np.arange(n), num_threads=2)
        report["build_hnswlib"] = dict(wall_s=time.perf_counter() - start, cpu_s=time.process_time() - cpu)
        index.save_index(anchor_file)
        extra = ["--quantization", options.quantization] if options.quantization else []
        _, wall, cpu = loci(options, "build", database, options.name, "--from", base_file, "--metric", options.metric, "--threads", 2, "--replace", *extra)
        report["build_loci"] = dict(wall_s=wall, cpu_s=cpu)
    index.set_num_threads(1)
    info = json.loads(loci(options, "info", database, options.name, "--json")[0])
    report["bytes_per_vector_loci"] = info["bytes_per_vector"]
    report["bytes_per_vector_hnswlib"] = os.path.getsize(anchor_file) / n
    report["quantization"] = info["quantization"]

    os.sched_setaffinity(0, {options.core})
    passes = []
    for number in range(options.passes):
        anchor = []
        for ef in EFS:
            index.set_ef(ef)
            start = time.perf_counter()
            found = index.knn_query(queries, K, num_threads=1)[0]
            rate = len(queries) / (time.perf_counter() - start)
            hits = np.mean([len(np.intersect1d(a, b)) for a, b in zip(found.astype("i8"), raw)]) / K
            anchor.append((float(hits), rate, ef))
            if hits > 0.9985:
                break
        lines = loci(options, "bench", database, options.name, "--queries", query_file, "--ground-truth", truth, "--k", K,
                     "--windows", ",".join(map(str, WINDOWS)), "--threads", 1, "--passes", 1, "--json", core=options.core)[0]
        ours = [(r["recall"], r["queries_per_second"], r["window"]) for r in map(json.loads, lines.splitlines())]
        passes.append(dict(hnswlib=anchor, loci=ours))
        row = [f"{at([p[:2] for p in ours], t) / at([p[:2] for p in anchor], t):.2f}" for t in (0.95, 0.99)]
        print(f"pass {number + 1}: ratio at recall 0.95 and 0.99: {row[0]} and {row[1]}", file=sys.stderr, flush=True)
    report["passes"] = passes

    def best(engine):
        table = {}
        for one in passes:
            for recall, rate, setting in one[engine]:
                table[setting] = max(table.get(setting, (0, 0)), (recall, rate), key=lambda p: p[1])
        return [(recall, rate, setting) for setting, (recall, rate) in sorted(table.items())]

    report["best"] = dict(hnswlib=best("hnswlib"), loci=best("loci"))
    report["at"] = {}
    for target in (0.90, 0.95, 0.99, 0.995):
        ratios, rates = [], {}
        for one in passes:
            a, b = at([p[:2] for p in one["loci"]], target), at([p[:2] for p in one["hnswlib"]], target)
            if a and b:
                ratios.append(a / b)
        for engine in ("loci", "hnswlib"):
            rates[engine] = at([p[:2] for p in report["best"][engine]], target)
        if ratios:
            report["at"][str(target)] = dict(
                ratio=statistics.median(ratios), least=min(ratios), most=max(ratios), **rates)
    text = markdown(report)
    print(text)
    if options.output:
        os.makedirs(os.path.dirname(options.output) or ".", exist_ok=True)
        with open(options.output + ".json", "w") as file:
            json.dump(report, file, indent=1)
        with open(options.output + ".md", "w") as file:
            file.write(text)
        loci(options, "bench", database, options.name, "--queries", query_file, "--ground-truth", truth, "--k", K, "--windows",
             ",".join(map(str, WINDOWS)), "--threads", 1, "--passes", 3, "--plot", options.output + ".svg", core=options.core)


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def markdown(report):
    out = [f"# {report['name']}: {report['count']:,} × {report['dimension']}, {report['metric']}", "",
           f"Loci ({report['quantization']}, defaults) beside hnswlib (M 16, efConstruction 200, batch call), one thread, recall@{report['k']} over "
           f"{report['queries']:,} queries. {report['machine']['processor']}, {report['machine']['processors']} processors. Commit {report['commit']}.",
           "", f"    {report['command']}", "",
           "| recall@10 | Loci, queries/s | hnswlib, queries/s | ratio (median of passes) | least | most |", "| ---: | ---: | ---: | ---: | ---: | ---: |"]
    for target, row in report["at"].items():
        out.append(f"| {target} | {row['loci']:,.0f} | {row['hnswlib']:,.0f} | {row['ratio']:.2f} | {row['least']:.2f} | {row['most']:.2f} |")
    out += ["", "Rates are the best of the passes. At a recall below an engine's fastest setting, that setting's rate stands.", "",
            "| Loci window | recall@10 | queries/s |", "| ---: | ---: | ---: |"]
    out += [f"| {setting} | {recall:.4f} | {rate:,.0f} |" for recall, rate, setting in report["best"]["loci"]]
    out += ["", "| hnswlib ef | recall@10 | queries/s |", "| ---: | ---: | ---: |"]
    out += [f"| {setting} | {recall:.4f} | {rate:,.0f} |" for recall, rate, setting in report["best"]["hnswlib"]]
    out += ["", "| | Loci | hnswlib |", "| --- | ---: | ---: |",
            f"| bytes a vector on disk | {report['bytes_per_vector_loci']:,.0f} | {report['bytes_per_vector_hnswlib']:,.0f} |"]
    if "build_loci" in report:
        a, b = report["build_loci"], report["build_hnswlib"]
        out += [f"| build on 2 threads, s (CPU s) | {a['wall_s']:.1f} ({a['cpu_s']:.1f}) | {b['wall_s']:.1f} ({b['cpu_s']:.1f}) |"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    main()
