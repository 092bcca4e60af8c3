// Loci, Apache License 2.0.
// A vector store inside a program: build a collection, search it, read a vector back.

import Loci

let path = CommandLine.arguments.dropFirst().first ?? "embedded.loci"
let dimension = 64
let made = try ClusteredVectors(count: 5_000, dimension: dimension, seed: 7)
let vectors = try VectorArray((0..<made.count).flatMap(made.row), dimension: dimension)

let database = try Database.open(path)
let points = try database.buildCollection(
    "points", CollectionConfiguration(metric: .l2, quantization: .lvq4x8), from: vectors, replacing: true)

let query = made.row(made.count)
for neighbor in try points.search(query, k: 3) {
    print(neighbor.id, neighbor.distance)
}
let batch = try points.search(queries: vectors, SearchOptions(k: 1, window: 32))
let foundThemselves = (0..<batch.queryCount).filter { batch[query: $0].first?.id == VectorID(row: $0) }.count
print("\(foundThemselves) of \(batch.queryCount) vectors are their own nearest neighbour")
print(try points.get("42")?.count ?? 0, "components in vector 42")
print(try points.check().isEmpty ? "sound" : "damaged")
