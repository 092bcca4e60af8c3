# Loci, Apache License 2.0.
"""Measures blocks and writes blocks.md, blocks.json and blocks-passkey.svg, to docs/benchmarks or where --output says.

    python3 report.py LOCI SETS [--tokens 32K,1M,16M,64M] [--positions 1M] [--folder FOLDER] [--output FOLDER]

SETS is a folder with NAME.json, NAME.minilm.turns.npy and NAME.minilm.queries.npy. What is missing is skipped with a reason. Databases
are made in FOLDER: 64M tokens take 1.5 GB, 1M positions 17 GB. What is measured already, by blocks.json, is measured again only with
--again: passkey, attention or conversations.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

from machine import commit, processor  # noqa: E402

DOCS = os.path.join(HERE, "..", "..", "docs", "benchmarks")


def loci(command, *arguments):
    print("loci blocks", *arguments, file=sys.stderr)
    run = subprocess.run([command, "blocks", *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def passkey(command, tokens, folder):
    points = []
    for size in tokens:
        path = os.path.join(folder, f"passkey-{size}.loci")
        for keys in (1, 8):
            arguments = ["passkey", "--tokens", size, "--keys", str(keys), "--trials", "100", "--database", path]
            # Appended by one process, asked by another.
            appended = loci(command, *arguments)
            asked = loci(command, *arguments)
            asked["append_seconds"] = appended["append_seconds"]
            points.append(asked)
        for name in (path, path + "-lock"):
            if os.path.exists(name):
                os.remove(name)
    return points


def plot(points, path):
    """Latency and resident memory against the length of the text, all on logarithmic axes."""
    width, height, left, right, top, bottom = 680, 360, 70, 150, 20, 50
    sizes = sorted({point["tokens"] for point in points})
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])

    def place(tokens, value, least, most):
        x = left + (math.log10(tokens) - low) / max(high - low, 1) * (width - left - right)
        share = (math.log10(max(value, least)) - math.log10(least)) / (math.log10(most) - math.log10(least))
        return x, height - bottom - share * (height - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for value in (0.1, 1, 10, 100, 1000):
        _, y = place(sizes[0], value, 0.1, 1000)
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for size in sizes:
        x, _ = place(size, 1, 0.1, 1000)
        label = f"{size / 1e6:.0f} M" if size > 900_000 else f"{size / 1e3:.0f} K"
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">{label}</text>')
    series = [
        ("ms, 1 key", "#1f77b4", 1, lambda point: point["p50_ms"]),
        ("ms, 8 keys", "#17becf", 8, lambda point: point["p50_ms"]),
        ("ms after a write", "#2ca02c", 1, lambda point: point["after_write_p50_ms"]),
        ("MB resident", "#d62728", 1, lambda point: point["resident_bytes"] / 1e6),
    ]
    for name, colour, keys, value in series:
        dots = [place(point["tokens"], value(point), 0.1, 1000) for point in points if point["keys"] == keys]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
            + '"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in dots]
        parts.append(f'<text x="{dots[-1][0] + 8:.1f}" y="{dots[-1][1] + (14 if keys == 8 else 2):.1f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{(left + width - right) / 2}" y="{height - 10}" text-anchor="middle">tokens of text</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(parts) + "\n")


def conversations(command, sets):
    results = []
    for name in ("locomo", "realtalk"):
        base = os.path.join(sets, name)
        if not os.path.exists(base + ".json"):
            print(f"skipped: {base}.json is missing", file=sys.stderr)
            continue
        results.append(
            loci(
                command, "bench", base + ".json", "--turn-vectors", base + ".minilm.turns.npy", "--query-vectors",
                base + ".minilm.queries.npy", "--budget", "2.5%", "--lexical"))
    return results


def write(record, folder):
    text = ["# Blocks", ""]
    with open(os.path.join(HERE, "notes.md")) as file:
        text += [file.read().strip(), ""]
    text += [f"Measured at commit {record['commit']} on {record['machine']}.", ""]
    text += ["## Pass keys", "", "| tokens | keys | found of 100 | p50 ms | p99 ms | after a write p50 ms | resident MB | appended in s |"]
    text += ["| ---: |" + " ---: |" * 7]
    for point in record["passkey"]:
        appended = point["append_seconds"]
        text.append(
            f"| {point['tokens']:,} | {point['keys']} | {point['found']} | {point['p50_ms']:.2f} | {point['p99_ms']:.2f} | "
            f"{point['after_write_p50_ms']:.2f} | {point['resident_bytes'] / 1e6:.0f} | "
            f"{'' if appended is None else f'{appended:.1f}'} |")
    text += ["", "![latency and memory against tokens](blocks-passkey.svg)", "", "## Conversations", ""]
    text += ["2.5 % of the turns, blocks of 16, four segment means. held: the share of the evidence that opened blocks hold.", ""]
    text += ["| set | what is looked at | R@5 | R@10 | N@10 | held | blocks | turns | p50 ms | p99 ms |", "| --- | --- |" + " ---: |" * 8]
    for result in record["conversations"]:
        for row in result["results"]:
            text.append(
                f"| {result['set']} | {row['name']} | " + " | ".join(f"{100 * row[c]:.1f}" for c in ("R@5", "R@10", "N@10", "held"))
                + f" | {row['blocks']:.1f} | {row['turns']:.1f} | {row['p50_ms']:.2f} | {row['p99_ms']:.2f} |")
    text += ["", "## Attention", ""]
    for result in record["attention"]:
        text += [
            f"{result['positions']:,} positions, {result['tensors']}, {result['bytes'] / 1e9:.1f} GB, appended in "
            f"{result['append_seconds']:.0f} s; attended to by {result['attend_bytes_a_second'] / 1e9:.1f} GB/s, read by "
            f"{result['read_bytes_a_second'] / 1e9:.1f} GB/s: "
            f"{result['attend_bytes_a_second'] / result['read_bytes_a_second']:.2f} of it.", "",
            "| asked | blocks | coverage | least of a query | error | open ms | attend ms |", "| --- |" + " ---: |" * 6,
        ]
        for row in result["results"]:
            error = "" if row["error"] is None else f"{row['error']:.4f}"
            text.append(
                f"| {row['name']} | {row['blocks']} | {row['coverage']:.4f} | {row['least_coverage']:.4f} | {error} | "
                f"{row['open_ms']:.2f} | {row['attend_ms']:.2f} |")
        text.append("")
    with open(os.path.join(folder, "blocks.md"), "w") as file:
        file.write("\n".join(text).rstrip() + "\n")
    with open(os.path.join(folder, "blocks.json"), "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")
    if record["passkey"]:
        plot(record["passkey"], os.path.join(folder, "blocks-passkey.svg"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("loci")
    parser.add_argument("sets")
    parser.add_argument("--tokens", default="32K,1M,16M,64M")
    parser.add_argument("--positions", default="1M")
    parser.add_argument("--folder")
    parser.add_argument("--output", default=DOCS, help="the folder of the results")
    parser.add_argument("--again", action="append", default=[])
    options = parser.parse_args()
    path = os.path.join(options.output, "blocks.json")
    record = {"passkey": [], "conversations": [], "attention": []}
    if os.path.exists(path):
        with open(path) as file:
            record.update(json.load(file))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        if not record["conversations"] or "conversations" in options.again:
            record["conversations"] = conversations(options.loci, options.sets)
        if not record["passkey"] or "passkey" in options.again:
            record["passkey"] = passkey(options.loci, options.tokens.split(","), folder)
        if not record["attention"] or "attention" in options.again:
            record["attention"] = [
                loci(
                    options.loci, "attention", "--positions", options.positions, "--database",
                    os.path.join(folder, "attention.loci"))
            ]
    record["commit"], record["machine"] = commit(), processor()
    write(record, options.output)


if __name__ == "__main__":
    main()
