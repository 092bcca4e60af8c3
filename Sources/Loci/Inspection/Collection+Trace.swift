// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension Collection {
    /// Finds the vectors nearest to a query, and tells the way that the walk took: vector by vector, in the order in which
    /// their neighbours were looked at, each with the one that it was met from.
    ///
    /// It is the search that `search(_:k:window:)` makes, but for rows of several vectors, where it is the first walk, over
    /// vectors.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - k: The number of neighbours, at least 1.
    ///   - window: How many candidates a typical walk follows; `nil` for what the collection was tuned to.
    /// - Returns: The way, which has no hops where the collection is small and everything is measured.
    /// - Throws: `LociError.emptyCollection`; `IndexError` for a vector or number that cannot be used; `LociError`.
    /// - Complexity: That of a search, and O(vectors that are met) memory.
    public func trace(_ vector: [Float], k: Int = 10, window: Int? = nil) throws -> SearchTrace {
        let options = SearchOptions(k: k, window: window)
        try options.validate()
        return try withView { view in
            guard view.record.count > 0 else { throw LociError.emptyCollection(name: name) }
            try view.admitQueries(dimension: vector.count)
            let walk = try view.walk(vector.span.bytes, options)
            func id(_ slot: UInt32) throws -> VectorID { VectorID(bytes: try view.identifiers.identifier(at: slot)) }
            return SearchTrace(
                entries: try walk.trace.entries.map(id), entrySlots: walk.trace.entries,
                hops: try walk.trace.hops.map {
                    SearchTrace.Hop(
                        id: try id($0.slot), slot: $0.slot, origin: $0.origin, distance: $0.distance, met: $0.met)
                },
                neighbors: try zip(walk.slots, walk.distances).map { Neighbor(id: try id($0), distance: $1) },
                neighborSlots: walk.slots, window: try view.walkedWindow(for: options),
                explanation: walk.explanation)
        }
    }
}

/// A search of one query, and its way.
struct TracedWalk {
    let trace: WalkTrace
    let slots: [UInt32]
    let distances: [Float]
    let explanation: SearchExplanation
}

extension CollectionView {
    /// Searches for vectors, and notes the way.
    /// - Parameter hidden: A slot that the walk does not see.
    func walk(_ query: RawSpan, _ options: SearchOptions, hidden: UInt32? = nil) throws -> TracedWalk {
        let count = min(options.k, record.count)
        let reach = try reach(of: options)
        var slots = [UInt32](repeating: 0, count: count)
        var distances = [Float](repeating: 0, count: count)
        return try withSearcher { searcher in
            let (trace, found) = try searcher.trace(
                query, in: graph, count: count, reach: reach, hidden: hidden, slots: &slots, distances: &distances)
            return TracedWalk(
                trace: trace, slots: Array(slots.prefix(found)), distances: Array(distances.prefix(found)),
                explanation: try explanation(of: searcher, options, matching: nil))
        }
    }
}
