# Loci, Apache License 2.0.
"""The code blocks of the documents: fenced ones, and indented ones that begin with a command."""
import dataclasses
import pathlib
import re

# What an indented block begins with that is to be typed; other indented blocks are formulas, diagrams and what programs print.
PROGRAMS = ("loci ", "redis-cli ", "make ", "swift ", "python3 ", "apt-get ", "Benchmarks/", ".build/", "MEM.", "BLK.")


@dataclasses.dataclass
class Block:
    document: str
    line: int
    # The word behind the fence; "typed" for indented ones.
    language: str
    text: str

    @property
    def first(self):
        return self.text.strip().splitlines()[0] if self.text.strip() else ""

    def __str__(self):
        return f"{self.document}:{self.line}: {self.first[:60]}"


def documents(tree):
    """All documents whose blocks are run, relative to the tree."""
    tree = pathlib.Path(tree)
    found = [tree / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    found += sorted((tree / "docs").glob("*.md")) + sorted((tree / "docs" / "examples").glob("*/README.md"))
    found += [tree / "Benchmarks" / "README.md", tree / "Benchmarks" / "Sources" / "README.md"]
    return [str(path.relative_to(tree)) for path in found if path.exists()]


def blocks(tree, document):
    lines = (pathlib.Path(tree) / document).read_text(encoding="utf-8").splitlines()
    found = []
    number = 0
    while number < len(lines):
        fence = re.match(r"^```(\w*)$", lines[number])
        if fence:
            end = lines.index("```", number + 1)
            found.append(Block(document, number + 1, fence.group(1) or "plain", "\n".join(lines[number + 1 : end])))
            number = end + 1
            continue
        if lines[number].startswith("    ") and (number == 0 or not lines[number - 1].strip()):
            end = number
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            text = "\n".join(line[4:] for line in lines[number:end])
            if text.startswith(PROGRAMS):
                found.append(Block(document, number + 1, "typed", text))
            number = end
            continue
        number += 1
    return found


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    made = set()
    for heading in re.findall(r"^#+ +(.+?) *$", text, re.M):
        name = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        made.add(name)
    return made


def broken_links(tree, document):
    """Links to files that are not there, and to headings that are not."""
    tree = pathlib.Path(tree)
    text = (tree / document).read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"^[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (tree / document).parent / name if name else tree / document
        if not path.exists():
            broken.append(target)
        elif anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
            broken.append(target)
    return broken
