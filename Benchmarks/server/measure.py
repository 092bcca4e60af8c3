# Loci, Apache License 2.0.
"""What `loci bench` measures of a server."""

import json
import pathlib
import subprocess

WINDOWS = [10, 14, 20, 28, 40, 56, 80, 112, 160, 226, 320, 452, 640, 905, 1280]


class Bench:
    def __init__(self, program: str, key: str, queries: pathlib.Path, truth: pathlib.Path):
        self.program, self.key, self.queries, self.truth = program, key, queries, truth

    def run(self, address: str, windows, connections=(1,), pipelines=(1,), seconds=2.0, rate=None) -> list[dict]:
        command = [
            self.program, "bench", address, self.key, "--queries", str(self.queries), "--ground-truth", str(self.truth),
            "--windows", ",".join(map(str, windows)), "--connections", ",".join(map(str, connections)),
            "--pipeline", ",".join(map(str, pipelines)), "--seconds", str(seconds), "--json", "--quiet",
        ]
        if rate is not None:
            command += ["--rate", str(rate)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [json.loads(line) for line in output.splitlines()]

    def window_reaching(self, address: str, recall: float) -> dict | None:
        """The smallest of the windows that reaches a recall; None if none does."""
        for window in WINDOWS:
            point = self.run(address, [window], seconds=0.05)[0]
            if point["recall"] >= recall:
                return {"window": window, "recall": point["recall"]}
        return None


def ratio(before: dict, middle: dict, after: dict) -> float:
    """The middle's rate to the mean of those around it."""
    return 2 * middle["queries_per_second"] / (before["queries_per_second"] + after["queries_per_second"])
