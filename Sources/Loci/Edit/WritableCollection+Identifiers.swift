// Loci, Apache License 2.0.

import LociStorage

/// What is asked of all vectors as this transaction has changed them: those that wait are coded and linked for it.
extension WritableCollection {
    /// The identifiers of a range in the order of their bytes; see `Collection.identifiers(from:to:limit:)`.
    public func identifiers(
        from lower: IdentifierBound = .unbounded, to upper: IdentifierBound = .unbounded, limit: Int = .max
    ) throws -> [VectorID] {
        try IdentifierCount.validate(limit, name: "limit")
        return try withView { view, transaction in
            try view.identifiers(from: lower, to: upper, limit: limit, in: transaction)
        }
    }

    /// Identifiers at random; see `Collection.randomIdentifiers(_:repeating:using:)`.
    public func randomIdentifiers(
        _ count: Int, repeating: Bool = false, using generator: inout some RandomNumberGenerator
    ) throws -> [VectorID] {
        try IdentifierCount.validate(count, name: "count")
        return try withView { view, transaction in
            try view.randomSlots(count, repeating: repeating, using: &generator, in: transaction).map {
                VectorID(bytes: try view.identifiers.identifier(at: $0))
            }
        }
    }

    /// The neighbours that the graph links an identifier's vector to; see `Collection.links(of:)`.
    public func links(of id: VectorID) throws -> [Neighbor]? {
        try withView { view, transaction in
            try view.slots(of: id, in: transaction).map { try view.links(of: $0) }
        }
    }
}
