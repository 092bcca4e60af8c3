# Loci, Apache License 2.0.
"""Curves of recall against queries a second: the best front, the rate at a recall, the ratio of two rates.

A point is a pair (recall, rate). The rate at a recall is what an engine reaches when that recall *or more* is asked for:
between two points of its front log(rate) is linear in recall; below the recall of its fastest point, that point counts and
the figure is a bound, because a faster setting, if there were one, has not been measured."""
import math
import statistics
from typing import NamedTuple, Optional

RECALLS = (0.80, 0.85, 0.90, 0.95, 0.99, 0.995)


class Rate(NamedTuple):
    """Queries a second; `bound` says that the true figure may be higher."""

    value: float
    bound: bool


class Ratio(NamedTuple):
    """A rate over another. `relation` is "" where both were measured at the recall, "≥" where only the upper rate is a
    bound, "≤" where only the lower one is, and "~" where both are."""

    value: float
    relation: str


def front(points):
    """The points that no other beats in both, by rising recall and falling rate."""
    best, kept = 0.0, []
    for recall, rate in sorted(points, reverse=True):
        if rate > best:
            kept.append((recall, rate))
            best = rate
    kept.reverse()
    return kept


def rate_at(points, recall) -> Optional[Rate]:
    """The rate at a recall, or None where the recall is not reached."""
    line = front(points)
    if not line or line[-1][0] < recall:
        return None
    if line[0][0] >= recall:
        return Rate(line[0][1], line[0][0] > recall)
    for (left, fast), (right, slow) in zip(line, line[1:]):
        if left < recall <= right:
            share = (recall - left) / (right - left)
            return Rate(math.exp(math.log(fast) + share * (math.log(slow) - math.log(fast))), False)


def mean_rate(rates) -> Optional[Rate]:
    """The mean of the rates there are: of the anchor before and after an engine."""
    rates = [rate for rate in rates if rate]
    if not rates:
        return None
    return Rate(statistics.fmean(rate.value for rate in rates), any(rate.bound for rate in rates))


def ratio(upper: Optional[Rate], lower: Optional[Rate]) -> Optional[Ratio]:
    """The ratio of two rates, or None where one is missing."""
    if not upper or not lower:
        return None
    relation = {(False, False): "", (True, False): "≥", (False, True): "≤", (True, True): "~"}[upper.bound, lower.bound]
    return Ratio(upper.value / lower.value, relation)


def middle(values):
    """The median ratio of some sandwiches with the least and the most, or None. The recalls of an engine's settings are the
    same in each, so the relations are too."""
    values = [value for value in values if value]
    if not values:
        return None
    numbers = [value.value for value in values]
    return dict(ratio=statistics.median(numbers), least=min(numbers), most=max(numbers), relation=values[-1].relation)


def drift(before, after, recall) -> Optional[float]:
    """How far the anchor moved between its two sweeps, as a share of their mean."""
    first, second = rate_at(before, recall), rate_at(after, recall)
    if not first or not second:
        return None
    return abs(first.value - second.value) / ((first.value + second.value) / 2)


def median_points(sweeps):
    """Of some sweeps over the same settings, each setting's median rate."""
    seen = {}
    for sweep in sweeps:
        for point in sweep:
            seen.setdefault(repr(point["setting"]), []).append(point)
    return [
        {**points[0], **{clock: round(statistics.median(point[clock] for point in points), 1) for clock in ("wall", "cpu")}}
        for points in seen.values()
    ]


def scaled(points, clock, factor):
    """The points with one clock's rates times a factor."""
    return [{**point, clock: point[clock] * factor} for point in points]
