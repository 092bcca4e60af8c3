# Loci, Apache License 2.0.
"""The steps of `Benchmarks/all`: what is run, and which page of docs/benchmarks gets its tables."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import pages

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LOCI = ROOT / ".build" / "release" / "loci"
INSIDE = ROOT / ".build" / "release" / "loci-benchmarks"
# The peers' environment: it has NumPy and hnswlib.
PYTHON = HERE / "peers" / ".venv" / "bin" / "python"


class Missing(Exception):
    """What a step needs and is not there."""


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def needed(path, how):
    if not pathlib.Path(path).exists():
        raise Missing(f"{path} is not there: {how}")
    return path


def run(*command, wants_output=False):
    """Runs a command of the tree; returns what it printed if that is wanted."""
    words = [str(word) for word in command]
    say(" ".join(words))
    try:
        result = subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE if wants_output else None)
    except OSError as error:
        raise Missing(f"{words[0]}: {error.strerror}") from None
    if result.returncode != 0:
        raise Missing(f"{pathlib.Path(words[0]).name} {words[1] if len(words) > 1 else ''} ended with {result.returncode}")
    return result.stdout


class Steps:
    """The steps, in the order in which they are run. Small ones measure little of each, into a folder of their own."""

    def __init__(self, sets, is_quick):
        self.sets, self.is_quick = sets, is_quick
        self.docs = pathlib.Path(tempfile.mkdtemp(prefix="loci-benchmarks-")) if is_quick else ROOT / "docs" / "benchmarks"
        self.peer_sets = ["fashion-mnist"] if is_quick else ["fashion-mnist", "wordnet", "sift"]

    def quick(self, *words):
        """Words that make a measurement small."""
        return words if self.is_quick else ()

    def vectors(self, name):
        """The rows and queries of a set that `peers` has made."""
        folder = HERE / "peers" / ".work" / "sets" / (name if name in self.peer_sets else self.peer_sets[0])
        return [needed(folder / f"{part}.npy", "run the step peers") for part in ("base", "queries")]

    def inside(self, page, verb, *arguments, name=None):
        """A verb of loci-benchmarks, and its tables on a page."""
        name = name or verb
        figures = self.docs / f"{name}.json"
        tables = run(needed(INSIDE, "run the step build"), verb, *arguments, "--output", figures, wants_output=True)
        command = f"loci-benchmarks {verb} {' '.join(map(str, arguments))}".rstrip()
        pages.write(self.docs / f"{page}.md", name, command, tables, figures)

    def build(self):
        """the programs"""
        run("make", "build")
        run(os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", "loci-benchmarks")

    def peers(self):
        """Loci beside the other graph indexes, on three sets"""
        small = self.quick("--engines", "usearch", "--loci-quantization", "", "--loci-kernels", "", "--passes", "1", "--queries", "500")
        run(HERE / "peers" / "run", "--output", self.docs, "--sets", ",".join(self.peer_sets), *small)

    def cold(self):
        """memory for a part of the index"""
        for name in self.peer_sets:
            database = needed(HERE / "peers" / ".work" / "indexes" / name / "loci" / "index.loci", "run the step peers")
            truth = HERE / "peers" / ".work" / "sets" / name / "truth.npy"
            run(HERE / "cold" / "run", database, "base", "--queries", self.vectors(name)[1], "--ground-truth", truth,
                "--output", self.docs / f"{name}-cold")

    def scaling(self):
        """cost against the number of vectors"""
        self.inside("scaling", "scaling", *self.quick("--counts", "5000,10000"))

    def writes(self):
        """single writes, and searches beside them"""
        base, queries = self.vectors("fashion-mnist")
        few = self.quick("--singles", "20", "--batches", "1")
        self.inside("writes", "writes", "--base", base, "--threads", "2", *few)
        self.inside("writes", "writes", "--base", base, "--threads", "2", "--periodic", *few, name="writes-periodic")
        self.inside("writes", "interference", "--base", base, "--queries", queries, *self.quick("--rounds", "1"))

    def churn(self):
        """collections that have lived"""
        base, queries = self.vectors("fashion-mnist")
        few = ["--batch", "100", "--rows", "4000", "--lives", "replace"] if self.is_quick else ["--batch", "1", "--passes", "7"]
        self.inside("churn", "churn", "--base", base, "--queries", queries, *few)

    def filters(self):
        """searches with filters, beside hnswlib's functor"""
        base, queries = self.vectors("wordnet")
        words = ["--base", base, "--queries", queries, "--metric", "cosine", "--rows", "5000" if self.is_quick else "100000"]
        self.inside("filters", "filters", *words)
        hnswlib = self.docs / "filters-hnswlib.json"
        tables = run(needed(PYTHON, "run the step peers"), HERE / "peers" / "filters.py", *words, "--output", hnswlib, wants_output=True)
        pages.write(self.docs / "filters.md", "filters-hnswlib", "Benchmarks/peers/filters.py", tables, hnswlib)
        plot = run(PYTHON, HERE / "peers" / "filters_plot.py", self.docs / "filters.json", hnswlib, wants_output=True)
        (self.docs / "filters.svg").write_text(plot, encoding="utf-8")

    def words(self):
        """indexes of words, and searches by them"""
        with tempfile.TemporaryDirectory() as folder:
            glosses = pathlib.Path(folder) / "glosses.txt"
            glosses.write_text(run(sys.executable, HERE / "peers" / "glosses.py", wants_output=True), encoding="utf-8")
            self.inside("words", "words", "--glosses", glosses, "--language", "english", *self.quick("--rows", "5000"))

    def tenants(self):
        """many small collections"""
        self.inside("tenants", "tenants", *self.quick("--collections", "500"))

    def server(self):
        """the server beside Redis's vector sets"""
        program = [HERE / "server" / "run", "--output"]
        for name, title, words in (
            # A third of the memory is measured beside vectors of full precision: beside 8 bits it is not enough (server.md).
            ("fashion-mnist", "Fashion-MNIST", ["--redis-kind", "NOQUANT", "--loci-kind", "LVQ8", "--memory-share", "0.3333"]),
            ("wordnet", "WordNet-MiniLM", ["--rows", "100000"]),
        ):
            base, queries = self.vectors(name)
            few = self.quick("--rows", "3000", "--rounds", "1", "--seconds", "0.2", "--memory-share", "0")
            run(*program, self.docs / f"server-{name.split('-')[0]}.json", "compare", "--name", f"{title} by cosine",
                "--base", base, "--queries", queries, *words, *few)
        run(*program, self.docs / "server-idle.json", "idle", *self.quick("--connections", "200"))
        results = sorted(self.docs.glob("server-*.json"))
        tables = run(sys.executable, HERE / "server" / "report.py", *results, wants_output=True)
        pages.write(self.docs / "server.md", "server", "Benchmarks/server/run", tables, results[0], is_markdown=True)

    def memory(self):
        """recalls from memories"""
        self.report("memory", *self.quick("--scale", "1000"))

    def blocks(self):
        """blocks of long contexts"""
        again = [word for name in ("passkey", "attention", "conversations") for word in ("--again", name)]
        self.report("blocks", *self.quick("--tokens", "32K,64K", "--positions", "20K"), *again)

    def report(self, name, *arguments):
        if self.sets is None:
            raise Missing("--sets is not given")
        sets = needed(self.sets, "give another --sets")
        # NumPy makes the conversations of many turns.
        python = PYTHON if PYTHON.exists() else sys.executable
        run(python, HERE / name / "report.py", needed(LOCI, "run the step build"), sets, *arguments, "--output", self.docs)


# What each step is called, and what it measures.
NAMES = {
    name: value.__doc__ for name, value in vars(Steps).items()
    if callable(value) and name not in ("__init__", "quick", "vectors", "inside", "report")
}
