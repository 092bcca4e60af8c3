# Loci, Apache License 2.0.
"""zvec: a database with HNSW over 8-bit codes, which keeps the vectors themselves beside them."""
from engines.base import STEPS, Engine


class Zvec(Engine):
    package = module = "zvec"
    call = "single"

    def __init__(self, codes):
        self.codes = codes
        self.name = {"INT8": "zvec-int8", "UNIFORM_UINT8": "zvec-uint8"}[codes]
        self.configuration = f"HNSW M 16, efConstruction 200, {codes}, contiguous memory, with and without its refiner"

    def unsuitable(self, about):
        if self.codes == "UNIFORM_UINT8" and not about["whole"]:
            return "its uniform codes are for values that are integers from 0 to 255"

    def settings(self):
        return [(effort, refine) for refine in (0, 2) for effort in STEPS]

    def prepare(self, threads):
        import zvec

        zvec.init(log_level=zvec.LogLevel.ERROR, query_threads=1, optimize_threads=threads)

    def build(self, base, about, threads, folder):
        import zvec

        self.prepare(threads)
        metric = zvec.MetricType.L2 if about["metric"] == "l2" else zvec.MetricType.IP
        if about["metric"] == "cosine":
            metric = zvec.MetricType.COSINE
        index = zvec.HnswIndexParam(
            metric_type=metric, m=16, ef_construction=200, quantize_type=getattr(zvec.QuantizeType, self.codes),
            use_contiguous_memory=True)
        vectors = zvec.VectorSchema("vector", zvec.DataType.VECTOR_FP32, about["dimension"], index_param=index)
        schema = zvec.CollectionSchema(name="base", vectors=vectors)
        self.collection = zvec.create_and_open(f"{folder}/collection", schema)
        for start in range(0, len(base), 1000):
            rows = range(start, min(start + 1000, len(base)))
            results = self.collection.insert([zvec.Doc(id=str(row), vectors={"vector": base[row]}) for row in rows])
            for result in results:
                if not result.ok():
                    raise RuntimeError(f"a row was refused: {result}")
        self.collection.flush()
        self.collection.optimize(zvec.OptimizeOption(concurrency=threads))

    def save(self, folder):
        self.collection.flush()
        self.collection = None

    def load(self, folder, about):
        import zvec

        self.prepare(1)
        option = zvec.CollectionOption(read_only=True, enable_mmap=True)
        self.collection = zvec.open(f"{folder}/collection", option)

    def search(self, queries, k, setting):
        import zvec

        effort, refine = setting
        refiner = dict(is_using_refiner=True, scale_factor=refine) if refine else {}
        parameters = zvec.HnswQueryParam(ef=effort, **refiner)
        query = self.collection.query_internal_ids
        return [query(zvec.Query("vector", vector=vector, param=parameters), topk=k) for vector in queries]

    def rows(self, found):
        import numpy

        found = numpy.stack(found)
        distinct, places = numpy.unique(found, return_inverse=True)
        names = self.collection.resolve_internal_ids(distinct)
        return numpy.array([-1 if name is None else int(name) for name in names])[places].reshape(found.shape)
