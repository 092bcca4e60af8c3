# Loci, Apache License 2.0.
"""Groups of processes with a limit of memory, page cache included: Linux's control groups, of either version."""
import os
import time

MEMORY_V1 = "/sys/fs/cgroup/memory"
VERSION_2 = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")


class NotPermitted(Exception):
    """No group can be made here. The text says why, and what would help."""


class Group:
    """A group of its own below the one of this process. Version 1 and 2 differ only in the names of their files."""

    def __init__(self, path, limit_file, stat_file, anonymous, cached):
        self.path, self.limit_file, self.stat_file = path, limit_file, stat_file
        self.anonymous, self.cached = anonymous, cached

    def limit(self, count):
        """Sets the limit in bytes; None for no limit."""
        none = "-1" if self.limit_file == "memory.limit_in_bytes" else "max"
        self.write(self.limit_file, none if count is None else str(count))

    def enter(self):
        """Puts the calling process, and what it starts, into the group."""
        self.write("cgroup.procs", str(os.getpid()))

    def usage(self):
        """Bytes of processes' own memory, and of page cache."""
        return statistics(self.read(self.stat_file), self.anonymous, self.cached)

    def read(self, name):
        with open(os.path.join(self.path, name)) as file:
            return file.read()

    def write(self, name, text):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(text)

    def remove(self):
        """Removes the group once its last process is gone, which may take the kernel a moment."""
        for _ in range(50):
            try:
                os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.1)


def statistics(text, anonymous, cached):
    """(own, cached) bytes of a group's memory.stat."""
    values = dict(line.split() for line in text.splitlines() if len(line.split()) == 2)
    return int(values.get(anonymous, 0)), int(values.get(cached, 0))


def own_path(text, version):
    """This process's group in /proc/self/cgroup: of the memory controller (version 1), or of the only hierarchy (2)."""
    for line in text.splitlines():
        number, controllers, path = line.split(":", 2)
        if (version == 1 and "memory" in controllers.split(",")) or (version == 2 and number == "0" and not controllers):
            return path
    return None


def create(name):
    """A new group, or NotPermitted."""
    with open("/proc/self/cgroup") as file:
        groups = file.read()
    reasons = []
    path = own_path(groups, 1)
    if path is not None and os.path.isdir(MEMORY_V1):
        try:
            return made(MEMORY_V1, path, name, "memory.limit_in_bytes", "rss", "cache")
        except OSError as error:
            reasons.append(f"version 1: {error}")
    path = own_path(groups, 2)
    for root in VERSION_2:
        if path is None or not os.path.isfile(f"{root}/cgroup.controllers"):
            continue
        with open(f"{root}/cgroup.controllers") as file:
            if "memory" not in file.read().split():
                reasons.append(f"version 2: {root} has no memory controller")
                continue
        try:
            # A controller reaches a group only from a parent that hands it on.
            with open(f"{root}{path.rstrip('/')}/cgroup.subtree_control", "w") as file:
                file.write("+memory")
            return made(root, path, name, "memory.max", "anon", "file")
        except OSError as error:
            reasons.append(f"version 2: {error}")
    raise NotPermitted(
        f"no control group with a memory limit can be made ({'; '.join(reasons) or 'none is mounted'}): run as root, or in "
        "a shell of  systemd-run --user --scope -p Delegate=yes")


def made(root, parent, name, limit_file, anonymous, cached):
    path = f"{root}{parent.rstrip('/')}/{name}"
    os.makedirs(path, exist_ok=True)
    if not os.access(os.path.join(path, limit_file), os.W_OK):
        os.rmdir(path)
        raise PermissionError(f"{path} has no {limit_file} that can be written")
    return Group(path, limit_file, "memory.stat", anonymous, cached)


def drop(path):
    """Takes a file out of the page cache, so that its pages are counted in the group that reads them next."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
