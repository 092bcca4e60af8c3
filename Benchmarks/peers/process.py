# Loci, Apache License 2.0.
"""A process of its own for each measurement: pinned, limited in time, its processor time and largest memory counted."""
import os
import signal
import subprocess
import tempfile
import threading
import time
from typing import NamedTuple


class Ended(NamedTuple):
    """How a process ended. `reason` is "" where it ended well."""

    reason: str
    timed_out: bool
    output: str
    wall_s: float
    cpu_s: float
    peak_bytes: int


def run(command, processors, limit_s, environment=None, watch=None):
    """Runs a command on some processors, and ends it, with what it started, after a time.

    `watch(pid)` is called twenty times a second meanwhile: it is for runs whose speed does not count."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True,
            env={**os.environ, **(environment or {})}, preexec_fn=lambda: os.sched_setaffinity(0, processors))
        late, done = threading.Event(), threading.Event()

        def end():
            late.set()
            os.killpg(child.pid, signal.SIGKILL)

        def look():
            while not done.wait(0.05):
                watch(child.pid)

        timer = threading.Timer(limit_s, end)
        timer.start()
        watcher = threading.Thread(target=look) if watch else None
        if watcher:
            watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
            done.set()
            if watcher:
                watcher.join()
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text, complaint = output.read(), errors.read()
        reason = ""
        if late.is_set():
            reason = f"ended after {limit_s:,.0f} s, its limit"
        elif child.returncode:
            lines = (complaint.strip() or text.strip()).splitlines()
            reason = f"status {child.returncode}: {lines[-1][:300] if lines else 'it said nothing'}"
        return Ended(reason, late.is_set(), text, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
