# Loci, Apache License 2.0.
"""What the parts share: a report, whose last line is `title: N passed, N failed, N skipped`, and the program under test."""

import os
import shutil
import tempfile

LOCI = os.environ["LOCI_BIN"]


class Report:
    def __init__(self, title):
        self.title = title
        self.passed = 0
        self.failed = 0

    def expect(self, name, condition, details=""):
        """One check. Returns whether it held."""
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {self.title}: {name}\n    {details}", flush=True)
        return bool(condition)

    def equal(self, name, got, expected):
        return self.expect(name, got == expected, f"expected {expected!r}\n    got      {got!r}")

    def finish(self):
        """Prints the last line, and returns the exit code."""
        print(f"{self.title}: {self.passed} passed, {self.failed} failed, 0 skipped")
        return 1 if self.failed else 0


class Folder:
    """A folder for databases, gone at the end, and an environment without the models that are installed on this machine."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="loci-mcp-")
        self.database = os.path.join(self.path, "agent.loci")
        self.environment = dict(os.environ, HOME=self.path, XDG_DATA_HOME=self.path, LOCI_MODELS=self.path)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
