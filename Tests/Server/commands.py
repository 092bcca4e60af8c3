# Loci, Apache License 2.0.
"""How the texts of commands are read: lines as redis-cli takes them, and the parts of VSIM that a comparison needs."""

from typing import NamedTuple

import wire

ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}


def split_line(line):
    """The words of a line: blanks apart, "…" with \\n and \\xHH, '…' as it stands."""
    words = []
    position = 0
    while position < len(line):
        if line[position] == " ":
            position += 1
            continue
        word = bytearray()
        while position < len(line) and line[position] != " ":
            quote = line[position]
            if quote == '"':
                position = _double_quoted(line, position + 1, word)
            elif quote == "'":
                end = line.index("'", position + 1)
                word += line[position + 1 : end].encode()
                position = end + 1
            else:
                word += quote.encode()
                position += 1
        words.append(bytes(word))
    return words


def _double_quoted(line, position, word):
    while line[position] != '"':
        if line[position] != "\\":
            word += line[position].encode()
            position += 1
        elif line[position + 1] == "x":
            word.append(int(line[position + 2 : position + 4], 16))
            position += 4
        else:
            word += ESCAPES.get(line[position + 1], line[position + 1].encode())
            position += 2
    return position + 1


def show(words):
    """A command as a line that can be pasted into redis-cli."""
    return " ".join(_show_word(wire.to_bytes(word)) for word in words)


def _show_word(word):
    if word and all(33 <= byte < 127 and byte not in b"\"'\\" for byte in word):
        return word.decode()
    text = ""
    for byte in word:
        character = chr(byte)
        if character in '"\\':
            text += "\\" + character
        elif 32 <= byte < 127:
            text += character
        else:
            text += f"\\x{byte:02x}"
    return f'"{text}"'


class Search(NamedTuple):
    """A VSIM that is understood."""

    key: bytes
    vector: list
    count: int
    epsilon: float
    filter: bytes
    with_scores: bool
    with_attributes: bool
    exact: bool


def parse_search(words):
    """The parts of a VSIM, or None when it is none that a server would run."""
    words = [wire.to_bytes(word) for word in words]
    if len(words) < 4 or words[0].upper() != b"VSIM":
        return None
    form = words[2].upper()
    if form in (b"ELE", b"FP32"):
        end = 4
    elif form == b"VALUES":
        try:
            end = 4 + int(words[3])
        except ValueError:
            return None
    else:
        return None
    found = {
        "count": 10,
        "epsilon": None,
        "filter": None,
        "with_scores": False,
        "with_attributes": False,
        "exact": False,
    }
    flags = {b"WITHSCORES": "with_scores", b"WITHATTRIBS": "with_attributes", b"TRUTH": "exact"}
    rest = words[end:]
    while rest:
        option = rest.pop(0).upper()
        if option in flags:
            found[flags[option]] = True
        elif option == b"NOTHREAD":
            continue
        elif option in (b"COUNT", b"EF", b"FILTER-EF", b"EPSILON", b"FILTER") and rest:
            value = rest.pop(0)
            try:
                if option == b"COUNT":
                    found["count"] = int(value)
                elif option == b"EPSILON":
                    found["epsilon"] = float(value)
                elif option == b"FILTER":
                    found["filter"] = value
            except ValueError:
                return None
        else:
            return None
    return Search(key=words[1], vector=words[2:end], **found)


def pairs(reply):
    """The keys and values of a map, or of the array that stands for one in version 2."""
    if reply.kind == "map":
        return list(reply.value)
    return list(zip(reply.value[::2], reply.value[1::2]))
