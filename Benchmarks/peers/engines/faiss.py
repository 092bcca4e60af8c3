# Loci, Apache License 2.0.
"""FAISS: HNSW over 8-bit codes, and inverted lists of 4-bit product codes, both re-ranked with the vectors themselves."""
from engines.base import STEPS, Engine


class Faiss(Engine):
    package = "faiss-cpu"
    module = "faiss"

    def __init__(self, name, inverted, configuration):
        self.name, self.inverted, self.configuration = name, inverted, configuration

    def settings(self):
        if self.inverted:
            lists = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
            return [(count, refine) for refine in (4, 10, 20, 40) for count in lists]
        return [(effort, refine) for refine in (1, 2, 5) for effort in STEPS]

    def factory(self, about):
        if not self.inverted:
            return "HNSW32_SQ8,RFlat"
        count = about["count"]
        lists = 64 if count < 20_000 else 256 if count < 80_000 else 512 if count < 300_000 else 2048
        return f"IVF{lists},PQ{about['dimension'] // 2}x4fs,RFlat"

    def unsuitable(self, about):
        if self.inverted and about["dimension"] % 2:
            return "needs an even number of dimensions"

    def build(self, base, about, threads, folder):
        import faiss

        faiss.omp_set_num_threads(threads)
        metric = faiss.METRIC_L2 if about["metric"] == "l2" else faiss.METRIC_INNER_PRODUCT
        self.index = faiss.index_factory(about["dimension"], self.factory(about), metric)
        inner = faiss.downcast_index(self.index.base_index)
        if not self.inverted:
            inner.hnsw.efConstruction = 200
        self.index.train(base[:: max(1, len(base) // 100_000)])
        self.index.add(base)

    def save(self, folder):
        import faiss

        faiss.write_index(self.index, f"{folder}/index")

    def load(self, folder, about):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(f"{folder}/index")

    def search(self, queries, k, setting):
        import faiss

        effort, refine = setting
        if self.inverted:
            walk = faiss.SearchParametersIVF(nprobe=effort)
        else:
            walk = faiss.SearchParametersHNSW(efSearch=max(effort, refine * k))
        parameters = faiss.IndexRefineSearchParameters(k_factor=refine, base_index_params=walk)
        return self.index.search(queries, k, params=parameters)[1]
