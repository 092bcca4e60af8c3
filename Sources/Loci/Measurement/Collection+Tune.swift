// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

/// What a collection is tuned to.
public struct TuningOptions: Sendable, Equatable {
    /// The recall@k that is to be reached, above 0 and at most 1.
    public var recall: Double
    /// The number of neighbours that recall is counted over.
    public var k: Int
    /// The largest window that is tried.
    public var largestWindow: Int

    /// Beyond this window a walk is seldom worth more than an exact search.
    public static let standardLargestWindow = 10_000

    /// Options for tuning.
    public init(
        recall: Double = 0.95, k: Int = 10, largestWindow: Int = TuningOptions.standardLargestWindow
    ) {
        self.recall = recall
        self.k = k
        self.largestWindow = largestWindow
    }

    /// - Throws: `IndexError.parameter` for a number out of range.
    func validate() throws(IndexError) {
        try SearchTuning.validate(recall: recall)
        try SearchOptions(k: k, window: largestWindow).validate()
    }
}

/// What a tuning is at.
public enum TuningStage: Sendable, Equatable {
    /// Finding the true neighbours.
    case truth
    /// Searching with a window.
    case window(Int)
}

/// What a tuning found.
public struct TuningResult: Sendable, Equatable {
    /// A window, as it was measured.
    public struct Point: Sendable, Equatable {
        /// The number of candidates that walks kept.
        public let window: Int
        /// Recall@k, from 0 to 1, rounded down to millionths.
        public let recall: Double
        /// Queries answered in a second, on all threads together.
        public let queriesPerSecond: Double
    }

    /// What the collection keeps of it.
    public let tuning: SearchTuning
    /// The number of queries.
    public let queries: Int
    /// The number of threads.
    public let threads: Int
    /// All windows that were measured, from the smallest up.
    public let points: [Point]
}

extension Collection {
    /// Finds the smallest window that reaches a recall on queries, and keeps it as the collection's own.
    ///
    /// Truth is an exact search of the collection: by the vectors as they were given where they are kept, else by all
    /// levels of their codes. Windows are doubled until one reaches the recall, and halved in between, so the result is
    /// always the same. The whole tuning sees one moment of the collection; replacing the collection forgets it.
    /// - Parameters:
    ///   - queries: Vectors of the collection's dimension, better some hundreds than a few. They are read into memory.
    ///   - options: What to reach.
    ///   - threads: How many; `nil` for one a processor. The window does not depend on it.
    ///   - onQuery: Called after each query that was answered, from any thread; what it throws ends the tuning.
    /// - Returns: What was measured.
    /// - Throws: `LociError.recallNotReached` when the largest window does not; `.nothingToTune` for a collection that is
    ///   scanned; `IndexError` for queries and numbers that cannot be used; what `onQuery` throws. Nothing has changed then.
    /// - Complexity: O(queries · vectors · dimension) for the truth.
    @discardableResult
    public func tune(
        queries: some VectorSource, _ options: TuningOptions = TuningOptions(), threads: Int? = nil,
        onQuery: @escaping @Sendable (TuningStage) throws -> Void = { _ in }
    ) throws -> TuningResult {
        let loaded = try LoadedVectors(queries)
        return try tune(options) { view in
            try view.admitQueries(dimension: loaded.dimension)
            let queries = RecallQueries(
                view: view, queries: loaded, ownSlots: nil, k: options.k,
                threads: max(1, threads ?? Parallel.processorCount))
            return try TuningRun(queries: queries, options: options, onQuery: onQuery).result()
        }
    }

    /// Finds the smallest window that reaches a recall on vectors of the collection itself, each searched for its
    /// neighbours without itself, and keeps it as the collection's own.
    ///
    /// Vectors of the collection are easier to find the neighbours of than queries of another kind (texts in images, say).
    /// Where there are real queries, tune with them.
    /// - Parameters:
    ///   - sample: How many vectors, at most all of them.
    ///   - seed: Which ones.
    ///   - options: What to reach.
    ///   - threads: How many; `nil` for one a processor. The window does not depend on it.
    ///   - onQuery: Called after each query that was answered, from any thread; what it throws ends the tuning.
    /// - Returns: What was measured.
    /// - Throws: As `tune(queries:_:threads:onQuery:)`.
    /// - Complexity: O(sample · vectors · dimension) for the truth.
    @discardableResult
    public func tune(
        sample: Int, seed: UInt64 = 42, _ options: TuningOptions = TuningOptions(), threads: Int? = nil,
        onQuery: @escaping @Sendable (TuningStage) throws -> Void = { _ in }
    ) throws -> TuningResult {
        try RecallQueries.validate(sample: sample)
        return try tune(options) { view in
            let queries = try RecallQueries(
                view: view, sample: sample, seed: seed, k: options.k,
                threads: max(1, threads ?? Parallel.processorCount))
            return try TuningRun(queries: queries, options: options, onQuery: onQuery).result()
        }
    }

    private func tune(
        _ options: TuningOptions, _ measure: (CollectionView) throws -> TuningResult
    ) throws
        -> TuningResult
    {
        try options.validate()
        try requireWritable()
        let (number, result) = try withView { view in
            guard view.record.count > 0 else { throw LociError.emptyCollection(name: name) }
            guard view.record.hasGraph else { throw LociError.nothingToTune(name: name) }
            return (view.number, try measure(view))
        }
        try LociError.mapped {
            try database.environment.write { transaction in
                guard try Catalogue.number(of: name, in: transaction) == number else {
                    throw LociError.busy(
                        "the collection \"\(name)\" was replaced or dropped while it was tuned; tune it again")
                }
                var record = try Catalogue.record(number: number, path: database.path, in: transaction)
                record.tuning = result.tuning
                try Catalogue.put(record, number: number, in: transaction)
            }
        }
        return result
    }
}
