# Loci, Apache License 2.0.
"""The files of a set's results: NAME.json is what was measured, NAME.md and NAME.svg are drawn from it."""
import json
import os
import re

from curve import front
from plot import svg
from report import markdown
from summary import pairs, summarize


def known(folder, name):
    """The results of a set so far, or None."""
    try:
        with open(os.path.join(folder, f"{name}.json")) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def compact(result):
    """JSON with a line for each object that holds no other: a file to read and to compare."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    return re.sub(r"\{[^{}]*\}", lambda match: re.sub(r"\s*\n\s*", " ", match[0]), text) + "\n"


def write_all(folder, result):
    """Writes the JSON, its summary made anew, and the table and the curves."""
    if not result:
        return
    os.makedirs(folder, exist_ok=True)
    sandwiches, anchor = result["sandwiches"], result["anchor"]
    result["summary"] = {clock: summarize(sandwiches, anchor, clock) for clock in ("wall", "cpu")}
    name = result["set"]["name"]
    drawn = result["summary"]["wall"]["curves"]
    curves = {engine: front(pairs(points, "wall")) for engine, points in drawn.items()}
    about = result["set"]
    title = f"{name}: {about['count']:,} × {about['dimension']}, {about['metric']}"
    subtitle = f"{result['machine']['processor']}, one thread, recall@{result['k']} over {about['queries']:,} queries; rates at {anchor}'s usual speed"
    for ending, text in (
        ("json", compact(result)), ("md", markdown(result)),
        ("svg", svg(title, subtitle, curves))):
        path = os.path.join(folder, f"{name}.{ending}")
        # Whole or not at all: a run may be stopped at any time.
        with open(path + ".part", "w") as file:
            file.write(text)
        os.replace(path + ".part", path)
