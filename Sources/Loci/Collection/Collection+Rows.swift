// Loci, Apache License 2.0.

import LociStorage

extension Collection {
    /// The number of rows, which is that of identifiers: less than `count` where rows have several vectors.
    public var rowCount: Int {
        get throws { try withView { $0.record.rowCount } }
    }

    /// The vectors of an identifier, in the order in which they were given, each as `get` gives it.
    /// - Returns: `nil` when there is no such identifier.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n), and the vectors.
    public func vectors(of id: VectorID) throws -> [[Float]]? {
        try withFound({ view, transaction in try view.slots(of: id, in: transaction) }) { view, slots in
            slots.map { $0.map { view.vector(at: $0) } }
        }
    }

    /// Calls `body` with every identifier and its vectors, in the order of the slots of their first vectors, of one moment.
    /// - Parameter body: Gets vectors as `get` gives them, in the order in which they were given.
    /// - Throws: `LociError.corrupt`, or what `body` throws.
    /// - Complexity: Besides the vectors, O(vectors of rows of several) memory.
    public func forEachRow(_ body: (VectorID, [[Float]]) throws -> Void) throws {
        try withFound({ view, transaction in try RowLists(view, in: transaction) }) { view, rows in
            for slot in view.liveSlots where rows.first(of: slot) == slot {
                let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
                try body(id, rows.slots(with: slot).map { view.vector(at: $0) })
            }
        }
    }

    /// Calls `body` with identifiers and their vectors, in the order of the identifiers, of one moment.
    ///
    /// - Parameters:
    ///   - ids: The identifiers. One that is given twice is answered twice.
    ///   - body: Gets vectors as `get` gives them, in the order in which they were given. It is not called at all if an
    ///     identifier is unknown.
    /// - Throws: `LociError.identifiersNotFound`, or what `body` throws.
    /// - Complexity: O(n log m) for n of m identifiers, and their vectors.
    public func forEachRow(of ids: [VectorID], _ body: (VectorID, [[Float]]) throws -> Void) throws {
        try withFound { view, transaction in
            var rows: [[UInt32]] = []
            rows.reserveCapacity(ids.count)
            var missing: (first: VectorID, count: Int)?
            for id in ids {
                if let slots = try view.slots(of: id, in: transaction) {
                    rows.append(slots)
                } else {
                    missing = (missing?.first ?? id, (missing?.count ?? 0) + 1)
                }
            }
            if let missing {
                throw LociError.identifiersNotFound(
                    name: name, first: missing.first, count: missing.count, of: ids.count)
            }
            return rows
        } _: { view, rows in
            for (id, slots) in zip(ids, rows) { try body(id, slots.map { view.vector(at: $0) }) }
        }
    }
}
