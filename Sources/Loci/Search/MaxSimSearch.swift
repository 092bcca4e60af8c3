// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// A search by MaxSim: a row is as near as the sum, over the vectors of the query, of the distance of its nearest vector to each.
///
/// Of ColBERT ("Efficient and Effective Passage Search via Contextualized Late Interaction over BERT", Khattab and Zaharia, 2020),
/// whose similarities are negated here, so that the smaller is the nearer. Candidates are the rows of the nearest vectors of each
/// vector of the query. What was found of a candidate bounds its sum from below: a distance that was not found is no smaller than
/// the last that was. So candidates are measured in the order of their bounds, until the bound of the next is above the sums
/// that are wanted (the threshold algorithm of Fagin, Lotem and Naor, 2001).
struct MaxSimSearch {
    let view: CollectionView
    let queries: LoadedVectors
    let options: SearchOptions
    let matching: MatchingSlots?

    /// A row by the slot of its first vector, and its sum.
    typealias Found = SearchProgress.Found

    /// So many vectors are found for each vector of the query, or as many as its walk follows, or as many times those that are
    /// asked for: a row must be among the nearest of one of them alone.
    private static let smallestDepth = 64
    private static let depthPerRow = 4
    /// Beyond so many vectors that were found, all rows are measured: it takes less memory, and not more time.
    private static let foundLimit = 1 << 22
    /// So many candidates are measured before their sums are looked at.
    private static let rowsPerStep = 64
    /// Sums of floats, and bounds in another order, may differ by such a part for each vector of the query.
    private static let rounding = 1e-6

    /// The nearest rows, and whether there are as many as there can be.
    /// - Parameter transaction: Of the view.
    /// - Throws: `IndexError` for a query that cannot be measured, naming its row; `StorageError.corrupted`.
    func rows(in transaction: borrowing ReadTransaction) throws -> (rows: [Found], isComplete: Bool) {
        let wanted = min(options.k, view.rowCount(matching))
        guard wanted > 0 else { return ([], true) }
        var found: [Found]?
        if view.record.hasGraph, !options.isExact {
            let available = matching?.count ?? view.record.count
            let window = try view.walkedWindow(for: options)
            var depth = max(Self.smallestDepth, Self.depthPerRow * options.k, window)
            while found == nil, depth < available, depth * queries.count <= Self.foundLimit {
                let candidates = try candidates(depth: depth, in: transaction)
                if candidates.rows.count >= wanted { found = try nearest(wanted, of: candidates) }
                depth *= 2
            }
        }
        let isExhaustive = found == nil
        let radius = options.maximumDistance ?? .infinity
        let rows = try (found ?? everything(wanted, in: transaction)).filter { $0.distance <= radius }
        return (rows, rows.count >= wanted || isExhaustive)
    }

    /// A row that may be among the nearest.
    private struct Candidate {
        var slots: [UInt32]
        /// How much the sum is less, at the most, than if none of its vectors had been found.
        var gain = 0.0
    }

    private struct Candidates {
        /// By the first slot of each.
        var rows: [UInt32: Candidate] = [:]
        /// No row of which nothing was found has a smaller sum.
        var bound = 0.0
        /// What bounds may be wrong by.
        var slack = 0.0
    }

    /// The rows of the nearest vectors of each vector of the query.
    private func candidates(depth: Int, in transaction: borrowing ReadTransaction) throws -> Candidates {
        var options = SearchOptions(k: depth)
        options.effort = .window(depth)
        let found = try view.search(queries, options, matching: matching, asVectors: true, threads: 1) {}
        var candidates = Candidates()
        var firsts: [UInt32: UInt32] = [:]
        for query in 0..<queries.count {
            let range = found.range(ofQuery: query)
            // Where a walk has found fewer than there are, nothing is known of the others.
            let last = range.count < depth ? -.infinity : Double(found.distances[range.upperBound - 1])
            candidates.bound += last
            candidates.slack += abs(last) * Self.rounding * Double(queries.count)
            var seen: Set<UInt32> = []
            for index in range {
                let slot = found.slots[index]
                let first = try firsts[slot] ?? enter(slot, into: &candidates, &firsts, in: transaction)
                // Nearest first: others of the row are no nearer.
                guard seen.insert(first).inserted, last > -.infinity else { continue }
                candidates.rows[first]?.gain += last - Double(found.distances[index])
            }
        }
        return candidates
    }

    /// Takes in the row of a slot.
    /// - Returns: Its first slot.
    private func enter(
        _ slot: UInt32, into candidates: inout Candidates, _ firsts: inout [UInt32: UInt32],
        in transaction: borrowing ReadTransaction
    ) throws -> UInt32 {
        var slots = [slot]
        if view.record.hasExtraVectors {
            let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
            slots = try view.slots(of: id, in: transaction) ?? slots
        }
        let first = slots[0]
        for slot in slots { firsts[slot] = first }
        // A damaged row may not have the slot that leads to it.
        firsts[slot] = first
        if candidates.rows[first] == nil { candidates.rows[first] = Candidate(slots: slots) }
        return first
    }

    /// The nearest of the candidates.
    private func nearest(_ wanted: Int, of candidates: Candidates) throws -> [Found] {
        let ordered = candidates.rows.sorted { ($1.value.gain, $0.key) < ($0.value.gain, $1.key) }
        var best: [Found] = []
        for start in stride(from: 0, to: ordered.count, by: Self.rowsPerStep) {
            if best.count == wanted, let last = best.last?.distance,
                candidates.bound - ordered[start].value.gain > Double(last) + candidates.slack
            {
                break
            }
            let step = ordered[start..<min(ordered.count, start + Self.rowsPerStep)]
            let measured = try sums(of: step.map(\.value.slots), asWalked: true)
            best += zip(step, measured).map { (slot: $0.key, distance: $1) }
            best = Self.nearest(wanted, of: best)
        }
        return best
    }

    private static func nearest(_ wanted: Int, of rows: [Found]) -> [Found] {
        Array(rows.sorted { ($0.distance, $0.slot) < ($1.distance, $1.slot) }.prefix(wanted))
    }

    /// The nearest of all rows.
    private func everything(_ wanted: Int, in transaction: borrowing ReadTransaction) throws -> [Found] {
        let lists = try RowLists(view, in: transaction)
        let rows = view.liveSlots.filter { lists.first(of: $0) == $0 && matching?.slots.contains($0) ?? true }
            .map { lists.slots(with: $0) }
        let measured = try sums(of: rows, asWalked: view.record.hasGraph && !options.isExact)
        return Self.nearest(wanted, of: zip(rows, measured).map { (slot: $0[0], distance: $1) })
    }

    /// The sum of each row.
    /// - Parameter rows: Their slots.
    private func sums(of rows: [[UInt32]], asWalked: Bool) throws -> [Float] {
        let slots = rows.flatMap(\.self)
        var distances = [Float](repeating: 0, count: slots.count)
        var sums = [Float](repeating: 0, count: rows.count)
        try view.withSearcher { searcher in
            for query in 0..<queries.count {
                do {
                    try queries.withRow(query) {
                        try searcher.measure(
                            $0.span.bytes, to: slots, in: view.graph, asWalked: asWalked, into: &distances)
                    }
                } catch let error as IndexError {
                    throw error.naming(row: query)
                }
                var place = 0
                for (row, slots) in rows.enumerated() {
                    sums[row] += distances[place..<place + slots.count].min() ?? 0
                    place += slots.count
                }
            }
        }
        return sums
    }
}
