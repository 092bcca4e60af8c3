# Loci, Apache License 2.0.
"""ScaNN (scann-core, without TensorFlow): a tree of partitions, anisotropic hashes, and re-ranking with the vectors."""
import math

from engines.base import Engine


class ScaNN(Engine):
    name = "scann"
    package = "scann-core"
    module = "scann"
    configuration = "√n leaves (2√n from 300,000), AH 2, re-ranked in float32"

    def settings(self):
        leaves = (1, 2, 4, 6, 9, 13, 20, 30, 45, 70, 100, 150, 220, 330)
        return [(count, rank) for rank in (10, 20, 40, 80, 150, 300) for count in leaves]

    def build(self, base, about, threads, folder):
        import scann

        leaves = round(math.sqrt(len(base)) * (1 if len(base) < 300_000 else 2))
        distance = "squared_l2" if about["metric"] == "l2" else "dot_product"
        builder = scann.scann_ops_pybind.builder(base, 10, distance).set_n_training_threads(threads)
        builder = builder.tree(
            num_leaves=leaves, num_leaves_to_search=20, training_sample_size=min(len(base), 250_000),
            quantize_centroids=True)
        threshold = float("nan") if about["metric"] == "l2" else 0.2
        self.index = builder.score_ah(2, anisotropic_quantization_threshold=threshold).reorder(100).build()

    def save(self, folder):
        self.index.serialize(folder)

    def load(self, folder, about):
        import scann

        self.index = scann.scann_ops_pybind.load_searcher(folder)
        self.index.set_num_threads(1)

    def search(self, queries, k, setting):
        leaves, rank = setting
        return self.index.search_batched(
            queries, final_num_neighbors=k, leaves_to_search=leaves, pre_reorder_num_neighbors=rank)[0]
