# Loci, Apache License 2.0.
"""Random commands from a seed: sets of every kind, searches, attributes and filters, transactions, and commands with a
word too many, too few, or wrong. What differs on purpose is mostly left out, so that servers go on holding the same."""

import json
import random
import struct

import wire

KEYS = [f"k{number}" for number in range(6)]
ELEMENTS = [f"e{number}" for number in range(60)] + ["ü", "a b", b"\x00\xff\r\n", "VALUES", "7"]
OPERATORS = ["<", "<=", ">", ">=", "==", "!="]
GENRES = ["drama", "scifi", "noir", "12", ""]
# Words that replace others in a spoilt command. None is a number so large that Redis 8.2.3 takes all memory for it.
WRONG_WORDS = [
    "",
    "x",
    "0",
    "-1",
    "1",
    "3",
    "1.5",
    "65537",
    "COUNT",
    "WITHSCORES",
    "EF",
    "RAW",
    "REDUCE",
    "e1",
    "k0",
    "{}",
    "1e5",
]


class SetModel:
    """What the generator believes of a set; only to make commands that mean something."""

    def __init__(self, generator):
        self.quantization = generator.random.choice(["Q8", "Q8", None, "NOQUANT", "BIN"])
        self.dimension = generator.random.choice([1, 2, 3, 4, 8, 17, 64, 100])
        self.reduced = None
        if self.quantization != "BIN" and self.dimension > 1 and generator.random.random() < 0.25:
            # To as many dimensions as there are, Redis projects elements, but not queries.
            self.reduced = generator.random.randint(1, self.dimension - 1)
        self.degree = generator.random.choice([None, None, None, 4, 8, 40])
        self.elements = set()


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sets = {}
        self.pending = []

    def next_command(self):
        if self.pending:
            return self.pending.pop(0)
        make = self.random.choices(
            [self.add, self.search, self.embedding, self.remove, self.set_attributes, self.get, self.information,
             self.members, self.links, self.keys, self.delete, self.transaction, self.flush],
            [38, 24, 6, 6, 5, 6, 3, 4, 2, 4, 0.8, 1.5, 0.05],
        )[0]  # fmt: skip
        words = make()
        return self.spoil(words) if self.random.random() < 0.08 and words[0] not in ("MULTI", "FLUSHALL") else words

    # What the servers answered.

    def observe(self, words, reply):
        name = wire.to_bytes(words[0]).upper()
        if reply.is_error() or reply == wire.Reply("line", b"QUEUED"):
            return
        if name == b"VADD":
            self.model(words[1]).elements.add(self.added_element(words))
        elif name == b"VREM":
            model = self.model(words[1])
            model.elements.discard(words[2])
            if not model.elements:
                self.forget(words[1])
        elif name in (b"DEL", b"UNLINK"):
            for key in words[1:]:
                self.forget(key)
        elif name in (b"FLUSHALL", b"EXEC"):
            self.sets.clear()

    def forget(self, key):
        self.sets.pop(key, None)

    def key_of(self, words):
        return words[1] if len(words) > 1 and wire.to_bytes(words[0]).upper().startswith(b"V") else None

    def added_element(self, words):
        start = 4 if words[2] == "REDUCE" else 2
        return (
            words[start + 2]
            if words[start] == "FP32"
            else words[min(start + 2 + int(words[start + 1]), len(words) - 1)]
        )

    def model(self, key):
        if key not in self.sets:
            self.sets[key] = SetModel(self)
        return self.sets[key]

    # Parts of commands.

    def key(self):
        return self.random.choice(KEYS)

    def element(self, model):
        if model.elements and self.random.random() < 0.85:
            return self.random.choice(sorted(model.elements, key=wire.to_bytes))
        return self.random.choice(ELEMENTS)

    def components(self, count, allows_zero):
        if allows_zero and self.random.random() < 0.02:
            return [0.0] * count
        scale = 10 ** self.random.uniform(-2, 2)
        values = [round(self.random.gauss(0, 1) * scale, 4) for _ in range(count)]
        # A vector of almost nothing has no direction that both servers would agree on.
        return values if max(map(abs, values)) >= 0.01 * scale else [scale] * count

    def vector(self, model, count=None):
        values = self.components(count or model.dimension, model.quantization != "BIN" and model.reduced is None)
        if self.random.random() < 0.3:
            return ["FP32", struct.pack(f"<{len(values)}f", *values)]
        return ["VALUES", len(values), *[f"{value:g}" if value == int(value) else repr(value) for value in values]]

    def attributes(self):
        fields = {
            "year": lambda: self.random.randint(1970, 1980),
            "rating": lambda: round(self.random.uniform(-5, 5), 2),
            "genre": lambda: self.random.choice(GENRES),
            "tags": lambda: self.random.sample(GENRES, self.random.randint(0, 3)),
            "numbers": lambda: [self.random.randint(0, 5) for _ in range(self.random.randint(0, 3))],
            "flag": lambda: self.random.random() < 0.5,
            "nothing": lambda: None,
            "inner": lambda: {"year": 1975},
        }
        chosen = {name: make() for name, make in fields.items() if self.random.random() < 0.75}
        return json.dumps(chosen, ensure_ascii=False, separators=self.random.choice([(",", ":"), (", ", ": ")]))

    def filter(self, depth=3):
        """A filter in the part of the language that both servers agree on."""
        kind = self.random.random()
        if depth == 0 or kind < 0.35:
            return self.comparison()
        if kind < 0.8:
            word = self.random.choice([" and ", " or ", " && ", "||"])
            return f"({self.filter(depth - 1)}){word}({self.filter(depth - 1)})"
        if kind < 0.9:
            return f"{self.comparison()} {self.random.choice(['and', 'or'])} {self.comparison()}"
        return f"{self.random.choice(['not ', '!'])}({self.filter(depth - 1)})"

    def comparison(self):
        number = self.random.choice(
            [".year", ".rating", ".flag", ".year % 4", ".rating * 2 + 1", ".year / 2", "-1", ".genre", ".nothing"]
        )
        return self.random.choice(
            [
                f"{number} {self.random.choice(OPERATORS)} {self.random.choice([1975, 1972.5, 0, 1, -2, 3])}",
                f"{number}{self.random.choice(OPERATORS)}{self.random.choice([1975, 0, 2])}",
                f".genre {self.random.choice(['==', '!='])} {json.dumps(self.random.choice(GENRES))}",
                f".genre in {json.dumps(self.random.sample(GENRES, 2))}",
                f".year in [{self.random.randint(1970, 1980)}, {self.random.randint(1970, 1980)}]",
                f"'{self.random.choice(GENRES)}' in .tags",
                f"{self.random.randint(0, 5)} in .numbers",
                f"'{self.random.choice(['a', 'sci', 'o'])}' in .genre",
                ".flag",
                "not .flag",
                # Redis 8.2.3 takes the bracket for a part of the word, when it stands right behind null.
                ".nothing == null ",
                ".genre",
                ".inner",
                ".absent",
                "1",
                f"(.year - 1970) ** 2 {self.random.choice(['<', '>'])} 20",
            ]
        )

    # Commands.

    def add(self):
        key = self.key()
        model = self.model(key)
        words = ["VADD", key]
        if model.reduced:
            words += ["REDUCE", model.reduced]
        words += self.vector(model)
        words.append(self.random.choice(ELEMENTS))
        options = []
        if model.quantization:
            options.append([model.quantization])
        if model.degree:
            options.append(["M", model.degree])
        if self.random.random() < 0.4:
            options.append(["SETATTR", self.attributes()])
        if self.random.random() < 0.1:
            options.append(["CAS"])
        if self.random.random() < 0.1:
            options.append(["EF", self.random.choice([1, 10, 500])])
        self.random.shuffle(options)
        return words + [word for option in options for word in option]

    def search(self, whole=False):
        key = self.key()
        model = self.model(key)
        words = ["VSIM", key]
        form = self.random.random()
        if form < 0.4:
            words += ["ELE", self.element(model)]
        elif form < 0.45 and model.reduced:
            words += self.vector(model, model.reduced)
        else:
            words += self.vector(model)
        options = [["TRUTH"]] if whole or self.random.random() < 0.4 else []
        if whole or self.random.random() < 0.6:
            options.append(["WITHSCORES"])
        if self.random.random() < 0.3:
            options.append(["WITHATTRIBS"])
        if whole:
            options.append(["COUNT", 1000])
        elif self.random.random() < 0.5:
            options.append(["COUNT", self.random.choice([1, 2, 5, 20, 100])])
        for option, values in (
            ("EF", [1, 10, 500]),
            ("FILTER-EF", [1000, 100000]),
            ("EPSILON", [0.01, 0.1, 0.3, 0.5, 0.75, 1.5]),
            ("NOTHREAD", None),
        ):
            if self.random.random() < 0.12:
                options.append([option] if values is None else [option, self.random.choice(values)])
        if self.random.random() < 0.35:
            options.append(["FILTER", self.filter()])
        self.random.shuffle(options)
        return words + [word for option in options for word in option]

    def embedding(self):
        key = self.key()
        return ["VEMB", key, self.element(self.model(key))] + (["RAW"] if self.random.random() < 0.3 else [])

    def remove(self):
        key = self.key()
        return ["VREM", key, self.element(self.model(key))]

    def set_attributes(self):
        key = self.key()
        text = self.attributes() if self.random.random() < 0.8 else ""
        return ["VSETATTR", key, self.element(self.model(key)), text]

    def get(self):
        key = self.key()
        return [self.random.choice(["VGETATTR", "VISMEMBER"]), key, self.element(self.model(key))]

    def information(self):
        return [self.random.choice(["VINFO", "VCARD", "VDIM"]), self.key()]

    def members(self):
        return ["VRANDMEMBER", self.key()] + self.random.choice([[], [1], [5], [1000], [-3], [0]])

    def links(self):
        key = self.key()
        return ["VLINKS", key, self.element(self.model(key))] + self.random.choice([[], ["WITHSCORES"]])

    def keys(self):
        key = self.key()
        return self.random.choice(
            [
                ["DBSIZE"],
                ["EXISTS", key, self.key()],
                ["TYPE", key],
                ["KEYS", self.random.choice(["*", "k[0-2]", "?1", "x*"])],
                ["SCAN", 0, "COUNT", 1000, "MATCH", self.random.choice(["*", "k[3-5]"])],
                ["OBJECT", "ENCODING", key],
            ]
        )

    def delete(self):
        return [self.random.choice(["DEL", "UNLINK"]), self.key()]

    def flush(self):
        return ["FLUSHALL"]

    def transaction(self):
        makers = [
            self.add,
            self.add,
            self.remove,
            self.get,
            self.set_attributes,
            self.information,
            self.embedding,
            lambda: self.search(True),
        ]
        body = [self.random.choice(makers)() for _ in range(self.random.randint(1, 6))]
        if self.random.random() < 0.1:
            body.insert(self.random.randint(0, len(body)), ["NOSUCH", "x"])
        self.pending = body + [["EXEC"] if self.random.random() < 0.85 else ["DISCARD"]]
        return ["MULTI"]

    def spoil(self, words):
        """A word too many, too few, or wrong."""
        words = list(words)
        place = self.random.randint(1, len(words) - 1) if len(words) > 1 else 0
        kind = self.random.random()
        if kind < 0.3 and len(words) > 1:
            del words[place]
        elif kind < 0.5:
            words.insert(place + 1, self.random.choice(WRONG_WORDS))
        elif kind < 0.6:
            words.insert(place, words[place])
        elif place > 0:
            words[place] = self.random.choice(WRONG_WORDS)
        return words
