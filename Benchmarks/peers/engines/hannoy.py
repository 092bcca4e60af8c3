# Loci, Apache License 2.0.
"""hannoy: HNSW over float32 in LMDB, as Loci a database that is searched in its file."""
from engines.base import Engine


class Hannoy(Engine):
    name = package = module = "hannoy"
    configuration = "M 16, ef 200, float32"
    build_limit = 1800

    def database(self, folder, about):
        import hannoy

        metric = hannoy.Metric.EUCLIDEAN if about["metric"] == "l2" else hannoy.Metric.COSINE
        return hannoy.Database(folder, metric, env_size=1 << 34)

    def unsuitable(self, about):
        if about["metric"] == "ip":
            return "has no inner product"

    def build(self, base, about, threads, folder):
        self.opened = self.database(folder, about)
        with self.opened.writer(about["dimension"], m=16, ef=200) as writer:
            writer.add_items(list(range(len(base))), base)

    def save(self, folder):
        """Leaving the writer has committed all."""

    def load(self, folder, about):
        self.opened = self.database(folder, about)
        self.reader = self.opened.reader()

    def search(self, queries, k, setting):
        import numpy

        rows, distances = numpy.empty((len(queries), k), "u4"), numpy.empty((len(queries), k), "f4")
        self.reader.by_array(queries, n=k, ef_search=setting, out=(rows, distances))
        return rows
