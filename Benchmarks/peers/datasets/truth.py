# Loci, Apache License 2.0.
"""The true neighbours, by measuring every vector, with nothing of any engine."""

# More than k are taken by float32 products; these are measured again in float64, so rounding decides nothing.
SPARE = 54


def true_neighbours(base, queries, metric, k, say, block=500, rows=50_000):
    """Row numbers of the k nearest, nearest first: int32, queries × k. Equal distances go by row number.

    `base` and `queries` are of unit length where the metric is cosine."""
    import numpy

    keep = min(k + SPARE, len(base))
    out = numpy.empty((len(queries), k), "i4")
    squares = numpy.einsum("ij,ij->i", base, base, dtype="f8") if metric == "l2" else None
    for start in range(0, len(queries), block):
        some = queries[start : start + block]
        best, names = None, None
        for first in range(0, len(base), rows):
            part = base[first : first + rows]
            near = -(some @ part.T)
            if metric == "l2":
                near *= 2
                near += squares[first : first + rows].astype("f4")
            taken = min(keep, near.shape[1])
            columns = numpy.argpartition(near, taken - 1, axis=1)[:, :taken]
            values = numpy.take_along_axis(near, columns, 1)
            columns = columns + first
            if best is not None:
                values, columns = numpy.hstack([best, values]), numpy.hstack([names, columns])
                order = numpy.argpartition(values, keep - 1, axis=1)[:, :keep]
                values, columns = numpy.take_along_axis(values, order, 1), numpy.take_along_axis(columns, order, 1)
            best, names = values, columns
        for row, (query, candidates) in enumerate(zip(some.astype("f8"), names)):
            vectors = base[candidates].astype("f8")
            distances = ((vectors - query) ** 2).sum(1) if metric == "l2" else -(vectors @ query)
            out[start + row] = candidates[numpy.lexsort((candidates, distances))[:k]]
        if start // block % 4 == 3:
            say(f"true neighbours: {start + len(some):,} of {len(queries):,} queries")
    return out
