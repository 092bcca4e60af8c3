# Loci, Apache License 2.0.
"""Runs every code block of the documents, and looks whether their links lead somewhere. Swift blocks are compiled against the modules of the
build that made the program, and linked with its objects."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import blocks as documents
import fixtures
import plan
import shell
import swift
from report import Report

TREE = pathlib.Path(__file__).resolve().parent.parent.parent


def check(report, name, fault):
    """One check, which holds if there is no fault."""
    report.expect(name, not fault, fault)


def expressions(text):
    """The first column of a block: what stands before two blanks, or the whole line."""
    return [re.split(r"\s{2,}", line)[0] for line in text.splitlines() if line.strip()]


def run(block, one):
    """Runs a block that is none of Swift; what it should not have done is raised."""
    kind = plan.of(plan.KINDS, block, block.language)
    if kind in ("sh", "typed"):
        one.printed = one.run(block.text)
    elif kind == "text":
        if one.printed.strip() != block.text.strip():
            raise shell.Failed(f"it printed:\n{one.printed}")
    elif kind == "redis commands":
        one.ask(block.text)
    elif kind == "wire":
        one.send(block.text)
    elif kind == "syntax":
        one.know(block.text)
    elif kind == "json":
        json.loads(block.text)
    elif kind == "python":
        one.stop()
        one.serve(f"loci serve python-{block.line}.loci")
        text = block.text if "import redis" in block.text else "import redis\n" + block.text
        text = text.replace("redis.Redis(", f"redis.Redis(port={one.port}, ")
        result = subprocess.run([sys.executable, "-c", text], cwd=one.folder, capture_output=True, text=True, timeout=60)
        if result.returncode != 0:
            raise shell.Failed(result.stderr[-600:])
    elif kind in ("filters", "words"):
        option = "--filter" if kind == "filters" else "--text"
        vector = ["--vector", "0.1 0.2 0.3"] if kind == "filters" else []
        for expression in expressions(block.text):
            result = subprocess.run(
                [one.loci, "query", "photos.loci", "clip", *vector, option, expression], cwd=one.folder, capture_output=True,
                text=True)
            if result.returncode != 0:
                raise shell.Failed(f"{expression}: {result.stderr}")
    elif kind in ("filter error", "words error"):
        # The expression stands in the second line.
        expression = block.text.splitlines()[1].strip()
        option = "--filter" if kind == "filter error" else "--text"
        vector = ["--vector", "0.1 0.2 0.3"] if kind == "filter error" else []
        result = subprocess.run(
            [one.loci, "query", "photos.loci", "clip", *vector, f"{option}={expression}"], cwd=one.folder, capture_output=True,
            text=True)
        if block.text.strip() not in result.stderr:
            raise shell.Failed(f"it says:\n{result.stderr}")
    else:
        raise shell.Failed("nothing says how this block is run: tell it in Tests/Documentation/plan.py")


def check_document(name, loci, report, swift_blocks):
    with tempfile.TemporaryDirectory(prefix="loci-documentation-") as folder:
        folder = pathlib.Path(folder)
        fixtures.make(folder, TREE)
        example = (TREE / name).parent
        if example.parent.name == "examples":
            shutil.copytree(example, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".build", "Package.resolved"))
        one = shell.Shell(loci, folder, TREE)
        try:
            for command in plan.SETUP.get(name, []):
                one.command(command)
            for block in documents.blocks(TREE, name):
                reason = plan.of(plan.NOT_RUN, block)
                if reason is not None:
                    print(f"not run {block}: {reason}")
                    continue
                if block.language == "swift":
                    if plan.of(plan.SWIFT, block) is None:
                        check(report, block, "nothing says what is there before it: tell it in Tests/Documentation/plan.py")
                    else:
                        swift_blocks.append(block)
                    continue
                fault = None
                try:
                    run(block, one)
                except (shell.Failed, ValueError, subprocess.TimeoutExpired) as error:
                    fault = error
                check(report, block, fault)
        finally:
            one.stop()


def make_targets():
    return set(re.findall(r"^([a-z-]+):.*## ", (TREE / "Makefile").read_text(), re.M))


def check_whole(loci, report):
    """What no single block shows: targets of make, and every verb of the program somewhere in the documents."""
    text = "\n".join((TREE / name).read_text(encoding="utf-8") for name in documents.documents(TREE))
    missing = set(re.findall(r"`?\bmake ([a-z-]+)\b", "\n".join(re.findall(r"`[^`\n]+`|^    make .*$", text, re.M)))) - make_targets()
    check(report, "targets of make", missing and f"the Makefile has no {', '.join(sorted(missing))}")
    help_text = subprocess.run([loci, "--help"], capture_output=True, text=True, check=True).stdout
    listed = help_text[help_text.index("SUBCOMMANDS:") :]
    verbs = set(re.findall(r"^  ([a-z-]+)\b", listed, re.M)) - {"help"}
    unnamed = {verb for verb in verbs if f"loci {verb}" not in text and f"`{verb}`" not in text}
    check(report, "verbs", unnamed and f"no document names loci {', loci '.join(sorted(unnamed))}")


def check_swift(loci, build, blocks, report):
    """Compiles the Swift blocks and the tutorials, and runs the blocks."""
    swiftc = os.environ.get("SWIFTC", "swiftc")
    if not os.path.isdir(os.path.join(build, "Modules")):
        report.skip("Swift blocks", f"{build} has no Modules: run by make test")
        return
    check(report, "tutorials", swift.check_programs(swiftc, TREE, build))
    with tempfile.TemporaryDirectory() as folder:
        try:
            program = swift.link(swiftc, TREE, build, blocks, folder)
        except shell.Failed as error:
            check(report, f"{len(blocks)} Swift blocks", error)
            return
        for number, block in enumerate(blocks):
            fault = None
            try:
                swift.run(program, number, block, loci, TREE)
            except (shell.Failed, subprocess.TimeoutExpired) as error:
                fault = error
            check(report, block, fault)


def main():
    loci = os.environ["LOCI_BIN"]
    build = os.path.dirname(os.path.realpath(loci))
    report, swift_blocks = Report("documentation"), []
    for name in documents.documents(TREE):
        broken = documents.broken_links(TREE, name)
        check(report, f"{name}: links", broken and "lead nowhere: " + ", ".join(broken))
        check_document(name, loci, report, swift_blocks)
    check_whole(loci, report)
    check_swift(loci, build, swift_blocks, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
