// Loci, Apache License 2.0.

public import LociIndex
import Synchronization

/// How fast, and how well, a collection answered a set of queries.
public struct SearchMeasurement: Sendable, Equatable {
    /// The number of queries.
    public let queries: Int
    /// The number of neighbours asked for, capped to what the collection holds.
    public let k: Int
    /// The window of the walks.
    public let window: Int
    /// Whether every vector was measured.
    public let isExact: Bool
    /// The number of threads.
    public let threads: Int
    /// Recall@k against the ground truth, from 0 to 1; `nil` without one.
    public let recall: Double?
    /// Queries answered in a second, identifiers included, in the fastest pass over all of them.
    public let queriesPerSecond: Double
    /// Queries answered in a second of the process's own processor time, summed over its threads, in the pass that took the
    /// least of it. On a busy machine it moves less than `queriesPerSecond`; on one thread of an idle one they are equal.
    public let queriesPerProcessorSecond: Double
    /// The time of a query that is answered alone, in microseconds: median, 95th and 99th percentile.
    public let latency: Latency
    /// What the search did, where there was one query; `nil` of several.
    public let explanation: SearchExplanation?

    /// Percentiles of a query's time, in microseconds.
    public struct Latency: Sendable, Equatable {
        /// The median.
        public let p50: Double
        /// The 95th percentile.
        public let p95: Double
        /// The 99th percentile.
        public let p99: Double

        init(_ durations: [Duration]) {
            let sorted = durations.map { $0 / .microseconds(1) }.sorted()
            func percentile(_ share: Double) -> Double {
                sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
            }
            (p50, p95, p99) = (percentile(0.5), percentile(0.95), percentile(0.99))
        }
    }
}

extension Collection {
    /// Answers queries and measures it: all together for the rate, since queries that take turns hide each other's waits for
    /// memory, and then some one by one for the latency. With a ground truth, which is of vectors, those are found, and not rows.
    /// - Parameters:
    ///   - queries: Vectors of the collection's dimension. They are read into memory before the clock starts.
    ///   - truth: The true neighbours, for the recall.
    ///   - options: How to search.
    ///   - threads: How many; `nil` for one a processor.
    ///   - passes: How often all queries are answered; the fastest pass counts, at least 1.
    ///   - onQuery: Called after each query that was answered, from any thread; what it throws ends the measurement.
    /// - Returns: The figures, and the results.
    /// - Throws: As `search(queries:_:threads:)`; `LociError.groundTruth`, or `.emptyCollection` for a truth of nothing; what `onQuery` throws.
    public func measure(
        queries: some VectorSource, truth: GroundTruth? = nil, _ options: SearchOptions = SearchOptions(),
        threads: Int? = nil, passes: Int = 1, onQuery: @Sendable () throws -> Void = {}
    ) throws -> (measurement: SearchMeasurement, results: SearchResults) {
        try options.validate()
        let threads = max(1, threads ?? Parallel.processorCount)
        let loaded = try LoadedVectors(queries)
        return try withMatching(options.filter) { view, matching in
            try view.admitQueries(dimension: queries.dimension)
            let k = min(options.k, truth == nil ? view.rowCount(matching) : matching?.count ?? view.record.count)
            if truth != nil, k == 0 { throw LociError.emptyCollection(name: name) }
            try truth?.validate(queries: queries.count, k: k, count: view.record.count)
            var best: (total: Duration, results: SearchResults)?
            var leastProcessorTime = Duration.seconds(1 << 40)
            for _ in 0..<max(1, passes) {
                let processorStart = ProcessorTime.ofThisProcess
                let start = ContinuousClock.now
                let results = try view.search(
                    loaded, options, matching: matching, asVectors: truth != nil, threads: threads, onQuery: onQuery)
                let total = ContinuousClock.now - start
                leastProcessorTime = min(leastProcessorTime, ProcessorTime.ofThisProcess - processorStart)
                if total < best?.total ?? .seconds(1 << 40) { best = (total, results) }
            }
            let (total, results) = best ?? (.zero, SearchResults())
            let (latencies, explanation) = try view.answerAlone(loaded, options, matching)
            let measurement = SearchMeasurement(
                queries: queries.count, k: k, window: try view.walkedWindow(for: options),
                isExact: options.isExact || !view.record.hasGraph, threads: threads,
                recall: truth?.recall(of: results, k: k),
                queriesPerSecond: Double(queries.count) / max(total / .seconds(1), 1e-9),
                queriesPerProcessorSecond: Double(queries.count) / max(leastProcessorTime / .seconds(1), 1e-9),
                latency: SearchMeasurement.Latency(latencies), explanation: explanation)
            return (measurement, results)
        }
    }
}

extension CollectionView {
    /// The queries that latencies are taken of.
    static var latencySample: Int { 1_000 }

    /// How long each of the first queries takes alone, on this thread, and what a single one does.
    func answerAlone(
        _ queries: LoadedVectors, _ options: SearchOptions, _ matching: MatchingSlots?, limit: Int = latencySample
    ) throws -> (latencies: [Duration], explanation: SearchExplanation?) {
        var results = SearchResults()
        return try withSearcher { searcher in
            let latencies = try (0..<min(queries.count, limit)).map { query in
                results.removeAll()
                let start = ContinuousClock.now
                try queries.withRow(query) {
                    try search($0.span.bytes, options, matching: matching, searcher: searcher, into: &results)
                }
                return ContinuousClock.now - start
            }
            let isSingle = queries.count == 1
            return (latencies, isSingle ? try explanation(of: searcher, options, matching: matching) : nil)
        }
    }
}

/// Vectors read into memory, so that a measurement is not one of reading files.
struct LoadedVectors: VectorSource {
    private let values: [Float]
    let count: Int
    let dimension: Int

    /// - Parameter values: `count` vectors of `dimension` floats, one after the other.
    init(_ values: [Float], count: Int, dimension: Int) {
        (self.values, self.count, self.dimension) = (values, count, dimension)
    }

    init(_ source: some VectorSource) throws {
        count = source.count
        dimension = source.dimension
        values = try [Float](unsafeUninitializedCapacity: source.count * source.dimension) { buffer, initialized in
            for row in 0..<source.count {
                let start = row * source.dimension
                try source.read(
                    row: row, into: UnsafeMutableBufferPointer(rebasing: buffer[start..<start + source.dimension]))
            }
            initialized = source.count * source.dimension
        }
    }

    func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try values.withUnsafeBufferPointer {
            try body(UnsafeBufferPointer(rebasing: $0[row * dimension..<(row + 1) * dimension]))
        }
    }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) {
        values.withUnsafeBufferPointer { values in
            guard let source = values.baseAddress, let target = output.baseAddress else { return }
            target.update(from: source + row * dimension, count: dimension)
        }
    }
}
