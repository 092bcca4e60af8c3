# Loci, Apache License 2.0.
"""Compiles the Swift blocks against the modules that were built for the tests, each as the body of a function of one program, links
that with their objects, and runs each block in a folder of its own."""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import fixtures
import plan
import shell

# All blocks and the program that runs the one that is asked for.
PROGRAM = "program.swift"


def sources(blocks, folder):
    """Writes a file for each block, and one that calls them by number. Returns their paths."""
    paths = []
    for number, block in enumerate(blocks):
        imports = set(re.findall(r"^import \w+$", block.text, re.M)) | {"import Loci", "import LociMemory"}
        body = re.sub(r"^import \w+$", "", block.text, flags=re.M)
        path = pathlib.Path(folder) / f"block{number}.swift"
        path.write_text(
            "\n".join(sorted(imports)) + f"\n\nfunc block{number}() async throws {{\n{plan.of(plan.SWIFT, block)}\n"
            + f'#sourceLocation(file: "{block.document}", line: {block.line + 1})\n{body}\n#sourceLocation()\n}}\n')
        paths.append(str(path))
    calls = "\n".join(f'        case "{number}": try await block{number}()' for number in range(len(blocks)))
    program = pathlib.Path(folder) / PROGRAM
    program.write_text(
        "@main struct Program {\n    static func main() async throws {\n        switch CommandLine.arguments[1] {\n"
        + calls + "\n        default: break\n        }\n    }\n}\n")
    return [*paths, str(program)]


def module_options(tree, build):
    """How the compiler finds the modules of a build, and those of C below them."""
    tree, build = pathlib.Path(tree), pathlib.Path(build)
    options = ["-I", str(build / "Modules")]
    maps = sorted(build.glob("*.build/module.modulemap"))
    maps += sorted((build / ".." / ".." / "checkouts").resolve().glob("*/Sources/*/include/module.modulemap"))
    for folder in sorted((tree / "Sources").glob("C*")):
        maps += [path for path in (folder / "module.modulemap", folder / "include" / "module.modulemap") if path.exists()]
    known = set()
    for path in maps:
        names = re.findall(r"^\s*(?:framework )?module (\w+)", path.read_text(), re.M)
        if names and names[0] not in known:
            known.update(names)
            options += ["-Xcc", f"-fmodule-map-file={path}"]
        for include in (path.parent, path.parent / "include"):
            if include.is_dir() and include.name == "include":
                options += ["-Xcc", "-I", "-Xcc", str(include)]
    return options


def objects(build):
    """What the command line is linked from, without its own main."""
    listed = (pathlib.Path(build) / "loci.product" / "Objects.LinkFileList").read_text().split("\n")
    return [line for line in listed if line.strip() and "/LociCommand.build/" not in line]


def check_programs(swiftc, tree, build):
    """Compiles each step of the tutorials, a program of its own. Returns what is wrong, empty if nothing is."""
    faults = []
    for path in sorted((pathlib.Path(tree) / "Sources" / "Loci" / "Loci.docc" / "Tutorials").glob("*.swift")):
        run = subprocess.run(
            [swiftc, "-typecheck", "-swift-version", "6", *module_options(tree, build), str(path)], capture_output=True,
            text=True, timeout=300)
        if run.returncode != 0 or run.stderr:
            faults.append(run.stderr[-1_000:])
    return "\n".join(faults)


def link(swiftc, tree, build, blocks, folder):
    """Makes the program of the blocks. Returns its path; what the compiler says is wrong is raised."""
    program, inputs = pathlib.Path(folder) / "blocks", pathlib.Path(folder) / "objects"
    inputs.write_text("\n".join(objects(build)) + "\n")
    run = subprocess.run(
        [swiftc, "-swift-version", "6", "-suppress-warnings", "-parse-as-library", "-module-name", "Documentation", "-o", str(program),
         *module_options(tree, build), *sources(blocks, folder), f"@{inputs}", "-lc++" if sys.platform == "darwin" else "-lstdc++"],
        capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        errors = [line for line in run.stderr.splitlines() if "error:" in line]
        raise shell.Failed("\n".join(errors or [run.stderr[-2_000:]]))
    return program


def run(program, number, block, loci, tree):
    """Runs a block where its document's files are."""
    with tempfile.TemporaryDirectory(prefix="loci-documentation-") as folder:
        folder = pathlib.Path(folder)
        fixtures.make(folder, tree)
        one = shell.Shell(loci, folder, tree)
        for command in plan.SETUP.get(block.document, []):
            one.command(command)
        process = subprocess.Popen(
            [str(program), str(number)], cwd=folder, env=one.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        printed = ""
        if plan.of(plan.SERVES, block):
            # What it serves ends when it is told to, once it listens.
            for line in process.stdout:
                printed += line
                if "listening" in line:
                    process.send_signal(signal.SIGTERM)
        printed += process.communicate(timeout=120)[0]
        if process.returncode != 0:
            raise shell.Failed(f"it ended with {process.returncode}: {printed[:600]}")
