# Loci, Apache License 2.0.
"""What the parts share: the program under test, and a folder for its databases."""

import os
import shutil
import tempfile

LOCI = os.environ["LOCI_BIN"]


class Folder:
    """A folder for databases, gone at the end, and an environment without the models that are installed on this machine."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="loci-mcp-")
        self.database = os.path.join(self.path, "agent.loci")
        self.environment = dict(os.environ, HOME=self.path, XDG_DATA_HOME=self.path, LOCI_MODELS=self.path)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
