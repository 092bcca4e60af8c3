# Loci, Apache License 2.0.
"""One set from builds to results. What is measured is written after every sandwich."""
import os
import re
import shlex
import subprocess
import sys
import time

import environment
import results
from datasets import digest
from engines import ANCHOR, PEERS
from engines.loci import Loci
from measure import Bench, Limits


class Session:
    def __init__(self, options, about, files, wanted, failed, say):
        self.options, self.about, self.files, self.failed, self.say = options, about, files, failed, say
        self.loci = Loci(options.loci)
        variants = [Loci(options.loci, quantization=kind) for kind in options.loci_quantization]
        variants += [Loci(options.loci, kernels=kind) for kind in options.loci_kernels]
        known = {**PEERS, **{variant.name: variant for variant in variants}}
        self.peers = [known[name] for name in wanted]
        allowed = sorted(os.sched_getaffinity(0))
        self.bench = Bench(
            about, files, os.path.join(options.work, "indexes", about["name"]), k=10, passes=options.passes,
            threads=options.threads, build_processors=set(allowed[: options.threads]), search_processor=options.core,
            limits=Limits(options.build_limit, options.search_limit, options.patience))
        self.result = self.begin()
        self.troubles = 0

    def begin(self):
        """The results to go on with: those of the same vectors and queries, else new ones."""
        public = {key: value for key, value in self.about.items() if key != "origin"}
        result = results.known(self.options.output, self.about["name"])
        if not result or result.get("set") != public:
            result = dict(set=public, engines={}, sandwiches=[])
        result.update(
            anchor=ANCHOR, k=10, passes=self.options.passes, machine=environment.machine(), commit=environment.commit(),
            command=repeatable(sys.argv[1:]), date=time.strftime("%Y-%m-%d", time.gmtime()))
        return result

    def run(self):
        """Measures what was asked for, and returns how much could not be."""
        os.makedirs(self.bench.folder, exist_ok=True)
        for engine in (PEERS[ANCHOR], self.loci):
            if not self.ready(engine):
                self.say(f"{self.about['name']}: nothing can be compared without {engine.name}")
                self.save()
                return self.troubles
        ready = [engine for engine in self.peers if self.ready(engine)]
        total = len(ready) * self.options.rounds
        started = time.monotonic()
        for number in range(total):
            engine = ready[number % len(ready)]
            self.sandwich(engine, number // len(ready) + 1)
            spent = time.monotonic() - started
            left = spent / (number + 1) * (total - number - 1)
            self.say(f"{self.about['name']}: sandwich {number + 1} of {total} done, about {left / 60:.0f} min left for this set")
            self.save()
        self.say(f"{self.about['name']}: opening and memory")
        self.result["opening"] = self.bench.opening(self.loci)
        for engine in [self.loci, *(e for e in ready if e.call == "command" and not e.kernels)]:
            memory = self.bench.resident(engine)
            if "mapped_bytes" in memory:
                # The queries are read into memory before the clock starts: they are not the engine's.
                own = memory["own_bytes"] - self.about["queries"] * self.about["dimension"] * 4
                memory["resident_bytes"] = memory["mapped_bytes"] + max(0, own)
            self.result["engines"][engine.name].update(memory)
        self.save()
        return self.troubles

    def note(self, engine, status, **rest):
        """Keeps what the results say of an engine."""
        entry = dict(
            status=status, call=engine.call, configuration=getattr(engine, "configuration", None),
            kernels=getattr(engine, "kernels", None), version=self.version(engine))
        self.result["engines"][engine.name] = {**entry, **rest}
        if status in ("not installed", "failed", "timed out"):
            self.trouble(engine, rest)

    def trouble(self, engine, entry):
        self.troubles += 1
        self.say(f"{self.about['name']} {engine.name} is not measured: {entry['reason']}")

    def version(self, engine):
        if engine.package:
            return environment.version(engine.package)
        out = subprocess.run([engine.program, "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
        return out.removeprefix("loci").strip()

    def made_by(self, engine):
        """What a kept index must have been made by. Two builds of Loci may have one version, but not the same bytes."""
        return f"{engine.package} {self.version(engine)}" if engine.package else f"loci {digest(engine.program)}"

    def default_quantization(self):
        return self.result["engines"]["loci"]["build"]["info"]["quantization"]

    def ready(self, engine):
        """Whether an engine is installed, suits the set, and has an index, which is built if need be."""
        name = self.about["name"]
        if engine.package in self.failed:
            self.note(engine, "not installed", reason=self.failed[engine.package])
            return False
        if engine.package and (reason := environment.importable(engine.module)):
            self.note(engine, "not installed", reason=reason)
            return False
        if reason := engine.unsuitable(self.about):
            self.note(engine, "left out", reason=reason)
            return False
        if engine.call == "command" and engine.quantization and engine.quantization == self.default_quantization():
            self.note(engine, "left out", reason="it is the default on this set, measured as loci")
            return False
        made_by, kept = self.made_by(engine), self.bench.built(engine)
        shared = engine.call == "command" and engine.kernels
        if kept and kept.get("made_by") == made_by and (shared or not self.options.rebuild):
            self.say(f"{name} {engine.name}: the index is kept ({kept['cpu_s']:.0f} CPU s)")
        else:
            limit = min(engine.build_limit or self.options.build_limit, self.options.build_limit)
            self.say(f"{name} {engine.name}: building on {self.options.threads} threads, at most {limit:,.0f} s")
            kept = self.bench.build(engine, made_by)
            if "error" in kept:
                self.note(engine, "timed out" if kept["timed_out"] else "failed", reason="build: " + kept["error"])
                return False
            self.say(f"{name} {engine.name}: built in {kept['cpu_s']:.1f} CPU s, {kept['wall_s']:.1f} s")
        if engine.call == "command":
            engine.configuration = engine.configuration_of(kept["info"])
        self.note(engine, "built", build=kept)
        return True

    def sandwich(self, peer, round_number):
        """The anchor, the peer, Loci and the anchor again, one after the other."""
        row = dict(peer=peer.name, round=round_number, commit=self.result["commit"], passes=self.options.passes)
        for side, engine in (("before", PEERS[ANCHOR]), ("points", peer), ("loci", self.loci), ("after", PEERS[ANCHOR])):
            start = time.monotonic()
            sweep = self.bench.sweep(engine)
            row[side] = sweep.pop("points")
            self.say(f"{self.about['name']} {engine.name}: {len(row[side])} settings in {time.monotonic() - start:.0f} s")
            entry = self.result["engines"][engine.name]
            entry.update({key: value for key, value in sweep.items() if key != "error"})
            entry["status"] = "measured"
            if sweep["error"]:
                # What was measured before the end stays.
                entry.update(status="failed", reason="search: " + sweep["error"])
                self.trouble(engine, entry)
        kept = [
            old for old in self.result["sandwiches"] if old["peer"] != peer.name or (round_number > 1 and old["round"] < round_number)]
        self.result["sandwiches"] = [*kept, row]

    def save(self):
        results.write_all(self.options.output, self.result)


def repeatable(arguments):
    """The command line without the folders of this machine."""
    kept, skip = [], False
    for place, argument in enumerate(arguments):
        if skip:
            skip = False
        elif argument.split("=", 1)[0] in ("--work", "--output", "--loci"):
            skip = "=" not in argument
        elif "--data" in (argument.split("=", 1)[0], arguments[place - 1] if place else ""):
            kept.append(re.sub(r"[^=,]*/", "", argument))
        else:
            kept.append(argument)
    return shlex.join(["Benchmarks/peers/run", *kept])
