// Loci, Apache License 2.0.

import LociStorage

/// A vector that a search found.
public struct Neighbor: Hashable, Sendable {
    /// Its identifier.
    public let id: VectorID
    /// Its distance to the query: squared for `l2`, the negated product for `ip`, one minus the cosine for `cosine`.
    public let distance: Float

    /// A neighbour.
    public init(id: VectorID, distance: Float) {
        self.id = id
        self.distance = distance
    }
}

/// The neighbours of one query or many, nearest first, in flat storage that can be used again.
///
/// A search into results that were as large before allocates nothing for them.
public struct SearchResults: Sendable {
    /// The end of each query's neighbours.
    private var ends: [Int] = []
    /// The queries that found less than there may be.
    private var incomplete: Set<Int> = []
    /// The distances of all neighbours.
    public private(set) var distances: [Float] = []
    /// The slots of all neighbours: in a collection as it was built, the rows of the vectors that it was built from.
    package private(set) var slots: [UInt32] = []
    private var identifierEnds: [Int] = []
    private var identifierBytes: [UInt8] = []

    /// No results.
    public init() {}

    /// The number of queries.
    public var queryCount: Int { ends.count }

    /// The neighbours of all queries together.
    public var count: Int { distances.count }

    /// Where a query's neighbours stand in the flat arrays.
    /// - Parameter query: From 0 to `queryCount - 1`.
    public func range(ofQuery query: Int) -> Range<Int> { (query == 0 ? 0 : ends[query - 1])..<ends[query] }

    /// Whether a query has all the neighbours that it asked for: `k`, or all that match when these are fewer. Whether they are the
    /// nearest is another question. Within a distance, a walk cannot know that it has met all; then only `k` neighbours, a
    /// scan or an exact search are complete.
    /// - Parameter query: From 0 to `queryCount - 1`.
    public func isComplete(query: Int) -> Bool { !incomplete.contains(query) }

    /// The neighbours of a query.
    /// - Parameter query: From 0 to `queryCount - 1`.
    public subscript(query query: Int) -> [Neighbor] {
        range(ofQuery: query).map { Neighbor(id: identifier(at: $0), distance: distances[$0]) }
    }

    /// The identifier of a neighbour.
    /// - Parameter index: From 0 to `count - 1`.
    public func identifier(at index: Int) -> VectorID {
        VectorID(bytes: Array(identifierBytes[(index == 0 ? 0 : identifierEnds[index - 1])..<identifierEnds[index]]))
    }

    /// Forgets all results, and keeps the storage.
    public mutating func removeAll() {
        ends.removeAll(keepingCapacity: true)
        incomplete.removeAll(keepingCapacity: true)
        distances.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        identifierEnds.removeAll(keepingCapacity: true)
        identifierBytes.removeAll(keepingCapacity: true)
    }

    /// Adds a neighbour of the query under way.
    /// - Throws: `StorageError.corrupted` for a damaged identifier.
    mutating func append(slot: UInt32, distance: Float, identifiers: IdentifierTable) throws(StorageError) {
        try identifiers.append(identifierOf: slot, to: &identifierBytes)
        slots.append(slot)
        distances.append(distance)
        identifierEnds.append(identifierBytes.count)
    }

    /// Ends the query under way.
    package mutating func endQuery(isComplete: Bool = true) {
        if !isComplete { incomplete.insert(ends.count) }
        ends.append(distances.count)
    }

    /// Adds the results of other queries.
    public mutating func append(_ other: SearchResults) {
        let neighbours = distances.count
        let bytes = identifierBytes.count
        let queries = ends.count
        incomplete.formUnion(other.incomplete.lazy.map { $0 + queries })
        ends.append(contentsOf: other.ends.lazy.map { $0 + neighbours })
        distances.append(contentsOf: other.distances)
        slots.append(contentsOf: other.slots)
        identifierEnds.append(contentsOf: other.identifierEnds.lazy.map { $0 + bytes })
        identifierBytes.append(contentsOf: other.identifierBytes)
    }
}
