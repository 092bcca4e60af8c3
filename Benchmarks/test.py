# Loci, Apache License 2.0.
"""The tests of the measuring programs, with no package but Python's own. Each folder's names are its own, so each is tested
in a process of its own."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    failed = False
    for part in ("", "peers", "cold"):
        folder = os.path.join(HERE, part)
        tests = os.path.join(folder, "tests")
        result = subprocess.run(
            [sys.executable, "-m", "unittest", "discover", "--quiet", "-s", tests, "-t", tests],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([folder, HERE]), "PYTHONDONTWRITEBYTECODE": "1"})
        failed |= result.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
