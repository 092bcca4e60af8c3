# Loci, Apache License 2.0.
"""The engines by name. An import of a peer happens only in the process that measures it."""
from engines.faiss import Faiss
from engines.hannoy import Hannoy
from engines.hnswlib import Hnswlib
from engines.scann import ScaNN
from engines.svs import SVS
from engines.symphonyqg import SymphonyQG
from engines.usearch import USearch
from engines.zvec import Zvec

ANCHOR = "hnswlib"
PEERS = {
    engine.name: engine
    for engine in (
        Hnswlib(),
        SymphonyQG(32),
        ScaNN(),
        SVS("f16"),
        SVS("lvq4x8"),
        Zvec("INT8"),
        Zvec("UNIFORM_UINT8"),
        Faiss("faiss-hnsw", False, "HNSW32 over SQ8, efConstruction 200, re-ranked in float32"),
        Faiss("faiss-ivf", True, "IVF (64 to 2048 lists), PQ d/2×4 fast scan, re-ranked in float32"),
        USearch(),
        Hannoy(),
    )
}
