// Loci, Apache License 2.0.

import LociIndex

/// How much of the true neighbours searches of a collection find, as it is.
public struct RecallMeasurement: Sendable, Equatable {
    /// The number of queries.
    public let queries: Int
    /// The number of neighbours that counted: those asked for, or all others that there are.
    public let k: Int
    /// The window of the walks.
    public let window: Int
    /// Recall@k, the share of the true neighbours that was found, on average over the queries: from 0 to 1.
    public let recall: Double
    /// The recall of the query of which the least was found.
    public let lowestRecall: Double
    /// How long a search takes that is alone, on average over the queries, or 1,000 of them.
    public let searchTime: Duration
    /// How long an exact search takes that is alone, on average over a few of the queries.
    public let exactTime: Duration
}

extension Collection {
    /// Measures how much of the true neighbours searches find, on vectors of the collection itself, each searched for its neighbours
    /// without itself, and changes nothing.
    ///
    /// The truth is an exact search: by the vectors as they were given where they are kept, else by all levels of their codes. All is
    /// of one moment. Where rows have several vectors, each counts by itself. Vectors of the collection are easier to find the
    /// neighbours of than queries of another kind (texts in images, say).
    ///
    /// ```swift
    /// let measured = try photos.recall(sample: 200)
    /// print(measured.recall, measured.searchTime, measured.exactTime)
    /// ```
    /// - Parameters:
    ///   - sample: How many vectors, at most all of them.
    ///   - k: The number of neighbours that recall is counted over.
    ///   - window: How many candidates a typical walk follows; `nil` for what the collection was tuned to.
    ///   - seed: Which vectors.
    ///   - threads: How many; `nil` for one a processor. What is found does not depend on it.
    ///   - onQuery: Called after each query that was answered, twice for each, from any thread; what it throws ends the measurement.
    /// - Throws: `LociError.emptyCollection`; `IndexError` for numbers that cannot be used; what `onQuery` throws.
    /// - Complexity: O(sample · vectors · dimension).
    public func recall(
        sample: Int = 100, k: Int = 10, window: Int? = nil, seed: UInt64 = 42, threads: Int? = nil,
        onQuery: @Sendable () throws -> Void = {}
    ) throws -> RecallMeasurement {
        try RecallQueries.validate(sample: sample)
        let options = SearchOptions(k: k, window: window)
        try options.validate()
        return try withView { view in
            guard view.record.count > 0 else { throw LociError.emptyCollection(name: name) }
            let threads = max(1, threads ?? Parallel.processorCount)
            let queries = try RecallQueries(view: view, sample: sample, seed: seed, k: k, threads: threads)
            let size = queries.queries.count
            let followed = try view.walkedWindow(for: options)
            // The only vector has no neighbours to miss.
            guard queries.k > 0 else {
                return RecallMeasurement(
                    queries: size, k: 0, window: followed, recall: 1, lowestRecall: 1, searchTime: .zero,
                    exactTime: .zero)
            }
            let truth = try queries.trueNeighbours(onQuery: onQuery)
            let hits = try queries.hits(options.effort, of: truth, onQuery: onQuery)
            let loaded = try LoadedVectors(queries.queries)
            var exact = options
            exact.isExact = true
            return RecallMeasurement(
                queries: size, k: queries.k, window: followed,
                recall: Double(hits.reduce(0, +)) / Double(size * queries.k),
                lowestRecall: Double(hits.min() ?? 0) / Double(queries.k),
                searchTime: try view.meanTime(of: loaded, options, count: CollectionView.latencySample),
                exactTime: try view.meanTime(of: loaded, exact, count: 16))
        }
    }
}

extension CollectionView {
    /// How long each of the first so many queries takes alone, on average.
    fileprivate func meanTime(of queries: LoadedVectors, _ options: SearchOptions, count: Int) throws -> Duration {
        let times = try answerAlone(queries, options, nil, limit: count).latencies
        return times.reduce(.zero, +) / max(1, times.count)
    }
}
