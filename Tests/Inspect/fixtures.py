# Loci, Apache License 2.0.
"""Databases and pages that the tests look at, made by the command itself."""

import datetime
import json
import os
import random
import shutil
import subprocess
import tempfile

LOCI = os.environ["LOCI_BIN"]
TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What would break out of a script, an attribute or a comment, or turn the writing around.
HOSTILE = [
    "</script><script>globalThis.broken = 1</script>", "<!--<script>", "-->", "<img src=x onerror=globalThis.broken=2>",
    "\"'&amp;<b>", "{{script}}", "${globalThis.broken = 3}", "\u202eright to left", "line\u2028end", "a\nb\tc", "🦊 検索", "]]>", "\\u003c\\",
]


class Folder:
    """A folder of databases and pages, gone at the end, and no models that are installed on this machine."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="loci-inspect-")
        self.environment = dict(os.environ, HOME=self.path, XDG_DATA_HOME=self.path, LOCI_MODELS=self.path)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, name):
        return os.path.join(self.path, name)

    def loci(self, *arguments):
        done = subprocess.run(
            [LOCI, *arguments], cwd=self.path, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout

    def page(self, name, *arguments):
        """Writes a page, and gives its path."""
        self.loci("inspect", *arguments, "--html", name, "--quiet")
        return self.file(name)

    def lines(self, name, rows):
        with open(self.file(name), "w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row) + "\n")

    def points(self, count=20_000, dimension=8):
        """A collection with a graph: clusters of kinds, with a number and a time."""
        chance = random.Random(7)
        centres = [[chance.gauss(0, 1) for _ in range(dimension)] for _ in range(11)]
        rows = []
        for row in range(count):
            kind = min(int(chance.expovariate(0.3)), 10)
            rows.append({
                "id": f"item {row}", "vector": [round(value + chance.gauss(0, 0.4), 4) for value in centres[kind]],
                "attributes": {"kind": f"kind {kind}", "price": round(chance.lognormvariate(3, 1), 2), "time": 1.6e9 + 3600 * row},
            })
        self.lines("points.jsonl", rows)
        self.loci(
            "add", "points.loci", "points", "--from", "points.jsonl", "--batch", str(count), "--degree", "10",
            "--build-window", "10", "--quiet")
        return rows

    def hostile(self):
        """A small collection of names and attributes that mean to break the page."""
        chance = random.Random(3)
        rows = [
            {"id": text, "vector": [chance.gauss(0, 1) for _ in range(5)], "attributes": {text: text, "kind": HOSTILE[place % 3]}}
            for place, text in enumerate(HOSTILE)
        ]
        self.lines("hostile.jsonl", rows)
        self.loci("add", "hostile.loci", "<b>&\"'", "--from", "hostile.jsonl", "--metric", "cosine", "--quiet")
        return rows

    def memory(self):
        """The conversation of the project's own as a memory with times and links, and its sessions."""
        conversation = os.path.join(TREE, "data", "conversation.json")
        # The measurement links what it remembers; the times come from the conversation.
        self.loci("memory", "bench", conversation, "--model", "hashing", "--associate", "--database", "bench.loci", "--quiet")
        self.loci("memory", "export", "bench.loci", "bench/0", "--to", "bench.jsonl")
        with open(conversation, encoding="utf-8") as file:
            sessions = json.load(file)["conversations"][0]["sessions"]
        units = {}
        with open(self.file("bench.jsonl"), encoding="utf-8") as file:
            for line in file:
                unit = json.loads(line)
                units[unit["id"]] = unit
        for number, session in enumerate(sessions, 1):
            for place, turn in enumerate(session["turns"], 1):
                unit = units[f"t{number}.{place}"]
                unit["attributes"]["time"] = datetime.datetime.fromisoformat(turn["time"].replace("Z", "+00:00")).timestamp()
        self.lines("memory.jsonl", units.values())
        self.loci("memory", "import", "memory.loci", "demo/friends", "--from", "memory.jsonl")
        return sessions
