# Loci, Apache License 2.0.
"""What was measured, and on what."""
import os
import platform
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def processor():
    """The processor, and whether it has AVX-512."""
    try:
        with open("/proc/cpuinfo") as file:
            lines = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
        names = {key.strip(): value.strip() for key, value in lines.items()}
        return f"an {names['model name']} with{'' if 'avx512f' in names['flags'].split() else 'out'} AVX-512"
    except (OSError, KeyError):
        return platform.machine()


def commit():
    """The commit of the tree; "unknown" outside of one."""
    run = subprocess.run(["git", "-C", HERE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return run.stdout.strip() or "unknown"
