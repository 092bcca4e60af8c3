// Loci, Apache License 2.0.

import LociIndex

/// One search for the smallest window that reaches a recall, over one view of a collection.
struct TuningRun<Queries: VectorSource> {
    let queries: RecallQueries<Queries>
    let options: TuningOptions
    let onQuery: @Sendable (TuningStage) throws -> Void

    /// - Throws: `LociError.recallNotReached`, `IndexError`, or what `onQuery` throws.
    func result() throws -> TuningResult {
        let count = queries.queries.count
        guard count > 0 else {
            throw IndexError.parameter(name: "queries", value: "0 vectors", allowed: "at least 1")
        }
        let truth = try queries.trueNeighbours { try onQuery(.truth) }
        let smallest = 1
        let largest = min(options.largestWindow, queries.view.record.count)
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
                    name: queries.view.record.name, recall: options.recall, k: queries.k, best: reached.recall,
                    window: largest)
            }
            missed = reached.window
            reached = try measured(min(largest, 2 * reached.window))
        }
        while reached.window - missed > 1 {
            let point = try measured(missed + (reached.window - missed) / 2)
            if point.recall >= options.recall { reached = point } else { missed = point.window }
        }
        let tuning = SearchTuning(
            k: queries.k, window: reached.window,
            measured: points.map { SearchTuning.Point(window: $0.window, recall: $0.recall) })
        return TuningResult(
            tuning: tuning, queries: count, threads: queries.threads, points: points.sorted { $0.window < $1.window })
    }

    private func measure(_ window: Int, _ truth: [TrueNeighbours]) throws -> TuningResult.Point {
        let count = queries.queries.count
        let start = ContinuousClock.now
        let hits = try queries.hits(.window(window), of: truth) { try onQuery(.window(window)) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let millionths = hits.reduce(0, +) * 1_000_000 / (count * queries.k)
        return TuningResult.Point(
            window: window, recall: SearchTuning.Point(window: window, millionths: millionths).recall,
            queriesPerSecond: Double(count) / max(seconds, 1e-9))
    }
}
