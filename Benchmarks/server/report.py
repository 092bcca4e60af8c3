# Loci, Apache License 2.0.
"""The tables of docs/benchmarks/server.md, from the results of `main.py`.

    python3 Benchmarks/server/report.py docs/benchmarks/server-*.json
"""

import json
import pathlib
import statistics
import sys


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def rate(passes: list[dict], *places: str) -> float:
    return statistics.median(one[place]["queries_per_second"] for one in passes for place in places)


def measured(entries: list[dict]) -> list[str]:
    """Rates, and latencies at half of them."""
    lines = []
    rows = []
    for entry in entries:
        windows = entry["windows"]
        if "rows" not in entry:
            missing = [name for name, window in windows.items() if window is None]
            lines += [f"Recall {entry['recall']} was not reached by {' and '.join(missing)}.", ""]
            continue
        for row in entry["rows"]:
            passes = row["passes"]
            rows.append([
                f"{entry['recall']} (EF {windows['redis']['window']} and {windows['loci']['window']})",
                str(row["connections"]), str(row["pipeline"]), f"{rate(passes, 'before', 'after'):,.0f}",
                f"{rate(passes, 'loci'):,.0f}", f"{row['ratio']:.2f}", f"{row['least']:.2f} to {row['most']:.2f}",
            ])
    lines += table(["recall@10", "connections", "pipeline", "Redis, requests/s", "Loci", "ratio", "from … to"], rows)
    lines.append("")
    rows = []
    for entry in entries:
        for name, half in entry.get("half_of_peak", {}).items():
            latency = half["latency_us"]
            rows.append([
                f"{entry['recall']}, {name.capitalize()}", f"{half['rate']:,.0f}", f"{latency['p50']:,.0f}",
                f"{latency['p99']:,.0f}", f"{latency['p99'] / latency['p50']:.1f}",
            ])
    lines += ["50 connections at half of each server's own peak rate:", ""]
    lines += table(["recall@10", "requests/s", "p50 µs", "p99 µs", "p99 / p50"], rows)
    return lines


def limited(result: dict) -> list[str]:
    """What is left where Loci may have a share of Redis's memory and no more."""
    one = result["limited"]
    share = one["limit"] / result["redis_used_memory"]
    threads = f", `{' '.join(one['options'])}`" if one["options"] else ""
    return [
        f"Loci in a group of processes that may have {one['limit'] / 1e6:,.1f} MB, {share:.2f} of what Redis uses, the pages of its "
        f"program and its file in the page cache included{threads}; in the end {one['own'] / 1e6:,.1f} MB were its own and "
        f"{one['cached'] / 1e6:,.1f} MB pages of files:", "", *measured(one["recalls"]), "",
    ]


def compared(result: dict) -> list[str]:
    kinds = result["kinds"]
    lines = [
        f"## {result['set']}: {result['rows']:,} × {result['dimension']}", "",
        f"Redis {result['redis_version']} with `{kinds['redis']}`, Loci with `{kinds['loci']}`. Commit {result['commit']}.", "",
    ]
    lines += measured(result["recalls"])
    memory = result["memory"]
    redis, loci = memory["redis"]["full"], memory["loci"]["full"]
    megabytes = lambda count: f"{count / 1e6:,.1f}"
    lines += ["", "Memory, MB:", ""]
    lines += table(
        ["server", "its own", "pages of the file", "resident", "resident while empty"],
        [[name, megabytes(one["own"]), megabytes(one["of_files"]), megabytes(one["resident"]),
          megabytes(memory[key]["empty"]["resident"])] for name, key, one in (("Redis", "redis", redis), ("Loci", "loci", loci))])
    lines += [
        "", f"Redis counts {megabytes(result['redis_used_memory'])} MB in use; Loci's file has "
        f"{megabytes(result['file_bytes'])} MB. Loaded in {result['load_seconds']['redis']:.0f} s and "
        f"{result['load_seconds']['loci']:.0f} s, by `VADD` over one connection with a pipeline of 500.", "",
    ]
    return lines + (limited(result) if "limited" in result else [])


def main() -> None:
    for path in sys.argv[1:]:
        result = json.loads(pathlib.Path(path).read_text())
        if "recalls" in result:
            print("\n".join(compared(result)))
        else:
            print(f"{result['connections']:,} idle connections: {result['bytes_each']:,.0f} bytes each.\n")


if __name__ == "__main__":
    main()
