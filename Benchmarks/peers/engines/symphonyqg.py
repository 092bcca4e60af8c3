# Loci, Apache License 2.0.
"""SymphonyQG, from the library of its authors (rabitqlib): RaBitQ codes inside the neighbour lists of the graph."""
from engines.base import Engine


class SymphonyQG(Engine):
    package = module = "rabitqlib"

    def __init__(self, degree):
        self.degree = degree
        self.name = "symphonyqg" if degree == 32 else f"symphonyqg-{degree}"
        self.configuration = f"degree {degree}, efConstruction 200"

    def build(self, base, about, threads, folder):
        import rabitqlib

        # On vectors of unit length squared L2 ranks as cosine does, and it is what the graph is made for.
        metric = "ip" if about["metric"] == "ip" else "l2"
        self.index = rabitqlib.SymqgIndex(about["dimension"], self.degree, metric)
        self.index.build(base, 200, threads)

    def save(self, folder):
        self.index.save(f"{folder}/index")

    def load(self, folder, about):
        import rabitqlib

        self.index = rabitqlib.SymqgIndex.load(f"{folder}/index")

    def search(self, queries, k, setting):
        return self.index.search_batch(queries, k, setting, 1)[0]
