# Loci, Apache License 2.0.
"""The tables on a page of docs/benchmarks, between marks in the text that is by hand: what is measured replaces them."""
import json
import pathlib
import re

def section(name, command, tables, figures, is_markdown):
    """One measurement: what was run, where, and what it printed."""
    about = "".join(f", {part}" for part in (commit(figures), machine(figures)) if part)
    body = tables.strip() if is_markdown else "```\n" + tables.rstrip() + "\n```"
    return f"<!-- {name} -->\n`{command}`{about}:\n\n{body}\n<!-- end of {name} -->\n"


def commit(figures):
    machine = figures.get("machine")
    value = figures.get("commit") or (machine.get("commit") if isinstance(machine, dict) else None)
    return f"commit {value}" if value else ""


def machine(figures):
    """The processor and the kernels, as far as the program names them."""
    value = figures.get("machine", "")
    if isinstance(value, str):
        return value
    return " with ".join(str(value[key]) for key in ("processor", "kernels") if value.get(key))


def with_section(text, name, made):
    """A page with a measurement in the place of the one before, or at its end where there was none."""
    pattern = re.compile(rf"<!-- {re.escape(name)} -->\n.*?<!-- end of {re.escape(name)} -->\n", re.S)
    if pattern.search(text):
        return pattern.sub(lambda _: made, text)
    return text.rstrip("\n") + "\n\n" + made


def write(page, name, command, tables, figures, is_markdown=False):
    page = pathlib.Path(page)
    text = page.read_text(encoding="utf-8") if page.exists() else f"# {page.stem}\n"
    # Paths of this machine say nothing to others.
    command = re.sub(r"(?<=\s)/\S*/", "", command)
    values = json.loads(pathlib.Path(figures).read_text())
    page.write_text(with_section(text, name, section(name, command, tables, values, is_markdown)), encoding="utf-8")
