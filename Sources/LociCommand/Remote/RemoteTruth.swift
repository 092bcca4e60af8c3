// Loci, Apache License 2.0.

import Loci

/// The true neighbours of queries, by the identifiers that a server names them by.
struct RemoteTruth {
    private let rows: IntegerMatrix
    /// nil where rows are named by their numbers.
    private let identifiers: [[UInt8]]?

    /// - Throws: `VectorFileError`; `LociError.groundTruth` for one that `queries` results at `k` cannot be counted against.
    init(_ path: String, identifiers: String?, queries: Int, k: Int) throws {
        rows = try IntegerMatrix.read(path)
        self.identifiers = try identifiers.map { try IdentifierFile.read($0) }
        guard rows.count >= queries else {
            throw LociError.groundTruth(
                "the ground truth has \(rows.count) rows for \(queries) queries; it needs one for each")
        }
        guard rows.columns >= k else {
            throw LociError.groundTruth(
                "the ground truth has \(rows.columns) neighbours a query, fewer than k, \(k); ask for fewer or make a "
                    + "larger one with `loci truth --k`")
        }
        let limit = self.identifiers?.count ?? Int(Int32.max)
        for query in 0..<queries {
            for row in rows[row: query].prefix(k) where row < 0 || row >= limit {
                throw LociError.groundTruth(
                    "the ground truth of query \(query) names row \(row), but there are \(limit) identifiers; it is of "
                        + "another set")
            }
        }
    }

    /// How many of the true `k` nearest of a query are among the first `k` found.
    func hits(of found: [[UInt8]], query: Int, k: Int) -> Int {
        let truth = Set(rows[row: query].prefix(k).map { identifiers?[Int($0)] ?? VectorID(row: Int($0)).bytes })
        return found.prefix(k).count { truth.contains($0) }
    }
}
