# Loci, Apache License 2.0.
"""hnswlib: the anchor of every ratio. PyPI has its source, so it is compiled for the processor at hand."""
from engines.base import Engine


class Hnswlib(Engine):
    name = "hnswlib"
    package = module = "hnswlib"
    configuration = "M 16, efConstruction 200, float32, seed 1"

    def space(self, about):
        return "l2" if about["metric"] == "l2" else "ip"

    def build(self, base, about, threads, folder):
        import hnswlib
        import numpy

        self.index = hnswlib.Index(self.space(about), about["dimension"])
        self.index.init_index(len(base), M=16, ef_construction=200, random_seed=1)
        self.index.add_items(base, numpy.arange(len(base)), num_threads=threads)

    def save(self, folder):
        self.index.save_index(f"{folder}/index")

    def load(self, folder, about):
        import hnswlib

        self.index = hnswlib.Index(self.space(about), about["dimension"])
        self.index.load_index(f"{folder}/index")
        self.index.set_num_threads(1)

    def search(self, queries, k, setting):
        self.index.set_ef(setting)
        return self.index.knn_query(queries, k, num_threads=1)[0]
