// Loci, Apache License 2.0.

import LociIndex

/// Queries whose true neighbours in a view are found, and then what searches find of them.
struct RecallQueries<Queries: VectorSource> {
    let view: CollectionView
    let queries: Queries
    /// The slots of the queries, when they are the collection's own vectors: none of them is a neighbour of itself, and a
    /// walk does not see it. Seen, it would be found first and lead to its neighbours by its own list: on Fashion-MNIST a
    /// window that so promised recall@10 0.957 reached 0.917 on other queries.
    let ownSlots: [UInt32]?
    /// The number of neighbours that count: not more than there are.
    let k: Int
    let threads: Int

    /// - Parameter k: How many neighbours count, where there are so many.
    init(view: CollectionView, queries: Queries, ownSlots: [UInt32]?, k: Int, threads: Int) {
        self.view = view
        self.queries = queries
        self.ownSlots = ownSlots
        self.k = min(k, view.record.count - (ownSlots == nil ? 0 : 1))
        self.threads = threads
    }

    /// The nearest of each query, by an exact search.
    /// - Parameter onQuery: Called after each query, from any thread; what it throws ends the search.
    func trueNeighbours(onQuery: @Sendable () throws -> Void) throws -> [TrueNeighbours] {
        let options = SearchOptions(k: ownSlots == nil ? k : k + 1, isExact: true)
        let countsEqual = view.record.quantization == .binary
        return try neighbours(options, hidden: nil, onQuery: onQuery).map { found in
            TrueNeighbours(
                slots: Set(found.map(\.slot)),
                distance: countsEqual ? found.last?.distance ?? -.infinity : -.infinity)
        }
    }

    /// How many of its true neighbours a search finds of each query.
    /// - Parameters:
    ///   - effort: How the search is made.
    ///   - onQuery: As for `trueNeighbours`.
    func hits(
        _ effort: SearchEffort, of truth: [TrueNeighbours], onQuery: @Sendable () throws -> Void
    ) throws -> [Int] {
        // A scan sees the query itself.
        var options = SearchOptions(k: ownSlots == nil || view.record.hasGraph ? k : k + 1)
        options.effort = effort
        return try zip(truth, neighbours(options, hidden: ownSlots, onQuery: onQuery)).map { truth, found in
            found.count { truth.holds($0.slot, at: $0.distance) }
        }
    }

    /// What is found for each query, without its own slot: the last one goes when that was not found.
    private func neighbours(
        _ options: SearchOptions, hidden: [UInt32]?, onQuery: @Sendable () throws -> Void
    ) throws -> [[(slot: UInt32, distance: Float)]] {
        let results = try view.search(
            queries, options, matching: nil, asVectors: true, threads: threads, hidden: hidden, onQuery: onQuery)
        return (0..<results.queryCount).map { query in
            let own = ownSlots?[query]
            return results.range(ofQuery: query).lazy.map { (slot: results.slots[$0], distance: results.distances[$0]) }
                .filter { $0.slot != own }.prefix(k).map { $0 }
        }
    }
}

/// What counts as found for a query.
struct TrueNeighbours {
    let slots: Set<UInt32>
    /// The distance that others may have, too. Binary codes tell few distances apart, and the same ones whoever measures: which of
    /// equally near vectors are the nearest is chance there.
    let distance: Float

    func holds(_ slot: UInt32, at distance: Float) -> Bool { slots.contains(slot) || distance <= self.distance }
}

extension RecallQueries where Queries == VectorArray {
    /// Vectors of the view itself.
    /// - Parameters:
    ///   - sample: How many, at most all.
    ///   - seed: Which ones.
    init(view: CollectionView, sample: Int, seed: UInt64, k: Int, threads: Int) throws {
        let live = Array(view.liveSlots)
        let slots = RandomRows.draw(min(sample, live.count), of: live.count, seed: seed).map { live[$0] }
        let vectors = try VectorArray(slots.flatMap { view.vector(at: $0) }, dimension: view.record.dimension)
        self.init(view: view, queries: vectors, ownSlots: slots, k: k, threads: threads)
    }

    /// - Throws: `IndexError.parameter` for a size that no sample can have.
    static func validate(sample: Int) throws(IndexError) {
        guard (1...SearchOptions.limit).contains(sample) else {
            throw .parameter(name: "sample", value: "\(sample)", allowed: "from 1 to \(SearchOptions.limit)")
        }
    }
}
