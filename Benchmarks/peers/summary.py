# Loci, Apache License 2.0.
"""What the sandwiches of a set come to: rates, ratios to the anchor, Loci beside each peer, bytes beside the targets."""
import statistics

from curve import RECALLS, drift, mean_rate, median_points, middle, rate_at, ratio, scaled

# Loci's targets of bytes on disk, each against a named engine's.
BYTES_TARGETS = (("symphonyqg", 0.25), ("hnswlib", 0.6), ("hnswlib", 0.45))


def pairs(points, clock):
    return [(point["recall"], point[clock]) for point in points]


def anchor_rate(sandwich, recall, clock):
    return mean_rate(rate_at(pairs(sandwich[side], clock), recall) for side in ("before", "after"))


def speeds(sandwiches, clock):
    """For each sandwich, what its rates must be multiplied by to be at the anchor's usual speed: sandwiches are taken at
    different times, and a machine that was slow during one would draw its peer too low beside the others."""
    seen = [{recall: anchor_rate(sandwich, recall, clock) for recall in RECALLS} for sandwich in sandwiches]
    usual = {
        recall: statistics.median(rates[recall].value for rates in seen if rates[recall])
        for recall in RECALLS if any(rates[recall] for rates in seen)
    }
    factors = []
    for rates in seen:
        shares = [usual[recall] / rates[recall].value for recall in usual if rates[recall]]
        factors.append(statistics.median(shares) if shares else 1.0)
    return factors


def newest(sandwiches):
    """The commit of Loci that was measured last: sandwiches stand in the order in which they were."""
    return sandwiches[-1]["commit"] if sandwiches else None


def sweeps_of(sandwiches, name):
    """Every sweep of an engine that has a point: (its points, the place of its sandwich). Of Loci those of its newest commit
    only: a median over two programs is that of neither. Beside a peer stands what was measured with it."""
    found = []
    for place, sandwich in enumerate(sandwiches):
        if sandwich["peer"] == name:
            found.append((sandwich["points"], place))
        if name == "loci" and sandwich["commit"] == newest(sandwiches):
            found.append((sandwich["loci"], place))
    return [(points, place) for points, place in found if points]


def summarize(sandwiches, anchor="hnswlib", clock="wall"):
    """All of it for one clock, "wall" or "cpu". Keys of recalls are text, as in JSON. Curves and rates are at the anchor's
    usual speed, so that they lie as the ratios do."""
    peers = list(dict.fromkeys(sandwich["peer"] for sandwich in sandwiches))
    factors = speeds(sandwiches, clock)
    curves = {
        anchor: median_points(
            scaled(sandwich[side], clock, factor) for sandwich, factor in zip(sandwiches, factors) for side in ("before", "after"))
    }
    ratios, beside = {}, {}
    for name in ["loci", *peers]:
        sweeps = sweeps_of(sandwiches, name)
        if not sweeps:
            continue
        curves[name] = median_points(scaled(points, clock, factors[place]) for points, place in sweeps)
        ratios[name] = {
            str(recall): middle(
                ratio(rate_at(pairs(points, clock), recall), anchor_rate(sandwiches[place], recall, clock))
                for points, place in sweeps)
            for recall in RECALLS
        }
    for name in peers:
        if name in ratios:
            beside[name] = {
                str(recall): middle(
                    ratio(rate_at(pairs(s["loci"], clock), recall), rate_at(pairs(s["points"], clock), recall))
                    for s in sandwiches if s["peer"] == name)
                for recall in RECALLS
            }
    rates = {}
    for name, points in curves.items():
        found = {str(recall): rate_at(pairs(points, clock), recall) for recall in RECALLS}
        rates[name] = {recall: dict(rate=rate.value, bound=rate.bound) if rate else None for recall, rate in found.items()}
    drifts = [
        moved for s in sandwiches for recall in RECALLS
        if (moved := drift(pairs(s["before"], clock), pairs(s["after"], clock), recall)) is not None
    ]
    return dict(
        clock=clock, curves=curves, rates=rates, ratios=ratios, loci_beside=beside,
        anchor_drift=max(drifts) if drifts else None)


def verdict(found, ours, theirs):
    """Loci's rate over a peer's as a word. `ours` and `theirs` are the rates: where one is None, that engine does not reach the
    recall."""
    if not ours:
        return "behind: Loci does not reach it" if theirs else "neither reaches it"
    if not theirs:
        return "ahead: the peer does not reach it"
    return "ahead" if found["ratio"] > 1 else "behind"


def bytes_beside(engines, count):
    """For each configuration of Loci: bytes a vector, and beside each target (share, limit, met)."""
    table = {}
    for name, engine in engines.items():
        if not name.startswith("loci") or not engine.get("build") or engine.get("kernels"):
            continue
        disk = engine["build"]["disk_bytes"]
        row = dict(bytes_per_vector=disk / count, targets=[])
        for other, limit in BYTES_TARGETS:
            build = engines.get(other, {}).get("build")
            if build:
                share = disk / build["disk_bytes"]
                row["targets"].append(dict(engine=other, limit=limit, share=share, met=share <= limit))
        table[name] = row
    return table
