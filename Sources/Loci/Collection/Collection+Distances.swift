// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension Collection {
    /// Measures how far the vectors of some identifiers are from queries, without decoding them: as exactly as a search reports
    /// distances.
    /// - Parameters:
    ///   - queries: Of the collection's dimension.
    ///   - ids: The identifiers. One that is given twice is answered twice.
    /// - Returns: For each query a distance for each identifier, in their order: of a row of several vectors that of the nearest.
    /// - Throws: `LociError.identifiersNotFound`; `IndexError` for a query that cannot be measured.
    /// - Complexity: O(n log m + queries · n · dimension) for n of m identifiers.
    public func distances(from queries: [[Float]], to ids: [VectorID]) throws -> [[Float]] {
        try withFound { view, transaction in
            let found = try view.slots(of: ids, in: transaction)
            if let first = found.counts.firstIndex(of: 0) {
                throw LociError.identifiersNotFound(
                    name: name, first: ids[first], count: found.counts.count { $0 == 0 }, of: ids.count)
            }
            return found
        } _: { view, found in
            try view.withSearcher { searcher in
                try queries.map { query in
                    var distances = [Float](repeating: 0, count: found.slots.count)
                    try searcher.measure(
                        query.span.bytes, to: found.slots, in: view.graph, asWalked: false, into: &distances)
                    guard view.record.hasExtraVectors else { return distances }
                    var start = 0
                    return found.counts.map { count in
                        defer { start += count }
                        return distances[start..<start + count].min() ?? .infinity
                    }
                }
            }
        }
    }
}
