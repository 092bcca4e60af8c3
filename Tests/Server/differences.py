# Loci, Apache License 2.0.
"""Where Loci answers otherwise than Redis 8.2.3 on purpose. Each difference has a reason, and tells what Loci's reply
must be, so that nothing else hides behind it."""

import json
import re
import struct
from typing import Callable, NamedTuple

import wire
from commands import pairs, parse_search

INVALID_VECTOR = b"ERR invalid vector specification"
# docs/limits.md
LARGEST_COMPONENT = 1e15
FILTER_ERROR = b"ERR syntax error in FILTER expression near:"
# Commands of Redis that the tests send, and that Loci does not have.
MISSING_COMMANDS = {
    (b"WATCH",), (b"UNWATCH",), (b"RANDOMKEY",), (b"TOUCH",), (b"TIME",), (b"LASTSAVE",),
    (b"CLIENT", b"LIST"), (b"CONFIG", b"SET"),
}  # fmt: skip


class Difference(NamedTuple):
    name: str
    reason: str
    # (words, Redis's reply, Loci's reply, context) -> whether it is this difference.
    applies: Callable
    # words -> commands that make the servers hold the same again.
    undo: Callable = lambda words: []


def error_text(reply):
    return reply.value if reply.kind == "error" else None


def remove_element(words):
    element = added_element(words)
    return [[b"VREM", words[1], element]] if element is not None else []


def vector_of(words):
    """The form of a vector in VADD or VSIM, its argument or arguments, and where it ends; None if there is none."""
    start = 4 if len(words) > 3 and words[2].upper() == b"REDUCE" else 2
    if len(words) <= start + 1:
        return None
    form = words[start].upper()
    if form == b"FP32":
        return form, [words[start + 1]], start + 2
    if form == b"VALUES":
        try:
            count = int(words[start + 1])
        except ValueError:
            return None
        return form, words[start + 2 : start + 2 + count], start + 2 + count
    return None


def added_element(words):
    vector = vector_of(words) if words[0].upper() == b"VADD" else None
    return words[vector[2]] if vector and vector[2] < len(words) else None


def has_refused_component(words):
    vector = vector_of(words)
    if vector is None:
        return False
    form, arguments, _ = vector
    if form == b"FP32":
        blob = arguments[0]
        floats = struct.unpack(f"<{len(blob) // 4}f", blob) if len(blob) % 4 == 0 else []
        return not all(abs(value) <= LARGEST_COMPONENT for value in floats)
    return any(b"inf" in text.lower() or b"0x" in text.lower() or is_too_large(text) for text in arguments)


def is_too_large(text):
    try:
        return abs(float(text)) > LARGEST_COMPONENT
    except ValueError:
        return False


def refused_component(words, redis, loci, _):
    return (
        words[0].upper() in (b"VADD", b"VSIM")
        and not redis.is_error()
        and (error_text(loci) or b"").startswith(b"ERR ")
        and has_refused_component(words)
    )


def enlarging_projection(words, redis, loci, _):
    vector = vector_of(words)
    if words[0].upper() != b"VADD" or words[2].upper() != b"REDUCE" or vector is None or not words[3].isdigit():
        return False
    count = len(vector[1][0]) // 4 if vector[0] == b"FP32" else len(vector[1])
    return error_text(loci) == INVALID_VECTOR and (int(words[3]) > count or int(words[3]) > 65536)


def absent_key(words, redis, loci, context):
    if words[0].upper() != b"VSIM" or redis != wire.Reply("array", []) or not loci.is_error():
        return False
    known = rb"ERR (invalid|syntax error|wrong number) .*"
    return context.exists(words[1]) is False and re.fullmatch(known, loci.value, re.DOTALL) is not None


def given_attributes(words):
    name = words[0].upper()
    if name == b"VSETATTR" and len(words) == 4:
        return words[3]
    if name == b"VADD":
        for word, value in list(zip(words, words[1:]))[::-1]:
            if word.upper() == b"SETATTR":
                return value
    return None


def is_object(text):
    def unique(members):
        if len(dict(members)) < len(members):
            raise ValueError("a key is given twice")
        return dict(members)

    try:
        return isinstance(json.loads(text, object_pairs_hook=unique), dict)
    except ValueError:
        return False


def no_object(words, redis, loci, _):
    """Attributes are looked at with the other options, so before the set: Redis may have another error."""
    text = given_attributes(words)
    return text is not None and not is_object(text) and (error_text(loci) or b"").startswith(b"ERR invalid attributes")


def undo_attributes(words):
    if words[0].upper() == b"VADD":
        return remove_element(words)
    return [[b"VSETATTR", words[1], words[2], b""]]


def miscounted_attributes(words, redis, loci, context):
    """Loci's number must be the true one."""
    if words[0].upper() != b"VINFO" or redis.kind != loci.kind or redis.kind not in ("array", "map"):
        return False
    counts = [dict(pairs(reply))[wire.Reply("line", b"attributes-count")].value for reply in (redis, loci)]
    truth = context.attributes_count(words[1])
    # Within a transaction of generated commands nobody can tell.
    return counts[0] != counts[1] and (truth == counts[1] or truth is None and context.miscounts)


def is_key(name):
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return 1 <= len(name) <= 255 and not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


def refused_name(words, redis, loci, _):
    if words[0].upper() != b"VADD" or redis.is_error() or not loci.is_error():
        return False
    element = added_element(words)
    return not is_key(words[1]) or (element is not None and not 1 <= len(element) <= 480)


def empty_attributes(words, redis, loci, _):
    return words[0].upper() == b"VGETATTR" and redis == wire.Reply("string", b"") and loci.kind == "null"


def filter_place(words, redis, loci, _):
    texts = error_text(redis) or b"", error_text(loci) or b""
    return words[0].upper() == b"VSIM" and all(text.startswith(FILTER_ERROR) for text in texts)


def other_database(words, redis, loci, _):
    return (
        words[0].upper() == b"SELECT" and error_text(loci) == b"ERR DB index is out of range" and not redis.is_error()
    )


def large_window(words, redis, loci, _):
    if words[0].upper() != b"VSIM" or error_text(loci) != b"ERR invalid EF":
        return False
    return any(
        word.upper() == b"EF" and value.isdigit() and int(value) > 1000000 for word, value in zip(words, words[1:])
    )


def missing_command(words, redis, loci, _):
    names = tuple(word.upper() for word in words[:2])
    is_missing = names[:1] in MISSING_COMMANDS or names in MISSING_COMMANDS
    return is_missing and (error_text(loci) or b"").startswith(b"ERR unknown ")


def repeated_raw(words, redis, loci, _):
    is_repeated = len(words) > 4 and all(word.upper() == b"RAW" for word in words[3:])
    return words[0].upper() == b"VEMB" and is_repeated and error_text(loci) == b"ERR invalid option"


def hexadecimal_distance(words, redis, loci, _):
    search = parse_search(words)
    return (
        error_text(loci) == b"ERR invalid EPSILON"
        and search is None
        and any(word.upper() == b"EPSILON" and value.lower().startswith(b"0x") for word, value in zip(words, words[1:]))
    )


DIFFERENCES = [
    Difference(
        "components that are not finite, too large, or hexadecimal",
        "they would make a vector of NaN, that no search orders; hexadecimal numbers are no part of the protocol",
        refused_component,
        remove_element,
    ),
    Difference(
        "REDUCE to more dimensions than are given",
        "8.2.3 makes a set of that many dimensions; later versions refuse it, as Loci does",
        enlarging_projection,
        remove_element,
    ),
    Difference(
        "VSIM of an absent key with nonsense behind it",
        "Redis looks for the key first, and hides the mistake",
        absent_key,
    ),
    Difference(
        "attributes that are no JSON object",
        "Redis keeps any text, and its filters then match nothing without a word; Loci tells",
        no_object,
        undo_attributes,
    ),
    Difference(
        "names that are refused",
        "elements have 1 to 480 bytes; keys name collections: 1 to 255 bytes of UTF-8 without control characters",
        refused_name,
        remove_element,
    ),
    Difference(
        'SETATTR "" of a new element',
        "Redis stores and counts an empty text; of an element that is there it removes the attributes, too",
        empty_attributes,
    ),
    Difference(
        "the place of an error in a filter",
        "the grammars differ a little, and so does where the error is seen: the text behind `near:` may differ",
        filter_place,
    ),
    Difference(
        "VINFO: attributes-count",
        "8.2.3 miscounts after an element that had attributes got others with its vector",
        miscounted_attributes,
    ),
    Difference("SELECT of other than 0", "there is one database", other_database, lambda words: [[b"SELECT", b"0"]]),
    Difference("VSIM with EF above 1000000", "8.2.3 refuses it in VADD alone; later versions in both", large_window),
    Difference("hexadecimal EPSILON", "hexadecimal numbers are no part of the protocol", hexadecimal_distance),
    Difference("VEMB with RAW twice", "Redis takes it any number of times; here each word has its place", repeated_raw),
    Difference("commands that Loci does not have", "docs/protocol.md lists those that it has", missing_command),
]

# Counted by the comparison of VINFO itself.
INFORMATION = (
    "VINFO: max-level, the numbers of the set and its newest node, and further fields",
    "the graph has one level, and there is more to tell",
)


def find(words, redis, loci, context):
    """The difference on purpose that explains these replies, or None."""
    words = [wire.to_bytes(word) for word in words]
    for difference in DIFFERENCES:
        if difference.applies(words, redis, loci, context):
            return difference
    return None
