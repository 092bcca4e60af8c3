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
            try slots(of: ids, in: view, transaction)
        } _: { view, found in
            try view.withSearcher { searcher in
                try queries.map { query in
                    var distances = [Float](repeating: 0, count: found.slots.count)
                    try searcher.measure(
                        query.span.bytes, to: found.slots, in: view.graph, asWalked: false, into: &distances)
                    guard let counts = found.counts else { return distances }
                    var start = 0
                    return counts.map { count in
                        defer { start += count }
                        return distances[start..<start + count].min() ?? .infinity
                    }
                }
            }
        }
    }

    /// The slots of the rows of some identifiers, and how many each has; nil where each has one.
    private func slots(
        of ids: [VectorID], in view: CollectionView, _ transaction: borrowing ReadTransaction
    ) throws -> (slots: [UInt32], counts: [Int]?) {
        var (slots, counts): ([UInt32], [Int]) = ([], [])
        slots.reserveCapacity(ids.count)
        var missing: (first: VectorID, count: Int)?
        for id in ids {
            if view.record.hasExtraVectors {
                guard let row = try view.slots(of: id, in: transaction) else {
                    missing = (missing?.first ?? id, (missing?.count ?? 0) + 1)
                    continue
                }
                slots += row
                counts.append(row.count)
            } else if let slot = try view.slot(of: id, in: transaction) {
                slots.append(slot)
            } else {
                missing = (missing?.first ?? id, (missing?.count ?? 0) + 1)
            }
        }
        if let missing {
            throw LociError.identifiersNotFound(name: name, first: missing.first, count: missing.count, of: ids.count)
        }
        return (slots, view.record.hasExtraVectors ? counts : nil)
    }
}
