# Loci, Apache License 2.0.
"""The process in which one engine is built, or loaded and searched. Started by `measure.py`; it writes a JSON object a line
to the file that its task names, as they come, so that what was measured before a time limit is not lost."""
import importlib
import json
import os
import sys
import time


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def recall(found, truth):
    """Recall@k: the share of the true neighbours that were found."""
    import numpy

    found = numpy.asarray(found).astype("i8")
    return sum(len(numpy.intersect1d(a, b)) for a, b in zip(found, truth)) / truth.size


def build(engine, task, write):
    import numpy

    base = numpy.ascontiguousarray(numpy.load(task["base"]), dtype="f4")
    importlib.import_module(engine.module)
    wall, cpu = time.perf_counter(), time.process_time()
    engine.build(base, task["about"], task["threads"], task["folder"])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    engine.save(task["folder"])
    write(wall_s=wall, cpu_s=cpu)


def search(engine, task, write):
    import numpy

    k = task["k"]
    queries = numpy.ascontiguousarray(numpy.load(task["queries"]), dtype="f4")
    truth = numpy.load(task["truth"])[:, :k].astype("i8")
    importlib.import_module(engine.module)
    settings = engine.settings()
    before, wall = resident_bytes(), time.perf_counter()
    engine.load(task["folder"], task["about"])
    loaded = time.perf_counter() - wall
    engine.rows(engine.search(queries[:1], k, settings[0]))
    write(load_s=loaded, first_answer_s=time.perf_counter() - wall)
    engine.search(queries[:200], k, settings[len(settings) // 3])
    ended = set()
    for setting in settings:
        branch = repr(setting[1:]) if isinstance(setting, tuple) else ""
        if branch in ended:
            continue
        walls, cpus = [], []
        for _ in range(task["passes"]):
            wall, cpu = time.perf_counter(), time.process_time()
            found = engine.search(queries, k, setting)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
            if sum(walls) > task["patience_s"]:
                break
        reached = recall(engine.rows(found), truth)
        if reached > task["enough"]:
            ended.add(branch)
        write(
            setting=setting, recall=round(reached, 6), wall=round(len(queries) / min(walls), 1),
            cpu=round(len(queries) / min(cpus), 1))
    write(resident_bytes=resident_bytes() - before)


def main():
    from engines import PEERS

    task = json.loads(sys.argv[1])
    with open(task["rows"], "w") as file:

        def write(**row):
            file.write(json.dumps(row) + "\n")
            file.flush()

        dict(build=build, search=search)[task["stage"]](PEERS[task["engine"]], task, write)


if __name__ == "__main__":
    main()
