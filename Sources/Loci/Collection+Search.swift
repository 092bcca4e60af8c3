// Loci, Apache License 2.0.

public import LociIndex
import LociStorage
import Synchronization

/// How a search is made.
public struct SearchOptions: Sendable, Equatable {
    /// The number of neighbours asked for, at least 1. A collection that holds fewer gives them all.
    public var k: Int
    /// How many candidates the walk keeps, at least 1: more find more, slower. At least `k` are kept.
    public var window: Int
    /// Whether to measure every vector instead of walking the graph: by the original vectors where the collection keeps
    /// them, else by its codes.
    public var isExact: Bool

    /// The window that is used when none is given.
    public static let standardWindow = 64
    /// The largest window and the largest k.
    public static let limit = 1_000_000

    /// Options for a search.
    public init(k: Int = 10, window: Int = SearchOptions.standardWindow, isExact: Bool = false) {
        self.k = k
        self.window = window
        self.isExact = isExact
    }

    /// - Throws: `IndexError.parameter` for a number out of range.
    func validate() throws(IndexError) {
        // Put together only for an error: the text is memory that every search would ask for.
        var allowed: String { "from 1 to \(Self.limit)" }
        guard (1...Self.limit).contains(k) else { throw .parameter(name: "k", value: "\(k)", allowed: allowed) }
        guard (1...Self.limit).contains(window) else {
            throw .parameter(name: "window", value: "\(window)", allowed: allowed)
        }
    }
}

extension Collection {
    /// Finds the vectors nearest to a query.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - k: The number of neighbours, at least 1. A collection that holds fewer gives them all.
    ///   - window: How many candidates the walk keeps: more find more, slower.
    ///   - exact: Whether to measure every vector instead.
    /// - Returns: The neighbours, nearest first.
    /// - Throws: `IndexError` for a vector or number that cannot be used; `LociError`.
    public func search(
        _ vector: [Float], k: Int = 10, window: Int = SearchOptions.standardWindow, exact: Bool = false
    ) throws -> [Neighbor] {
        var results = SearchResults()
        try search(vector, SearchOptions(k: k, window: window, isExact: exact), into: &results)
        return results[query: 0]
    }

    /// Finds the vectors nearest to a query, and allocates nothing when the results have room and `k` is at most 256; more
    /// take scratch memory for the time of the search.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - options: How to search.
    ///   - results: Forgets what it holds, and takes the neighbours of this one query.
    /// - Throws: `IndexError` for a vector or number that cannot be used; `LociError`.
    public func search(_ vector: [Float], _ options: SearchOptions, into results: inout SearchResults) throws {
        try options.validate()
        results.removeAll()
        try withView { view in
            try view.admitQueries(dimension: vector.count)
            try view.withSearcher { searcher in
                try vector.withUnsafeBufferPointer { vector in
                    try view.search(vector, options, searcher: searcher, into: &results)
                }
            }
        }
    }

    /// Finds the vectors nearest to each of many queries, on several threads, all in one moment of the collection.
    /// - Parameters:
    ///   - queries: Vectors of the collection's dimension.
    ///   - options: How to search.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    /// - Returns: The neighbours of each query, in the order of the queries.
    /// - Throws: `IndexError` for a query or number that cannot be used, naming its row; `LociError`.
    public func search(
        queries: some VectorSource, _ options: SearchOptions = SearchOptions(), threads: Int? = nil
    ) throws -> SearchResults {
        try options.validate()
        return try withView { view in
            try view.admitQueries(dimension: queries.dimension)
            return try view.search(queries, options, threads: max(1, threads ?? Parallel.processorCount)) { _, _ in }
        }
    }
}

extension CollectionView {
    /// - Throws: What makes queries of a dimension impossible here.
    func admitQueries(dimension: Int) throws {
        guard record.count > 0 else { throw LociError.emptyCollection(name: record.name) }
        guard dimension == record.dimension else {
            throw IndexError.dimensionMismatch(found: dimension, expected: record.dimension)
        }
    }

    /// Answers one query, and adds its neighbours to `results`.
    func search(
        _ vector: UnsafeBufferPointer<Float>, _ options: SearchOptions, searcher: Searcher,
        into results: inout SearchResults
    ) throws {
        guard let vector = vector.baseAddress else { return }
        let count = min(options.k, record.count)
        let window = min(options.window, record.count)
        try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { slots in
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { distances in
                guard let slots = slots.baseAddress, let distances = distances.baseAddress else { return }
                let found =
                    options.isExact
                    ? try searcher.scan(vector, in: graph, count: count, slots: slots, distances: distances)
                    : try searcher.search(
                        vector, in: graph, count: count, window: window, slots: slots, distances: distances)
                for index in 0..<found {
                    results.append(
                        slot: slots[index], distance: distances[index],
                        identifier: try identifiers.unsafeIdentifier(at: slots[index]))
                }
                results.endQuery()
            }
        }
    }

    /// Answers many queries on several threads.
    /// - Parameter onQuery: Called with each query's number and the time that it took, from any thread; what it throws ends
    ///   the search.
    func search(
        _ queries: some VectorSource, _ options: SearchOptions, threads: Int,
        onQuery: @Sendable (Int, Duration) throws -> Void
    ) throws -> SearchResults {
        let grain = 64
        let blocks = Mutex<[Int: SearchResults]>([:])
        try Parallel.forEach(count: queries.count, grain: grain, threads: threads) { block, _ in
            var results = SearchResults()
            try withSearcher { searcher in
                try withUnsafeTemporaryAllocation(of: Float.self, capacity: queries.dimension) { vector in
                    for query in block {
                        try queries.read(row: query, into: vector)
                        let start = ContinuousClock.now
                        do {
                            try search(UnsafeBufferPointer(vector), options, searcher: searcher, into: &results)
                        } catch let error as IndexError {
                            throw error.naming(row: query)
                        }
                        try onQuery(query, ContinuousClock.now - start)
                    }
                }
            }
            blocks.withLock { $0[block.lowerBound / grain] = results }
        }
        var all = SearchResults()
        let finished = blocks.withLock { $0 }
        for block in 0..<finished.count {
            if let results = finished[block] { all.append(results) }
        }
        return all
    }
}

extension IndexError {
    /// The same error, of a row.
    fileprivate func naming(row: Int) -> IndexError {
        switch self {
        case .notFinite(nil, let component): .notFinite(row: row, component: component)
        case .tooLarge(nil, let component, let limit): .tooLarge(row: row, component: component, limit: limit)
        case .zeroVector(nil): .zeroVector(row: row)
        default: self
        }
    }
}
