# Loci, Apache License 2.0.
"""What an engine must tell the harness to be measured."""
import os

# Each value of an engine's one knob, about √2 apart.
STEPS = (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640)


class Engine:
    """An engine with a Python module. One object is one configuration, built, loaded and searched in processes of its own.

    `base` and `queries` are C-contiguous float32 arrays, of unit length where the metric is cosine. `about` is the set's
    description: metric, count, dimension, whole (values are integers from 0 to 255)."""

    name = ""
    package = ""  # on PyPI
    module = ""  # imported before a load is timed
    configuration = ""  # what a reader must know to repeat it
    call = "batch"  # or "single": a Python call for each query, which costs some microseconds
    build_limit = None  # seconds, where the harness's own limit is too patient

    def unsuitable(self, about):
        """Why the set cannot be indexed, or None."""

    def settings(self):
        """What a search may be given, from the fastest on. A tuple's first member is swept, and the sweep of each rest ends
        on its own."""
        return list(STEPS)

    def build(self, base, about, threads, folder):
        """Builds the index. This is timed; `folder` is for engines that build on disk."""
        raise NotImplementedError

    def save(self, folder):
        """Writes what was built, apart from the timed build."""
        raise NotImplementedError

    def load(self, folder, about):
        """Makes a saved index ready for a search on one thread."""
        raise NotImplementedError

    def search(self, queries, k, setting):
        """The nearest k of each query: an array of rows, or whatever `rows` makes one of."""
        raise NotImplementedError

    def rows(self, found):
        """Row numbers of what a search found. Not timed: a user's identifiers are what the search returns."""
        return found

    def disk_bytes(self, folder):
        """The bytes that are allocated to the saved index: files may have holes."""
        return sum(
            os.stat(os.path.join(root, name)).st_blocks * 512 for root, _, names in os.walk(folder) for name in names)
