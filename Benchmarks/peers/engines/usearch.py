# Loci, Apache License 2.0.
"""USearch: HNSW over halves."""
from engines.base import Engine


class USearch(Engine):
    name = "usearch"
    package = "usearch"
    module = "usearch.index"
    configuration = "connectivity 16, expansion_add 200, float16"

    def build(self, base, about, threads, folder):
        import numpy
        from usearch.index import Index

        metric = "l2sq" if about["metric"] == "l2" else "ip"
        self.index = Index(
            ndim=about["dimension"], metric=metric, dtype="f16", connectivity=16, expansion_add=200)
        self.index.add(numpy.arange(len(base), dtype="u8"), base, threads=threads)

    def save(self, folder):
        self.index.save(f"{folder}/index")

    def load(self, folder, about):
        from usearch.index import Index

        self.index = Index.restore(f"{folder}/index", view=False)

    def search(self, queries, k, setting):
        self.index.expansion_search = setting
        return self.index.search(queries, k, threads=1).keys
