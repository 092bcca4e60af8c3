# Loci, Apache License 2.0.
"""SVS (scalable-vs): Vamana over halves, and over LVQ codes where the processor is one that it allows them on."""
import os

from engines.base import Engine


class SVS(Engine):
    package = "scalable-vs"
    module = "svs"

    def __init__(self, codes):
        self.codes = codes
        self.name = f"svs-{codes}"
        kind = {"f16": "float16", "lvq4x8": "LVQ 4x8"}[codes]
        self.configuration = f"degree 32, pruned to 28, build window 200, {kind}"

    def distance(self, about):
        import svs

        return svs.DistanceType.L2 if about["metric"] == "l2" else svs.DistanceType.MIP

    def build(self, base, about, threads, folder):
        import svs

        parameters = svs.VamanaBuildParameters(
            alpha=1.2 if about["metric"] == "l2" else 0.95, graph_max_degree=32, window_size=200,
            max_candidate_pool_size=750, prune_to=28)
        if self.codes == "f16":
            data = base.astype("f2")
        else:
            # Compressed while it is read. On processors that SVS does not allow it on, this ends the process.
            svs.write_vecs(base, f"{folder}/vectors.fvecs")
            vectors = svs.VectorDataLoader(f"{folder}/vectors.fvecs", svs.DataType.float32, dims=about["dimension"])
            data = svs.LVQLoader(vectors, primary=4, residual=8)
        self.index = svs.Vamana.build(parameters, data, self.distance(about), num_threads=threads)

    def save(self, folder):
        self.index.save(f"{folder}/config", f"{folder}/graph", f"{folder}/data")
        if self.codes != "f16":
            os.remove(f"{folder}/vectors.fvecs")

    def load(self, folder, about):
        import svs

        if self.codes == "f16":
            data = svs.VectorDataLoader(f"{folder}/data", svs.DataType.float16, dims=about["dimension"])
        else:
            data = svs.LVQLoader(f"{folder}/data")
        self.index = svs.Vamana(
            f"{folder}/config", svs.GraphLoader(f"{folder}/graph"), data, self.distance(about), num_threads=1)

    def search(self, queries, k, setting):
        self.index.search_window_size = setting
        return self.index.search(queries, k)[0]
