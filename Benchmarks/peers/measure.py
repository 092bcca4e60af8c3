# Loci, Apache License 2.0.
"""Builds and sweeps of any engine, each in a process of its own: the peers in `worker.py`, Loci by its command line."""
import json
import os
import shutil
import statistics
import sys
from typing import NamedTuple

from engines import loci as command_line
from process import run

HERE = os.path.dirname(os.path.abspath(__file__))
# A sweep ends where recall is so high that nothing is left to compare.
ENOUGH = 0.9985


class Limits(NamedTuple):
    """Seconds: of a build, of a sweep, and after which a setting is not measured once more."""

    build_s: float
    search_s: float
    patience_s: float


class Bench:
    """One set on this machine. `files` has the paths base, queries and truth; `folder` keeps the indexes."""

    def __init__(self, about, files, folder, *, k, passes, threads, build_processors, search_processor, limits):
        self.about, self.files, self.folder = about, files, folder
        self.k, self.passes, self.threads = k, passes, threads
        self.build_processors, self.search_processor, self.limits = build_processors, search_processor, limits

    def index_folder(self, engine):
        return os.path.join(self.folder, getattr(engine, "index_name", engine.name))

    def built(self, engine):
        """What is kept of a build of the same rows, or None."""
        try:
            with open(os.path.join(self.index_folder(engine), "built.json")) as file:
                known = json.load(file)
        except (OSError, ValueError):
            return None
        return known if known.get("base_sha256") == self.about["base_sha256"] else None

    def build(self, engine, made_by):
        """Builds an index, and notes what it took. A build that failed is kept as such, and tried again next time."""
        folder = self.index_folder(engine)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        limit = min(self.limits.build_s, engine.build_limit or self.limits.build_s)
        is_loci = engine.call == "command"
        rows = os.path.join(self.folder, "rows.jsonl")
        if is_loci:
            command = engine.build_command(self.files, self.about, self.threads, folder)
        else:
            command = self.worker(engine, "build", rows)
        ended = run(command, self.build_processors, limit, self.thread_settings(self.threads))
        if ended.reason:
            return dict(error=ended.reason, timed_out=ended.timed_out, wall_s=ended.wall_s, cpu_s=ended.cpu_s)
        note = dict(
            base_sha256=self.about["base_sha256"], made_by=made_by, threads=self.threads, peak_bytes=ended.peak_bytes)
        if is_loci:
            # Its whole process, files read and written included: against itself, but simple.
            note.update(wall_s=ended.wall_s, cpu_s=ended.cpu_s)
            information = run(engine.info_command(folder), self.build_processors, 60)
            # Where the index lies on this machine is nobody's business.
            note["info"] = {key: value for key, value in json.loads(information.output).items() if key != "path"}
            note["disk_bytes"] = os.stat(engine.database(folder)).st_blocks * 512
        else:
            note.update(read(rows)[0])
            note["disk_bytes"] = engine.disk_bytes(folder)
        with open(os.path.join(folder, "built.json"), "w") as file:
            json.dump(note, file, indent=1)
        return note

    def sweep(self, engine):
        """Points of recall and rate: dict(points=[…], …, error="" where all went well)."""
        folder = self.index_folder(engine)
        warm(folder)
        if engine.call == "command":
            ended = run(
                engine.search_command(self.files, folder, self.k, self.passes), {self.search_processor},
                self.limits.search_s, engine.environment())
            return dict(error=ended.reason, points=[] if ended.reason else command_line.points(ended.output))
        rows = os.path.join(self.folder, "rows.jsonl")
        ended = run(
            self.worker(engine, "search", rows), {self.search_processor}, self.limits.search_s, self.thread_settings(1))
        result = dict(error=ended.reason, points=[])
        for row in read(rows):
            if "recall" in row:
                result["points"].append(row)
            else:
                result.update(row)
        return result

    def resident(self, engine):
        """Loci's memory in a sweep whose speed does not count: pages of the database that were touched (Linux maps some
        around each, and counts them), and the process's own. The peers count theirs themselves, in `worker.py`."""
        seen = dict(mapped_bytes=0, own_bytes=0)

        def watch(pid):
            for name, value in mapped(pid, engine.database(self.index_folder(engine))).items():
                seen[name] = max(seen[name], value)

        command = engine.search_command(self.files, self.index_folder(engine), self.k, 1)
        ended = run(command, {self.search_processor}, self.limits.search_s, engine.environment(), watch)
        return dict(error=ended.reason) if ended.reason else seen

    def opening(self, engine, runs=30):
        """Milliseconds of a whole process that opens the database and answers one query, with a warm page cache, beside one
        that only prints its version: what starting a program costs anyway."""
        folder = self.index_folder(engine)
        warm(folder)
        commands = dict(answer=engine.query_command(self.files, folder, self.k), idle=engine.idle_command())
        seen = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, command in commands.items():
                ended = run(command, {self.search_processor}, 60)
                if ended.reason:
                    return dict(error=ended.reason)
                if number:
                    seen[name].append((ended.wall_s * 1e3, ended.cpu_s * 1e3))
        return {
            name: dict(
                wall_ms=statistics.median(wall for wall, _ in rows), least_wall_ms=min(wall for wall, _ in rows),
                cpu_ms=statistics.median(cpu for _, cpu in rows), runs=runs)
            for name, rows in seen.items()
        }

    def worker(self, engine, stage, rows):
        if os.path.exists(rows):
            os.remove(rows)
        task = dict(
            stage=stage, engine=engine.name, about=self.about, folder=self.index_folder(engine), base=self.files.base,
            queries=self.files.queries, truth=self.files.truth, k=self.k, passes=self.passes, threads=self.threads,
            patience_s=self.limits.patience_s, enough=ENOUGH, rows=rows)
        return [sys.executable, os.path.join(HERE, "worker.py"), json.dumps(task)]

    @staticmethod
    def thread_settings(count):
        names = ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        return {name: str(count) for name in names}


def read(rows):
    if not os.path.exists(rows):
        return []
    with open(rows) as file:
        return [json.loads(line) for line in file]


def warm(folder):
    """Brings an index into the page cache, so that no engine is measured reading its files."""
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as file:
                while file.read(1 << 24):
                    pass


def mapped(pid, path):
    """What of a file a process has mapped and touched, and what memory is its own. Zeros once it has ended."""
    found = dict(mapped_bytes=0, own_bytes=0)
    path, inside = os.path.abspath(path), False
    try:
        with open(f"/proc/{pid}/smaps") as file:
            for line in file:
                first = line.split(None, 1)[0]
                if "-" in first and not first.endswith(":"):
                    inside = line.rstrip("\n").endswith(path)
                elif first == "Rss:" and inside:
                    found["mapped_bytes"] += int(line.split()[1]) * 1024
                elif first == "Anonymous:" and not inside:
                    found["own_bytes"] += int(line.split()[1]) * 1024
    except (OSError, IndexError):
        pass
    return found
