# Loci, Apache License 2.0.
"""The curves of a set as one SVG: recall across, queries a second up, both so that what matters is wide apart."""
import math
from xml.sax.saxutils import escape

from curve import front, rate_at

WIDTH, HEIGHT = 960, 600
LEFT, RIGHT, TOP, BOTTOM = 84, 236, 76, 64
RECALL_TICKS = (0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995)
LEAST_RECALL, MOST_RECALL = 0.70, 0.9996
# Told apart by people who do not see red or green (after Okabe and Ito), and Loci's own apart from all.
LOCI, ANCHOR = "#c2340c", "#222222"
COLOURS = ("#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7b5fb5", "#8a6d3b", "#5f6b6d", "#a3b81c", "#00868b")
DASHES = {"avx2": "7 3", "portable": "2 3"}


def across(recall, low, high):
    """Recall on a logarithm of what is missed: a step to the right is a share fewer misses."""
    span = math.log10(1 - low) - math.log10(1 - high)
    return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(1 - low) - math.log10(1 - recall)) / span


def up(rate, low, high):
    return TOP + (HEIGHT - TOP - BOTTOM) * (math.log10(high) - math.log10(rate)) / (math.log10(high) - math.log10(low))


def rate_ticks(low, high):
    """1, 2 and 5 times each power of ten between two rates."""
    ticks = []
    for power in range(int(math.floor(math.log10(low))), int(math.ceil(math.log10(high))) + 1):
        ticks += [step * 10**power for step in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def rate_bounds(rates):
    """The 1-2-5 steps that enclose some rates."""
    ticks = rate_ticks(min(rates) / 10, max(rates) * 10)
    return max(t for t in ticks if t <= min(rates)), min(t for t in ticks if t >= max(rates))


def style(name, place):
    """Colour, width and dashes of an engine's curve. Loci's variants share its colour."""
    if name == "hnswlib":
        return ANCHOR, 2.2, "6 4"
    if name == "loci":
        return LOCI, 3.6, ""
    if name.startswith("loci-"):
        return "#e2794f", 1.8, DASHES.get(name[5:], "10 3 2 3")
    return COLOURS[place % len(COLOURS)], 1.8, ""


def number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def clipped(points):
    """The part of a front within the picture's recalls; the ends are cut by interpolation."""
    line = front(points)
    inside = [(recall, rate) for recall, rate in line if LEAST_RECALL <= recall <= MOST_RECALL]
    if line and line[0][0] < LEAST_RECALL and inside:
        inside.insert(0, (LEAST_RECALL, rate_at(points, LEAST_RECALL).value))
    return inside


def head(title, subtitle):
    """The beginning of a picture."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="DejaVu Sans, Verdana, Helvetica, sans-serif" font-size="12.5" fill="#333333">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="30" font-size="18" font-weight="bold" fill="#111111">{escape(title)}</text>',
        f'<text x="{LEFT}" y="52" fill="#666666">{escape(subtitle)}</text>',
    ]


def svg(title, subtitle, curves):
    """An SVG of named curves, `{name: [(recall, rate)]}`. Engines without a point in sight are left out."""
    lines = {name: clipped(points) for name, points in curves.items()}
    lines = {name: line for name, line in lines.items() if line}
    out = head(title, subtitle)
    if not lines:
        out += [f'<text x="{LEFT}" y="{TOP + 40}">Nothing was measured.</text>', "</svg>"]
        return "\n".join(out) + "\n"
    recalls = [recall for line in lines.values() for recall, _ in line]
    low = max([tick for tick in RECALL_TICKS if tick <= min(recalls)] or [LEAST_RECALL])
    high = max(max(recalls), low + (1 - low) * 0.5)
    bottom, top = rate_bounds([rate for line in lines.values() for _, rate in line])
    out += axes(low, high, bottom, top)
    # The legend stands in the order of the curves where most of them are: at 0.95, else by their fastest point.
    order = sorted(lines, key=lambda name: -height(curves[name], lines[name]))
    places = {name: place for place, name in enumerate(sorted(n for n in lines if n != "hnswlib" and not n.startswith("loci")))}
    for name in sorted(lines, key=lambda name: (name == "loci", name == "hnswlib")):
        out.append(drawn(name, lines[name], style(name, places.get(name, 0)), (low, high, bottom, top)))
    for row, name in enumerate(order):
        out += legend(name, row, style(name, places.get(name, 0)))
    out.append("</svg>")
    return "\n".join(out) + "\n"


def height(points, line):
    rate = rate_at(points, 0.95)
    return rate.value if rate else line[0][1] / 1e6


def axes(low, high, bottom, top):
    ticks = [(across(tick, low, high), f"{tick:g}") for tick in RECALL_TICKS if low <= tick <= high]
    return frame(ticks, "recall@10 (to the right is better; a logarithm of what is missed)", bottom, top)


def frame(ticks, label, bottom, top):
    """Both axes, with rates up; across stand ticks, each a place and a text, and a label."""
    out = []
    base, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in rate_ticks(bottom, top):
        y = number(up(tick, bottom, top))
        out.append(f'<line x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}" stroke="#e4e4e4"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{tick:,.0f}</text>')
    for place, text in ticks:
        x = number(place)
        out.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{base}" stroke="#e4e4e4"/>')
        out.append(f'<text x="{x}" y="{base + 20}" text-anchor="middle">{text}</text>')
    out.append(f'<path d="M{LEFT} {TOP}V{base}H{right}" fill="none" stroke="#888888"/>')
    out.append(f'<text x="{(LEFT + right) / 2:g}" y="{HEIGHT - 18}" text-anchor="middle">{label}</text>')
    middle = (TOP + base) / 2
    out.append(
        f'<text x="20" y="{middle:g}" text-anchor="middle" transform="rotate(-90 20 {middle:g})">'
        "queries a second, one thread (up is better)</text>")
    return out


def drawn(name, line, look, frame):
    colour, width, dash = look
    low, high, bottom, top = frame
    spots = [(number(across(recall, low, high)), number(up(rate, bottom, top))) for recall, rate in line]
    path = "M" + "L".join(f"{x} {y}" for x, y in spots)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    radius = 3.2 if name == "loci" else 2
    marks = "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for x, y in spots)
    return (
        f'<g fill="{colour}"><path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes} '
        f'stroke-linejoin="round"/>{marks}</g>')


def legend(name, row, look):
    colour, width, dash = look
    x, y = WIDTH - RIGHT + 20, TOP + 12 + row * 24
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    weight = ' font-weight="bold"' if name == "loci" else ""
    return [
        f'<line x1="{x}" x2="{x + 36}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="{width}"{dashes}/>',
        f'<text x="{x + 46}" y="{y}" dy="4" fill="{colour}"{weight}>{escape(name)}</text>',
    ]
