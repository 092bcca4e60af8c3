# Loci, Apache License 2.0.
"""Searches with a filter as one SVG: the share that matches across, queries a second up, Loci beside hnswlib's functor.

    filters_plot.py ../../docs/benchmarks/filters.json ../../docs/benchmarks/filters-hnswlib.json > filters.svg
"""
import json
import math
import sys
from xml.sax.saxutils import escape

from plot import ANCHOR, LEFT, LOCI, RIGHT, WIDTH, frame, head, legend, number, rate_bounds, up

SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
# What every filter should reach: so many times the rate of an exact search of everything.
AIM = 3


def across(share):
    """The share that matches on a logarithm."""
    low, high = math.log10(SHARES[0] * 0.9), 0
    return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(share) - low) / (high - low)


def rows(loci, hnswlib):
    """Of each filter its name, the share that matches, and the two rates; `None` where hnswlib has none."""
    rates = {row["filter"]: row["queries_per_second"] for row in hnswlib["results"]}
    return [
        (row["filter"], row["selectivity"], row["queriesPerSecond"], rates.get(row["filter"]))
        for row in loci["results"] if row["filter"] != "none"
    ]


def svg(loci, hnswlib):
    filters = rows(loci, hnswlib)
    exact = loci["results"][0]["queriesPerSecond"] / loci["results"][0]["timesExact"]
    rates = [rate for _, _, *both in filters for rate in both if rate] + [AIM * exact]
    bottom, top = rate_bounds(rates)
    title = "Searches with a filter"
    subtitle = "recall@10 at least 0.95 everywhere; dots on the lines: random filters; squares: filters of a group of near vectors"
    out = head(title, subtitle)
    out += frame([(across(share), f"{100 * share:g} %") for share in SHARES], "vectors that match the filter", bottom, top)
    aim = number(up(AIM * exact, bottom, top))
    grey = ("#7b5fb5", 1.8, "2 3")
    out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{aim}" y2="{aim}" stroke="{grey[0]}" stroke-width="1.8" stroke-dasharray="2 3"/>')
    looks = [("hnswlib", 3, (ANCHOR, 2.2, "6 4")), ("loci", 2, (LOCI, 3.6, ""))]
    for _, column, look in looks:
        out.append(curve(filters, column, look, bottom, top))
    entries = [("loci", looks[1][2]), ("hnswlib's functor", looks[0][2]), (f"{AIM} × exact search", grey)]
    for row, (name, look) in enumerate(entries):
        out += legend(name, row, look)
    out.append("</svg>")
    return "\n".join(out) + "\n"


def curve(filters, column, look, bottom, top):
    colour, width, dash = look
    spots = [(row[0], number(across(row[1])), number(up(row[column], bottom, top))) for row in filters if row[column]]
    line = "L".join(f"{x} {y}" for name, x, y in spots if "group" not in name)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    marks = "".join(
        f'<rect x="{float(x) - 4:g}" y="{float(y) - 4:g}" width="8" height="8"><title>{escape(name)}</title></rect>'
        if "group" in name else f'<circle cx="{x}" cy="{y}" r="3.2"><title>{escape(name)}</title></circle>'
        for name, x, y in spots)
    return f'<g fill="{colour}"><path d="M{line}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>{marks}</g>'


def main():
    with open(sys.argv[1]) as file:
        loci = json.load(file)
    with open(sys.argv[2]) as file:
        hnswlib = json.load(file)
    sys.stdout.write(svg(loci, hnswlib))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
