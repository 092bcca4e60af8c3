# Loci, Apache License 2.0.
"""The sets by name, and how one is laid down: base.npy, queries.npy, truth.npy and about.json in a folder of its own.

What is laid down is what every engine gets: float32, and of unit length where the metric is cosine."""
import hashlib
import json
import os
from typing import NamedTuple

from datasets import fashion, sift, wordnet
from datasets.truth import true_neighbours

KNOWN = {"fashion-mnist": fashion, "wordnet": wordnet, "sift": sift}
METRICS = ("l2", "ip", "cosine")
TRUE_K = 10


class Files(NamedTuple):
    base: str
    queries: str
    truth: str


class Given(NamedTuple):
    """A set of one's own: two .npy files and a metric."""

    base: str
    queries: str
    metric: str


def given(text):
    """`NAME=BASE.npy,QUERIES.npy,METRIC` as (name, Given)."""
    name, equals, rest = text.partition("=")
    parts = rest.split(",")
    if not name or not equals or len(parts) != 3 or parts[2] not in METRICS:
        raise ValueError(f"--data is {text!r}; it must be NAME=BASE.npy,QUERIES.npy,METRIC with one of {', '.join(METRICS)}")
    if name in KNOWN:
        raise ValueError(f"--data names a set {name!r}, which is one of the harness's own: choose another name")
    return name, Given(*parts)


def missing(name):
    """What to install before a known set can be made, or ""."""
    module = KNOWN[name]
    return "" if os.path.exists(module.PRESENT) else f"apt-get install -y --no-install-recommends {' '.join(module.PACKAGES)}"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(name, source, folder, limit, say):
    """Lays a set down unless it is there, and returns (about, files). `limit` is how many queries are asked at most."""
    os.makedirs(folder, exist_ok=True)
    origin = [[path, os.stat(path).st_size, os.stat(path).st_mtime_ns] for path in source[:2]] if source else []
    about = noted(folder)
    if not about or about["origin"] != origin:
        about = lay_down(name, source, folder, origin, say)
    if limit >= about["all_queries"]:
        about["queries"] = about["all_queries"]
        return about, Files(*(os.path.join(folder, f"{part}.npy") for part in Files._fields))
    import numpy

    about["queries"] = limit
    short = Files(os.path.join(folder, "base.npy"), *(os.path.join(folder, f"{p}-{limit}.npy") for p in Files._fields[1:]))
    for path, part in ((short.queries, "queries"), (short.truth, "truth")):
        numpy.save(path, numpy.load(os.path.join(folder, f"{part}.npy"))[:limit])
    return about, short


def noted(folder):
    try:
        with open(os.path.join(folder, "about.json")) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def lay_down(name, source, folder, origin, say):
    import numpy

    say(f"making the set {name}")
    if source:
        base, queries = numpy.load(source.base), numpy.load(source.queries)
        metric, description = source.metric, "A set that the caller gave"
    else:
        base, queries = KNOWN[name].make(say)
        metric, description = KNOWN[name].METRIC, KNOWN[name].DESCRIPTION
    base, queries = (numpy.ascontiguousarray(rows, dtype="f4") for rows in (base, queries))
    if base.ndim != 2 or queries.ndim != 2 or base.shape[1] != queries.shape[1] or len(base) < TRUE_K:
        raise ValueError(f"{name}: base {base.shape} and queries {queries.shape} must be rows of one dimension, 10 at least")
    if metric == "cosine":
        base, queries = unit(base, name), unit(queries, name)
    whole = bool(base.min() >= 0 and base.max() <= 255 and all((part == part.round()).all() for part in parts(base)))
    numpy.save(os.path.join(folder, "base.npy"), base)
    numpy.save(os.path.join(folder, "queries.npy"), queries)
    numpy.save(os.path.join(folder, "truth.npy"), true_neighbours(base, queries, metric, TRUE_K, say))
    about = dict(
        name=name, description=description, metric=metric, count=len(base), dimension=base.shape[1],
        all_queries=len(queries), whole=whole, origin=origin, base_sha256=digest(os.path.join(folder, "base.npy")),
        queries_sha256=digest(os.path.join(folder, "queries.npy")))
    with open(os.path.join(folder, "about.json"), "w") as file:
        json.dump(about, file, indent=1)
    return about


def parts(rows, size=100_000):
    return (rows[start : start + size] for start in range(0, len(rows), size))


def unit(rows, name):
    import numpy

    lengths = numpy.linalg.norm(rows.astype("f8"), axis=1)
    if not lengths.all():
        raise ValueError(f"{name}: row {int(lengths.argmin())} is zero, which has no direction: cosine cannot measure it")
    return (rows / lengths[:, None]).astype("f4")
