# Loci, Apache License 2.0.
"""Measures recalls with `loci memory bench` and writes memory.md, memory.json and memory-scale.svg, to docs/benchmarks or where --output says.

    python3 report.py LOCI SETS [--scale 1000,10000,100000,1000000] [--folder FOLDER] [--output FOLDER]

SETS is a folder with NAME.json, NAME.minilm.turns.npy, .queries.npy and .summaries.npy. What is missing is skipped with a reason.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

from machine import commit, processor  # noqa: E402

DOCS = os.path.join(HERE, "..", "..", "docs", "benchmarks")
COLUMNS = ["R@1", "R@3", "R@5", "R@10", "all@3", "all@5", "all@10", "N@5", "N@10", "MRR"]


def bench(loci, *arguments):
    print("loci memory bench", *arguments, file=sys.stderr)
    run = subprocess.run([loci, "memory", "bench", *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def table(result):
    lines = ["| | " + " | ".join(COLUMNS) + " | p50 ms | p99 ms |", "|" + " --- |" * (len(COLUMNS) + 3)]
    for row in result["configurations"]:
        cells = [f"{100 * row[column]:.1f}" for column in COLUMNS]
        lines.append(f"| {row['name']} | " + " | ".join(cells) + f" | {row['p50_ms']:.2f} | {row['p99_ms']:.2f} |")
    return "\n".join(lines)


def categories(result):
    row = next(row for row in result["configurations"] if row["name"] == "default")
    lines = ["| | n | R@5 | R@10 | N@10 |", "| --- | --- | --- | --- | --- |"]
    for name, values in row["categories"].items():
        lines.append(f"| {name} | {values['n']} | " + " | ".join(f"{100 * values[c]:.1f}" for c in ("R@5", "R@10", "N@10")) + " |")
    return "\n".join(lines)


def plot(points, path):
    """Latency against the number of turns, both on logarithmic axes."""
    import math

    width, height, left, bottom, top, right = 640, 360, 70, 50, 20, 90
    xs = [math.log10(point["turns"]) for point in points]
    x_low, x_high = min(xs), max(max(xs), min(xs) + 1)
    y_low, y_high = -1.0, 2.0

    def place(turns, milliseconds):
        x = left + (math.log10(turns) - x_low) / (x_high - x_low) * (width - left - right)
        y = height - bottom - (math.log10(max(milliseconds, 0.1)) - y_low) / (y_high - y_low) * (height - bottom - top)
        return x, y

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for value in (0.1, 1, 10, 100):
        _, y = place(points[0]["turns"], value)
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for point in points:
        x, _ = place(point["turns"], 1)
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">{point["turns"]:,}</text>')
    for name, colour in (("p50", "#1f77b4"), ("p99", "#d62728")):
        dots = [place(point["turns"], point[name]) for point in points]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
            + " ".join(f"{x:.1f},{y:.1f}" for x, y in dots) + '"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in dots]
        parts.append(f'<text x="{dots[-1][0] + 8:.1f}" y="{dots[-1][1] + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{(left + width - right) / 2}" y="{height - 10}" text-anchor="middle">turns in the memory</text>')
    parts.append(f'<text x="16" y="{height / 2}" transform="rotate(-90 16 {height / 2})" text-anchor="middle">milliseconds a recall</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(parts) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("loci")
    parser.add_argument("sets")
    parser.add_argument("--scale", default="1000,10000,100000,1000000")
    parser.add_argument("--folder", help="where made conversations are kept")
    parser.add_argument("--output", default=DOCS, help="the folder of the results")
    options = parser.parse_args()
    text = [
        "# Recalls from memories", "",
        "How much of the evidence of questions is recalled, with given MiniLM vectors and the same settings for every set. "
        "`docs/memory.md` tells what the stages do. Made by", "", "    python3 Benchmarks/memory/report.py .build/release/loci SETS", "",
        f"at commit {commit()} on {processor()}, one core. R@k: share of the evidence among the first k; all@k: questions of which all of it is; N@k: NDCG.", "",
    ]
    record = {}
    for name in ("locomo", "realtalk"):
        base = os.path.join(options.sets, name)
        if not os.path.exists(base + ".json"):
            print(f"skipped: {base}.json is missing", file=sys.stderr)
            continue
        for unit in ("turn", "session"):
            result = bench(
                options.loci, base + ".json", "--turn-vectors", base + ".minilm.turns.npy", "--query-vectors",
                base + ".minilm.queries.npy", "--unit", unit, "--stages", "all", "--associate")
            record[f"{name} {unit}s"] = result
            text += [f"## {name}, {unit}s ({result['configurations'][0]['n']:,} questions)", "", table(result), ""]
            if unit == "turn":
                text += ["By category, default:", "", categories(result), ""]
    points = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        for turns in (int(number) for number in options.scale.split(",") if number):
            place = os.path.join(folder, str(turns))
            if not os.path.exists(os.path.join(place, "talk.json")):
                subprocess.run([sys.executable, os.path.join(HERE, "scale.py"), str(turns), place], check=True)
            result = bench(
                options.loci, os.path.join(place, "talk.json"), "--turn-vectors", os.path.join(place, "turns.npy"),
                "--query-vectors", os.path.join(place, "queries.npy"))
            row = result["configurations"][0]
            points.append({
                "turns": turns, "p50": row["p50_ms"], "p99": row["p99_ms"], "R@10": row["R@10"],
                "remembered": result["turns_per_second"],
            })
    if points:
        record["scale"] = points
        text += [
            "## Size", "", "Made conversations (`Benchmarks/memory/scale.py`), 384 dimensions, ready vectors, 1,000 questions.", "",
            "| turns | p50 ms | p99 ms | R@10 | turns remembered a second |", "| --- | --- | --- | --- | --- |",
        ]
        text += [
            f"| {p['turns']:,} | {p['p50']:.2f} | {p['p99']:.2f} | {100 * p['R@10']:.1f} | {p['remembered']:,.0f} |" for p in points]
        text += ["", "![latency against turns](memory-scale.svg)", ""]
        plot(points, os.path.join(options.output, "memory-scale.svg"))
    with open(os.path.join(options.output, "memory.json"), "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")
    notes = os.path.join(HERE, "notes.md")
    if os.path.exists(notes):
        text += [open(notes).read().rstrip(), ""]
    with open(os.path.join(options.output, "memory.md"), "w") as file:
        file.write("\n".join(text))


if __name__ == "__main__":
    main()
