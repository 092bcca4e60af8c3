# Loci, Apache License 2.0.
"""Whether the reply of a VSIM is right. It is held against the reference's exact answer to the same question: all
elements that match, with their scores. Elements whose scores are nearer than the tolerance may change places."""

TOLERANCE = 0.01
# More than any set of these tests has.
ALL = 100000


def is_near(one, other, tolerance):
    """Equal within the tolerance; not-a-number is near nothing but itself."""
    if one == other or (one != one and other != other):
        return True
    return abs(one - other) <= tolerance


def compare_search(search, reference, candidate, context):
    if reference.kind != candidate.kind:
        return f"another type: {candidate.kind} instead of {reference.kind}"
    hits, fault = read_hits(search, candidate)
    if fault:
        return fault
    truth = exact_hits(search, context)
    if truth is None:
        # Within a transaction, or the set has changed since: the replies are compared with each other.
        truth, fault = read_hits(search, reference)
        if fault or not search.with_scores:
            return None if [hit[0] for hit in truth] == [hit[0] for hit in hits] else "other elements, or another order"
    fault = compare_hits(search, hits, truth)
    if fault:
        return fault
    if search.exact or context.candidate_is_exact:
        return compare_order(search, hits, truth)
    return None


def read_hits(search, reply):
    """(element, score or None, attributes or None) of each hit, and a fault."""
    try:
        return _read_hits(search, reply), None
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        return [], f"not of the shape that was asked for: {error}"


def _read_hits(search, reply):
    width = 1 + search.with_scores + search.with_attributes
    if reply.kind == "map":
        rows = [[element, *(value.value if width == 3 else [value])] for element, value in reply.value]
    else:
        rows = [reply.value[start : start + width] for start in range(0, len(reply.value), width)]
    hits = []
    for row in rows:
        if len(row) != width or row[0].kind != "string":
            raise ValueError(f"{row}")
        fields = list(row[1:])
        score = attributes = None
        if search.with_scores:
            field = fields.pop(0)
            if field.kind != ("double" if reply.kind == "map" else "string"):
                raise ValueError(f"a score is {field}")
            score = float(field.value)
        if search.with_attributes:
            field = fields.pop(0)
            if field.kind not in ("string", "null"):
                raise ValueError(f"attributes are {field}")
            attributes = field.value if field.kind == "string" else None
        hits.append((row[0].value, score, attributes))
    return hits


def exact_hits(search, context):
    """What the reference finds by looking at every element."""
    question = [b"VSIM", search.key, *search.vector, "WITHSCORES", "WITHATTRIBS", "TRUTH", "COUNT", ALL]
    if search.filter is not None:
        question += ["FILTER", search.filter]
    reply = context.ask_reference(question)
    if reply is None or reply.kind != "array":
        return None
    whole = search._replace(with_scores=True, with_attributes=True)
    return read_hits(whole, reply)[0]


def compare_hits(search, hits, truth):
    """Whether each hit is one, with its score and attributes, the best first."""
    known = {element: (score, attributes) for element, score, attributes in truth}
    if len({element for element, _, _ in hits}) != len(hits):
        return "an element twice"
    if len(hits) > search.count:
        return f"{len(hits)} hits, more than {search.count}"
    last = float("inf")
    for element, score, attributes in hits:
        if element not in known:
            return f"{element!r} is no hit"
        true_score, true_attributes = known[element]
        if search.epsilon is not None and true_score < 1 - search.epsilon - TOLERANCE:
            return f"{element!r} is too far away: {true_score}"
        if score is not None:
            if not is_near(score, true_score, TOLERANCE):
                return f"the score of {element!r} is {score} instead of {true_score}"
            if score > last:
                return f"{element!r} stands behind one with a lower score"
            last = score
        if search.with_attributes and (attributes or None) != (true_attributes or None):
            return f"the attributes of {element!r} are {attributes} instead of {true_attributes}"
    return None


def compare_order(search, hits, truth):
    """Whether the best are there, in order, up to ties."""
    scores = sorted((score for _, score, _ in truth), reverse=True)
    cut = -1.0 if search.epsilon is None else 1 - search.epsilon
    sure = min(search.count, sum(score > cut + TOLERANCE for score in scores))
    possible = min(search.count, sum(score > cut - TOLERANCE for score in scores))
    if not sure <= len(hits) <= possible:
        return f"{len(hits)} hits instead of {sure}" + (f" to {possible}" if possible != sure else "")
    known = {element: score for element, score, _ in truth}
    for place, (element, _, _) in enumerate(hits):
        if not is_near(known[element], scores[place], TOLERANCE):
            return (
                f"{element!r} with the score {known[element]} is in place {place} instead of one with {scores[place]}"
            )
    return None
