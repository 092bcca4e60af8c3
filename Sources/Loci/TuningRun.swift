// Loci, Apache License 2.0.

import LociIndex

/// One search for the smallest window that reaches a recall, over one view of a collection.
struct TuningRun<Queries: VectorSource> {
    let view: CollectionView
    let queries: Queries
    /// The slots of the queries, when they are the collection's own vectors: none of them is a neighbour of itself, and a
    /// walk does not see it. Seen, it would be found first and lead to its neighbours by its own list: on Fashion-MNIST a
    /// window that so promised recall@10 0.957 reached 0.917 on other queries.
    let ownSlots: [UInt32]?
    let options: TuningOptions
    let threads: Int
    let onQuery: @Sendable (TuningStage) throws -> Void

    /// - Throws: `LociError.recallNotReached`, `IndexError`, or what `onQuery` throws.
    func result() throws -> TuningResult {
        try view.admitQueries(dimension: queries.dimension)
        guard queries.count > 0 else {
            throw IndexError.parameter(name: "queries", value: "0 vectors", allowed: "at least 1")
        }
        let truth = try trueNeighbours()
        let smallest = 1
        let largest = min(options.largestWindow, view.record.count)
        var points: [TuningResult.Point] = []
        func measured(_ window: Int) throws -> TuningResult.Point {
            let point = try measure(window, truth)
            points.append(point)
            return point
        }
        var reached = try measured(smallest)
        var missed = smallest - 1
        while reached.recall < options.recall {
            guard reached.window < largest else {
                throw LociError.recallNotReached(
                    name: view.record.name, recall: options.recall, k: counted, best: reached.recall, window: largest)
            }
            missed = reached.window
            reached = try measured(min(largest, 2 * reached.window))
        }
        while reached.window - missed > 1 {
            let point = try measured(missed + (reached.window - missed) / 2)
            if point.recall >= options.recall { reached = point } else { missed = point.window }
        }
        let tuning = SearchTuning(
            k: counted, window: reached.window,
            measured: points.map { SearchTuning.Point(window: $0.window, recall: $0.recall) })
        return TuningResult(
            tuning: tuning, queries: queries.count, threads: threads, points: points.sorted { $0.window < $1.window })
    }

    /// The number of neighbours that count: not more than there are.
    private var counted: Int { min(options.k, view.record.count - (ownSlots == nil ? 0 : 1)) }

    /// What counts as found for a query.
    private struct Truth {
        let slots: Set<UInt32>
        /// The distance that others may have, too. Binary codes tell few distances apart, and the same ones whoever measures:
        /// which of equally near vectors are the nearest is chance there.
        let distance: Float

        func holds(_ slot: UInt32, at distance: Float) -> Bool { slots.contains(slot) || distance <= self.distance }
    }

    private func trueNeighbours() throws -> [Truth] {
        // An exact search sees the query itself.
        let searched = counted + (ownSlots == nil ? 0 : 1)
        let results = try view.search(
            queries, SearchOptions(k: searched, isExact: true), matching: nil, asVectors: true, threads: threads
        ) { try onQuery(.truth) }
        let countsEqual = view.record.quantization == .binary
        return (0..<results.queryCount).map { query in
            let neighbours = neighbours(of: query, in: results)
            return Truth(
                slots: Set(neighbours.map { results.slots[$0] }),
                distance: countsEqual ? neighbours.last.map { results.distances[$0] } ?? -.infinity : -.infinity)
        }
    }

    private func measure(_ window: Int, _ truth: [Truth]) throws -> TuningResult.Point {
        let start = ContinuousClock.now
        let results = try view.search(
            queries, SearchOptions(k: counted, window: window), matching: nil, asVectors: true, threads: threads,
            hidden: ownSlots
        ) { try onQuery(.window(window)) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let hits = truth.indices.reduce(0) { hits, query in
            hits
                + neighbours(of: query, in: results).count {
                    truth[query].holds(results.slots[$0], at: results.distances[$0])
                }
        }
        let millionths = hits * 1_000_000 / (queries.count * counted)
        return TuningResult.Point(
            window: window, recall: SearchTuning.Point(window: window, millionths: millionths).recall,
            queriesPerSecond: Double(queries.count) / max(seconds, 1e-9))
    }

    /// The places of what was found for a query, without itself: the last one goes when that was not found.
    private func neighbours(of query: Int, in results: SearchResults) -> [Int] {
        let own = ownSlots?[query]
        return Array(results.range(ofQuery: query).filter { results.slots[$0] != own }.prefix(counted))
    }
}
