// Loci, Apache License 2.0.

public import LociAttributes
public import LociIndex
import LociStorage
import Synchronization

/// How a search is made.
public struct SearchOptions: Sendable, Equatable {
    /// The number of neighbours asked for, at least 1. A collection that holds fewer gives them all.
    public var k: Int
    /// How much the walk does.
    public var effort: SearchEffort
    /// Whether to measure every vector instead of walking the graph: by the original vectors where the collection keeps
    /// them, else by its codes.
    public var isExact: Bool
    /// Only neighbours up to this distance, as the metric reports it, and of these the nearest `k`; `nil` for all. A walk
    /// goes on until what it meets is farther, so it finds more than a window lets it, and less than all, as ever.
    public var maximumDistance: Float?
    /// Only neighbours whose attributes match; `nil` for all. All that match are found, up to `k`: where few do, they are looked
    /// at one by one (see ``FilterPlan``).
    public var filter: Filter?

    /// The window of a collection that was never tuned, when none is given.
    public static let standardWindow = 64
    /// The largest window and the largest k.
    public static let limit = 1_000_000

    /// Options for a search.
    /// - Parameters:
    ///   - k: The number of neighbours asked for.
    ///   - window: How many candidates a typical walk follows; `nil` for what the collection was tuned to.
    ///   - isExact: Whether to measure every vector instead.
    public init(k: Int = 10, window: Int? = nil, isExact: Bool = false) {
        self.k = k
        self.effort = window.map { .window($0) } ?? .standard
        self.isExact = isExact
    }

    /// Options for a search of all within a distance.
    /// - Parameters:
    ///   - maximumDistance: The distance, as the metric reports it.
    ///   - limit: The most neighbours; of more, the nearest.
    ///   - window: How far beyond the distance a walk looks: as far as it looks beyond the tenth neighbour with such a
    ///     window. `nil` for what the collection was tuned to.
    ///   - isExact: Whether to measure every vector instead.
    public init(within maximumDistance: Float, limit: Int = 1000, window: Int? = nil, isExact: Bool = false) {
        self.init(k: limit, window: window, isExact: isExact)
        self.maximumDistance = maximumDistance
    }

    /// Options for a search that finds a share of the true neighbours, in a collection that was tuned for it.
    /// - Parameters:
    ///   - k: The number of neighbours asked for, at most that of the tuning.
    ///   - recall: The share, above 0 and at most 1.
    public init(k: Int = 10, recall: Double) {
        self.k = k
        self.effort = .recall(recall)
        self.isExact = false
    }

    /// - Throws: `IndexError.parameter` for a number out of range.
    func validate() throws(IndexError) {
        // Put together only for an error: the text is memory that every search would ask for.
        var allowed: String { "from 1 to \(Self.limit)" }
        guard (1...Self.limit).contains(k) else { throw .parameter(name: "k", value: "\(k)", allowed: allowed) }
        if let maximumDistance, maximumDistance.isNaN {
            throw .parameter(name: "maximum distance", value: "nan", allowed: "a number")
        }
        switch effort {
        case .standard: break
        case .window(let window):
            guard (1...Self.limit).contains(window) else {
                throw .parameter(name: "window", value: "\(window)", allowed: allowed)
            }
        case .recall(let recall): try SearchTuning.validate(recall: recall)
        }
    }
}

extension Collection {
    /// Finds the vectors nearest to a query. Of a row of several vectors, the nearest one answers for the row, as in all searches.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension; of any while there are no vectors.
    ///   - k: The number of neighbours, at least 1. A collection that holds fewer gives them all, and an empty one none.
    ///   - window: How many candidates a typical query follows: more find more, slower. Under `l2` and `cosine`, a query
    ///     whose neighbours stand out follows fewer, down to half, another up to three times as many. `nil` for what the
    ///     collection was tuned to, or else 64, and no fewer than `k`.
    ///   - exact: Whether to measure every vector instead.
    ///   - filter: Which neighbours are wanted; `nil` for all.
    /// - Returns: The neighbours, nearest first.
    /// - Throws: `IndexError` for a vector or number that cannot be used; `LociError`.
    public func search(
        _ vector: [Float], k: Int = 10, window: Int? = nil, exact: Bool = false, filter: Filter? = nil
    ) throws -> [Neighbor] {
        var results = SearchResults()
        var options = SearchOptions(k: k, window: window, isExact: exact)
        options.filter = filter
        try search(vector, options, into: &results)
        return results[query: 0]
    }

    /// Finds a share of the vectors nearest to a query, in a collection that was tuned for it.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - k: The number of neighbours, at least 1 and at most that of the tuning.
    ///   - recall: The share of the true neighbours that is to be found on average, above 0 and at most 1.
    /// - Returns: The neighbours, nearest first.
    /// - Throws: `LociError.notTuned` when `tune` never reached this recall here; `IndexError` for a vector or number that
    ///   cannot be used; `LociError`.
    public func search(_ vector: [Float], k: Int = 10, recall: Double) throws -> [Neighbor] {
        var results = SearchResults()
        try search(vector, SearchOptions(k: k, recall: recall), into: &results)
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
        try search(vector.span.bytes, options, into: &results)
    }

    /// Finds the vectors nearest to a query that lies in memory as bytes, a part of a message say: as
    /// `search(_:_:into:)` of an array, which is made nowhere.
    /// - Parameters:
    ///   - query: The components as 32-bit floats, little-endian, at any address: 4 bytes for each of the collection's
    ///     dimension.
    ///   - options: How to search.
    ///   - results: Forgets what it holds, and takes the neighbours of this one query.
    /// - Throws: `IndexError` for bytes or a number that cannot be used; `LociError`.
    public func search(_ query: RawSpan, _ options: SearchOptions, into results: inout SearchResults) throws {
        try options.validate()
        results.removeAll()
        try withMatching(options.filter) { view, matching in
            try view.answer(query, options, matching: matching, into: &results)
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
        return try withMatching(options.filter) { view, matching in
            try view.admitQueries(dimension: queries.dimension)
            return try view.search(
                queries, options, matching: matching, threads: max(1, threads ?? Parallel.processorCount)
            ) {}
        }
    }
}

extension CollectionView {
    /// - Throws: What makes queries of a dimension impossible here. A collection without vectors has no dimension.
    func admitQueries(dimension: Int) throws {
        guard record.count == 0 || dimension == record.dimension else {
            throw IndexError.dimensionMismatch(found: dimension, expected: record.dimension)
        }
    }

    /// Answers one query that may be any bytes, and adds its neighbours to `results`.
    func answer(
        _ query: RawSpan, _ options: SearchOptions, matching: MatchingSlots?, into results: inout SearchResults
    ) throws {
        try admitQueries(dimension: QueryBytes.dimension(of: query))
        try withSearcher { try search(query, options, matching: matching, searcher: $0, into: &results) }
    }

    /// Answers one query of the collection's dimension, and adds its neighbours to `results`.
    func search(
        _ query: RawSpan, _ options: SearchOptions, matching: MatchingSlots?, searcher: Searcher,
        into results: inout SearchResults
    ) throws {
        if record.hasExtraVectors {
            let vector = QueryBytes.vector(of: query)
            return try searchRows(vector, options, matching: matching, searcher: searcher, into: &results)
        }
        let available = matching?.count ?? record.count
        guard available > 0 else { return results.endQuery() }
        let count = min(options.k, available)
        let reach = try reach(of: options, matching: matching)
        try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { slots in
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { distances in
                guard let slots = slots.baseAddress, let distances = distances.baseAddress else { return }
                let found = try searcher.search(
                    query, in: graph, count: count, reach: reach, matching: matching?.slots, slots: slots,
                    distances: distances)
                try append(slots, distances, count: found, to: &results)
                results.endQuery(isComplete: isComplete(found, of: count, reach))
            }
        }
    }

    /// Adds a query's neighbours to `results`.
    private func append(
        _ slots: UnsafePointer<UInt32>, _ distances: UnsafePointer<Float>, count: Int, to results: inout SearchResults
    ) throws {
        for index in 0..<count {
            try results.append(slot: slots[index], distance: distances[index], identifiers: identifiers)
        }
    }

    /// Whether a search that found so many has all there are, up to `count`.
    private func isComplete(_ found: Int, of count: Int, _ reach: Searcher.Reach) -> Bool {
        if found >= count { return true }
        return switch reach {
        case .everything, .codes: true
        case .window, .within, .dropping: false
        }
    }

    /// Answers many queries on several threads.
    /// - Parameters:
    ///   - matching: What may be found; `nil` for all.
    ///   - asVectors: Whether vectors are found, each by itself, and not rows.
    ///   - hidden: For each query, a slot that its walk does not see.
    ///   - onQuery: Called after each query, from any thread; what it throws ends the search.
    func search(
        _ queries: some VectorSource, _ options: SearchOptions, matching: MatchingSlots?, asVectors: Bool = false,
        threads: Int, hidden: [UInt32]? = nil, onQuery: @Sendable () throws -> Void
    ) throws -> SearchResults {
        let available = matching?.count ?? record.count
        guard available > 0 else {
            return try (0..<queries.count).reduce(into: SearchResults()) { results, _ in
                results.endQuery()
                try onQuery()
            }
        }
        // A block's queries and neighbours are held in memory: at most 2^18 numbers and 2^16 neighbours, or one query's.
        let grain = max(1, min(64, 65_536 / min(options.k, available), 262_144 / max(1, queries.dimension)))
        let blocks = Mutex<[Int: SearchResults]>([:])
        try Parallel.forEach(count: queries.count, grain: grain, threads: threads) { block, _ in
            let results =
                record.hasExtraVectors && !asVectors
                ? try searchRows(queries, block, options, matching: matching, onQuery: onQuery)
                : try search(queries, block, options, matching: matching, hidden: hidden, onQuery: onQuery)
            blocks.withLock { $0[block.lowerBound / grain] = results }
        }
        var all = SearchResults()
        let finished = blocks.withLock { $0 }
        for block in 0..<finished.count {
            if let results = finished[block] { all.append(results) }
        }
        return all
    }

    /// Answers a block of queries on this thread, in turns.
    private func search(
        _ queries: some VectorSource, _ block: Range<Int>, _ options: SearchOptions, matching: MatchingSlots?,
        hidden: [UInt32]?, onQuery: () throws -> Void
    ) throws -> SearchResults {
        let count = min(options.k, matching?.count ?? record.count)
        let reach = try reach(of: options, matching: matching)
        var slots = [UInt32](repeating: 0, count: block.count * count)
        var distances = [Float](repeating: 0, count: block.count * count)
        var found = [Int](repeating: 0, count: block.count)
        try withSearchers(min(block.count, InterleavedSearch.lanes)) { searchers in
            let dimension = queries.dimension
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: block.count * dimension) { vectors in
                // All at once: rows that come one after another come fast, and one that is read when its turn is there
                // was waited for, a twentieth of a search.
                for (index, row) in block.enumerated() {
                    let place = index * dimension..<(index + 1) * dimension
                    try queries.read(row: row, into: UnsafeMutableBufferPointer(rebasing: vectors[place]))
                }
                let bytes = UnsafeBufferPointer(vectors).span.bytes
                let length = dimension * MemoryLayout<Float>.size
                try InterleavedSearch.run(searchers, count: block.count) { searcher, index in
                    try searcher.begin(
                        bytes.extracting(index * length..<(index + 1) * length), in: graph, count: count, reach: reach,
                        matching: matching?.slots, hidden: hidden?[block.lowerBound + index])
                } finish: { searcher, index in
                    slots.withUnsafeMutableBufferPointer { slots in
                        distances.withUnsafeMutableBufferPointer { distances in
                            guard let slots = slots.baseAddress, let distances = distances.baseAddress else { return }
                            found[index] = searcher.finish(
                                slots: slots + index * count, distances: distances + index * count)
                        }
                    }
                    try onQuery()
                } naming: { error, index in
                    error.naming(row: block.lowerBound + index)
                }
            }
        }
        var results = SearchResults()
        try slots.withUnsafeBufferPointer { slots in
            try distances.withUnsafeBufferPointer { distances in
                guard let slots = slots.baseAddress, let distances = distances.baseAddress else { return }
                for index in 0..<block.count {
                    try append(slots + index * count, distances + index * count, count: found[index], to: &results)
                    results.endQuery(isComplete: isComplete(found[index], of: count, reach))
                }
            }
        }
        return results
    }
}

extension IndexError {
    /// The same error, of a row.
    func naming(row: Int) -> IndexError {
        switch self {
        case .notFinite(nil, let component): .notFinite(row: row, component: component)
        case .tooLarge(nil, let component, let limit): .tooLarge(row: row, component: component, limit: limit)
        case .zeroVector(nil): .zeroVector(row: row)
        default: self
        }
    }
}
