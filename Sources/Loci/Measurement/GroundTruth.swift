// Loci, Apache License 2.0.

public import LociFiles

/// The true neighbours of queries, by the rows of the vectors that a collection was built from.
public struct GroundTruth: Sendable {
    private let rows: IntegerMatrix

    /// Wraps a matrix of row numbers: a row a query, nearest first.
    public init(_ rows: IntegerMatrix) { self.rows = rows }

    /// Reads a `.ivecs`, `.ibin` or `.npy` file.
    /// - Throws: `VectorFileError`.
    public static func read(_ path: String) throws(VectorFileError) -> GroundTruth {
        GroundTruth(try IntegerMatrix.read(path))
    }

    /// - Throws: `LociError.groundTruth` when it cannot be what `queries` results at `k` are counted against.
    func validate(queries: Int, k: Int, count: Int) throws(LociError) {
        guard rows.count >= queries else {
            throw .groundTruth(
                "the ground truth has \(rows.count) rows for \(queries) queries; it needs one for each")
        }
        guard rows.columns >= k else {
            throw .groundTruth(
                "the ground truth has \(rows.columns) neighbours a query, fewer than k, \(k); ask for fewer or make a "
                    + "larger one with `loci truth --k`")
        }
        for query in 0..<queries {
            for row in rows[row: query].prefix(k) where row < 0 || Int(row) >= count {
                throw .groundTruth(
                    "the ground truth of query \(query) names row \(row), but the collection has \(count) vectors; it "
                        + "is of another set")
            }
        }
    }

    /// Recall@k: how many of the true `k` nearest were among the first `k` found, on average over the queries.
    func recall(of results: SearchResults, k: Int) -> Double {
        guard results.queryCount > 0, k > 0 else { return 0 }
        var hits = 0
        for query in 0..<results.queryCount {
            let truth = Set(rows[row: query].prefix(k))
            let found = results.range(ofQuery: query).prefix(k)
            hits += found.reduce(0) { $0 + (truth.contains(Int32(bitPattern: results.slots[$1])) ? 1 : 0) }
        }
        return Double(hits) / Double(results.queryCount * k)
    }
}
