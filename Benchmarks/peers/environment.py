# Loci, Apache License 2.0.
"""The peers in their virtual environment, and the machine they run on."""
import importlib.metadata
import os
import platform
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REQUIREMENTS = os.path.join(HERE, "requirements.txt")


def requirements(path=REQUIREMENTS):
    """The pinned packages: {name: version}."""
    with open(path) as file:
        lines = [line.split("#", 1)[0].strip() for line in file]
    return dict(line.split("==", 1) for line in lines if line)


def version(package):
    """The installed version of a package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def install(packages, say):
    """Installs what is missing, one package at a time, so that one that fails does not take the others along.

    Returns why each package that is not there is not: {package: reason}."""
    failed = {}
    for package, wanted in packages.items():
        if version(package) == wanted:
            continue
        say(f"installing {package} {wanted}")
        result = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{package}=={wanted}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode:
            lines = result.stdout.strip().splitlines()
            failed[package] = f"pip install {package}=={wanted}: {lines[-1][:300] if lines else 'failed'}"
            say(failed[package])
    return failed


def importable(module):
    """Why a module cannot be imported, or "". It is tried in a process of its own: some end it."""
    result = subprocess.run(
        [sys.executable, "-c", f"import {module}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not result.returncode:
        return ""
    lines = result.stdout.strip().splitlines()
    return f"import {module}: {lines[-1][:300] if lines else f'status {result.returncode}'}"


def machine():
    """What a reader must know of where the figures come from."""
    names, flags = set(), set()
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                names.add(value.strip())
            elif key.strip() == "flags":
                flags |= set(value.split())
    with open("/proc/meminfo") as file:
        memory = next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemTotal:"))
    known = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "asimd", "sve") if flag in flags]
    return dict(
        processor=", ".join(sorted(names)) or platform.machine(), instructions=known, processors=os.cpu_count(),
        memory_bytes=memory, system=platform.platform(), python=platform.python_version())


def commit():
    """The commit of this working copy, with a plus where something is changed; "" outside of one."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    head = git("rev-parse", "--short", "HEAD").stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/Sources", ":/Package.swift").stdout.strip()
    return head + ("+" if head and changed else "")
