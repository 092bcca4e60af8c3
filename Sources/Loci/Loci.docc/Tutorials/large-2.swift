// A large collection, and a window for the recall that it is to have.

import Loci

let database = try Database.open("photos.loci")

let vectors = try VectorFile.open("many.npy")
let many = try database.buildCollection("many", CollectionConfiguration(metric: .cosine), from: vectors)

try many.tune(sample: 200, TuningOptions(recall: 0.95))
let found = try many.search(queries: vectors, SearchOptions(k: 10, recall: 0.95))
print(found.queryCount)
