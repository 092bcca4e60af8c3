# Loci, Apache License 2.0.
"""Loci, by its command line: what is measured is the program that users run."""
import json
import os

WINDOWS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40, 56, 80, 112, 160, 240, 320)
COLLECTION = "base"


class Loci:
    """One configuration: a quantization (None for the default), and kernels (None for the processor's best)."""

    package = None
    call = "command"
    build_limit = None

    def __init__(self, program, quantization=None, kernels=None, windows=WINDOWS):
        self.program, self.quantization, self.kernels, self.windows = program, quantization, kernels, windows
        self.name = "-".join(part for part in ("loci", quantization, kernels) if part)
        # Kernels change no byte of an index, so one build serves all of them.
        self.index_name = "-".join(part for part in ("loci", quantization) if part)

    def unsuitable(self, about):
        return None

    def environment(self):
        return {"LOCI_KERNELS": self.kernels} if self.kernels else {}

    def database(self, folder):
        return os.path.join(folder, "index.loci")

    def build_command(self, files, about, threads, folder):
        command = [
            self.program, "build", self.database(folder), COLLECTION, "--from", files.base, "--metric", about["metric"],
            "--threads", str(threads), "--replace", "--json", "--quiet",
        ]
        return command + (["--quantization", self.quantization] if self.quantization else [])

    def search_command(self, files, folder, k, passes):
        return [
            self.program, "bench", self.database(folder), COLLECTION, "--queries", files.queries, "--ground-truth",
            files.truth, "--k", str(k), "--windows", ",".join(map(str, self.windows)), "--threads", "1", "--passes",
            str(passes), "--json", "--quiet",
        ]

    def info_command(self, folder):
        return [self.program, "info", self.database(folder), COLLECTION, "--json"]

    def query_command(self, files, folder, k):
        return [
            self.program, "query", self.database(folder), COLLECTION, "--queries", files.queries, "--row", "0", "--k",
            str(k), "--threads", "1", "--quiet",
        ]

    def idle_command(self):
        return [self.program, "--version"]

    def configuration_of(self, info):
        return (
            f"{info['quantization']}, degree {info['degree']}, build window {info['build_window']}, alpha "
            f"{info['alpha']:g}" + (f", {self.kernels} kernels" if self.kernels else ""))


def points(output):
    """The points of `loci bench --json`, which measures windows that come to the same only once."""
    rows = map(json.loads, output.splitlines())
    return [
        dict(
            setting=row["window"], recall=row["recall"], wall=row["queries_per_second"],
            cpu=row["queries_per_processor_second"])
        for row in rows
    ]
