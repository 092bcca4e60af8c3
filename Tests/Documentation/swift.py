# Loci, Apache License 2.0.
"""Compiles the Swift blocks against the modules that were built for the tests: each is the body of a function."""
import pathlib
import re
import subprocess

import plan


def sources(blocks, folder):
    """Writes a file for each block. Returns their paths."""
    paths = []
    for number, block in enumerate(blocks):
        imports = set(re.findall(r"^import \w+$", block.text, re.M)) | {"import Loci", "import LociMemory"}
        body = re.sub(r"^import \w+$", "", block.text, flags=re.M)
        parameters = plan.of(plan.SWIFT, block)
        path = pathlib.Path(folder) / f"block{number}.swift"
        path.write_text(
            "\n".join(sorted(imports)) + f"\n\nfunc block{number}({parameters}) async throws {{\n"
            + f'#sourceLocation(file: "{block.document}", line: {block.line + 1})\n{body}\n#sourceLocation()\n}}\n')
        paths.append(str(path))
    return paths


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


def check(swiftc, tree, build, blocks, folder):
    """Compiles the blocks. Returns what the compiler says is wrong; empty if nothing is."""
    run = subprocess.run(
        [swiftc, "-typecheck", "-swift-version", "6", "-suppress-warnings", "-module-name", "Documentation",
         *module_options(tree, build), *sources(blocks, folder)],
        capture_output=True, text=True, timeout=300)
    if run.returncode == 0:
        return ""
    errors = [line for line in run.stderr.splitlines() if "error:" in line]
    return "\n".join(errors or [run.stderr[-2_000:]])
