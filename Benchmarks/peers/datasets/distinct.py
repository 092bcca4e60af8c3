# Loci, Apache License 2.0.
"""Rows that are equal are one: two copies of a vector make the true neighbours a matter of taste."""


def distinct(rows):
    """The distinct rows, by a 64-bit hash of their values, in the order of their first appearance."""
    import numpy

    factors = numpy.random.default_rng(99).integers(1, 2**63, rows.shape[1], dtype="u8") | numpy.uint64(1)
    hashes = [
        (numpy.ascontiguousarray(rows[start : start + 100_000]).view("u4").astype("u8") * factors).sum(1, dtype="u8")
        for start in range(0, len(rows), 100_000)
    ]
    _, first = numpy.unique(numpy.concatenate(hashes), return_index=True)
    return rows[numpy.sort(first)]
