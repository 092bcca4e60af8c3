# Loci, Apache License 2.0.
"""What a run of checks has found. The last line that is printed is `N passed, N failed, N skipped`."""

import os
import sys

# More are counted, but not printed: the first ones tell what is wrong.
PRINTED_FAILURES = int(os.environ.get("LOCI_TEST_PRINTED_FAILURES", "40"))


class Report:
    def __init__(self, title):
        self.title = title
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def success(self, count=1):
        self.passed += count

    def failure(self, name, details=""):
        self.failed += 1
        if self.failed <= PRINTED_FAILURES:
            print(f"FAILED {self.title}: {name}")
            for line in str(details).splitlines():
                print(f"    {line}")
            sys.stdout.flush()
        elif self.failed == PRINTED_FAILURES + 1:
            print(f"(more are counted, but not printed: LOCI_TEST_PRINTED_FAILURES={PRINTED_FAILURES})")

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skipped {self.title}: {name}: {reason}")

    def unavailable(self, reason):
        """What a part needs cannot be had (`servers.Unavailable`). The program under test must be there."""
        if reason.is_fault or self.passed:
            self.failure("everything that was left", reason)
        else:
            self.skip("everything", reason)

    def expect(self, name, condition, details=""):
        """One check. Returns whether it held."""
        if condition:
            self.success()
        else:
            self.failure(name, details)
        return bool(condition)

    def equal(self, name, got, expected):
        return self.expect(name, got == expected, f"expected {expected!r}\ngot      {got!r}")

    def finish(self):
        """Prints the last line, and returns the exit code."""
        print(f"{self.title}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


def seed_from_environment(default=20240501):
    return int(os.environ.get("LOCI_TEST_SEED", default))


def iterations_from_environment(default):
    return int(os.environ.get("LOCI_TEST_ITERATIONS", default))
