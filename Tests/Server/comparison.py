# Loci, Apache License 2.0.
"""Whether two servers have answered the same. A comparison returns None, or a text that tells what is different."""

import math
import struct

import wire
from commands import pairs, parse_search
from ranking import compare_search, is_near

# Redis and Loci round vectors in their own ways: this is what the protocol's own tests allow, too.
TOLERANCE = 0.01

# Replies of these depend on the server itself: only their type is compared.
TYPE_ONLY = {
    (b"INFO",), (b"TIME",), (b"LASTSAVE",), (b"RANDOMKEY",),
    (b"CLIENT", b"ID"), (b"CLIENT", b"INFO"), (b"CLIENT", b"LIST"), (b"CLIENT", b"HELP"),
    (b"COMMAND",), (b"COMMAND", b"COUNT"), (b"COMMAND", b"DOCS"), (b"COMMAND", b"LIST"), (b"COMMAND", b"HELP"),
    (b"MEMORY", b"USAGE"), (b"MEMORY", b"HELP"), (b"OBJECT", b"HELP"), (b"OBJECT", b"IDLETIME"),
    (b"CONFIG", b"GET"), (b"CONFIG", b"HELP"),
}  # fmt: skip

QUEUED = wire.Reply("line", b"QUEUED")


def compare(command, reference, candidate, context):
    """`context` asks the servers for what is needed besides: see `Pair` in differential.py."""
    words = [wire.to_bytes(word) for word in command]
    if any(reply.is_error() or reply == QUEUED for reply in (reference, candidate)):
        return compare_plain(reference, candidate)
    name = words[0].upper()
    special = SPECIAL.get(name)
    if special is not None:
        return special(words, reference, candidate, context)
    if (name,) in TYPE_ONLY or tuple(word.upper() for word in words[:2]) in TYPE_ONLY:
        return compare_types(reference, candidate)
    return compare_plain(reference, candidate)


def compare_types(reference, candidate):
    if reference.kind != candidate.kind:
        return f"another type: {candidate.kind} instead of {reference.kind}"
    if reference.kind == "null" and reference.value != candidate.value:
        return f"another null: {candidate} instead of {reference}"
    return None


def compare_plain(reference, candidate):
    """Equal in every byte that matters."""
    fault = compare_types(reference, candidate)
    if fault is None and reference.value != candidate.value:
        return "another value"
    return fault


def compare_set(_, reference, candidate, __):
    """Arrays whose order is the server's own matter."""
    if reference.kind != "array" or candidate.kind != "array":
        return compare_plain(reference, candidate)
    if sorted(map(repr, reference.value)) != sorted(map(repr, candidate.value)):
        return "other elements"
    return None


def compare_embedding(words, reference, candidate, _):
    fault = compare_types(reference, candidate)
    if fault or reference.kind != "array":
        return fault
    if len(words) > 3:
        return compare_raw_embedding(reference.value, candidate.value)
    kinds = {item.kind for item in reference.value}
    if {item.kind for item in candidate.value} != kinds:
        return f"components of other types than {kinds}"
    expected = [float(item.value) for item in reference.value]
    got = [float(item.value) for item in candidate.value]
    return compare_components(expected, got, math.sqrt(sum(value * value for value in expected)))


def compare_components(expected, got, norm):
    if len(expected) != len(got):
        return f"{len(got)} components instead of {len(expected)}"
    for index, (one, other) in enumerate(zip(expected, got)):
        if not is_near(one, other, TOLERANCE * max(norm, 1e-6)):
            return f"component {index} is {other} instead of {one}"
    return None


def compare_raw_embedding(reference, candidate):
    if [item.kind for item in reference] != [item.kind for item in candidate]:
        return "other fields"
    if reference[0] != candidate[0]:
        return f"quantization {candidate[0]} instead of {reference[0]}"
    blobs = reference[1].value, candidate[1].value
    if len(blobs[0]) != len(blobs[1]):
        return f"{len(blobs[1])} bytes instead of {len(blobs[0])}"
    kind = reference[0].value
    if kind == b"bin":
        if blobs[0] != blobs[1]:
            return "other bits"
    elif kind == b"f32":
        fault = compare_components(*(struct.unpack(f"<{len(blob) // 4}f", blob) for blob in blobs), 1.0)
        if fault:
            return fault
    else:
        decoded = [
            [code * float(reply[3].value) / 127 for code in struct.unpack(f"{len(blob)}b", blob)]
            for blob, reply in zip(blobs, (reference, candidate))
        ]
        fault = compare_components(*decoded, 1.0)
        if fault:
            return fault
    for name, one, other in zip(("norm", "range"), reference[2:], candidate[2:]):
        if not is_near(float(one.value), float(other.value), TOLERANCE * max(abs(float(one.value)), 1e-6)):
            return f"{name} {other} instead of {one}"
    return None


def compare_information(_, reference, candidate, context):
    """VINFO: the nine fields by name and order; the values that do not depend on how the graph is made."""
    fault = compare_types(reference, candidate)
    if fault or reference.kind == "null":
        return fault
    expected, got = pairs(reference), pairs(candidate)
    names = [name for name, _ in expected]
    if [name for name, _ in got[: len(names)]] != names:
        return f"the first {len(names)} fields are {[str(name) for name, _ in got[: len(names)]]}"
    for (name, one), (_, other) in zip(expected, got):
        fault = compare_types(one, other)
        if fault:
            return f"{name}: {fault}"
        if name.value not in (b"max-level", b"vset-uid", b"hnsw-max-node-uid") and one != other:
            return f"{name}: {other} instead of {one}"
    if got != expected:
        context.count_difference("VINFO")
    return None


def compare_links(words, reference, candidate, context):
    """VLINKS: the shape. Graphs differ, so neither the number of levels nor the neighbours are compared."""
    fault = compare_types(reference, candidate)
    if fault or reference.kind == "null":
        return fault
    members = context.members(words[1])
    level_kind = reference.value[0].kind
    if not candidate.value:
        return "no level"
    for level in candidate.value:
        if level.kind != level_kind:
            return f"a level is {level.kind} instead of {level_kind}"
        links = pairs(level) if len(words) == 4 else [(element, None) for element in level.value]
        names = [element.value for element, _ in links]
        if len(set(names)) != len(names) or words[2] in names:
            return "a neighbour twice, or the element itself"
        for element, score in links:
            if element.kind != "string" or (members is not None and element.value not in members):
                return f"{element} is no element of the set"
            if score is not None and not (
                score.kind in ("string", "double") and -TOLERANCE <= float(score.value) <= 1 + TOLERANCE
            ):
                return f"the score of {element} is {score}"
    return None


def compare_random(words, reference, candidate, context):
    """VRANDMEMBER: how many, of which, and whether twice."""
    fault = compare_types(reference, candidate)
    if fault or reference.kind == "null":
        return fault
    members = context.members(words[1])
    if candidate.kind == "string":
        chosen = [candidate.value]
    else:
        if len(candidate.value) != len(reference.value):
            return f"{len(candidate.value)} elements instead of {len(reference.value)}"
        chosen = [item.value for item in candidate.value]
        if int(words[2]) > 0 and len(set(chosen)) != len(chosen):
            return "an element twice"
    strange = [element for element in chosen if members is not None and element not in members]
    return f"no elements of the set: {strange}" if strange else None


def compare_hello(_, reference, candidate, __):
    fault = compare_types(reference, candidate)
    if fault:
        return fault
    expected, got = pairs(reference), pairs(candidate)
    if [name for name, _ in expected] != [name for name, _ in got]:
        return "other fields"
    for (name, one), (_, other) in zip(expected, got):
        fault = compare_types(one, other)
        if fault:
            return f"{name}: {fault}"
        if name.value in (b"proto", b"mode", b"role") and one != other:
            return f"{name}: {other} instead of {one}"
    return None


def compare_scan(words, reference, candidate, context):
    """SCAN: the shape; all keys at once when the count is large enough for all."""
    fault = compare_types(reference, candidate)
    if fault:
        return fault
    if [item.kind for item in candidate.value] != ["string", "array"]:
        return "another shape"
    if not candidate.value[0].value.isdigit():
        return f"the cursor is {candidate.value[0]}"
    if words[1] == b"0" and reference.value[0].value == b"0" and candidate.value[0].value == b"0":
        return compare_set(words, reference.value[1], candidate.value[1], context)
    return None


def compare_command_information(_, reference, candidate, __):
    """COMMAND INFO: which commands are known, under which names."""
    fault = compare_types(reference, candidate)
    if fault:
        return fault
    if [item.kind for item in reference.value] != [item.kind for item in candidate.value]:
        return "other commands are known"
    for one, other in zip(reference.value, candidate.value):
        if one.kind == "array" and [item.kind for item in one.value] != [item.kind for item in other.value]:
            return f"other fields of {one.value[0]}"
        if one.kind == "array" and one.value[0].value.lower() != other.value[0].value.lower():
            return f"{other.value[0]} instead of {one.value[0]}"
    return None


def compare_subcommands(words, reference, candidate, context):
    if len(words) > 2 and words[1].upper() == b"INFO":
        return compare_command_information(words, reference, candidate, context)
    return compare_types(reference, candidate)


def compare_vsim(words, reference, candidate, context):
    search = parse_search(words)
    if search is None:
        return compare_plain(reference, candidate)
    return compare_search(search, reference, candidate, context)


SPECIAL = {
    b"VSIM": compare_vsim,
    b"VEMB": compare_embedding,
    b"VINFO": compare_information,
    b"VLINKS": compare_links,
    b"VRANDMEMBER": compare_random,
    b"HELLO": compare_hello,
    b"SCAN": compare_scan,
    b"KEYS": compare_set,
    b"COMMAND": compare_subcommands,
}
