// Loci, Apache License 2.0.

extension Collection {
    /// Calls `body` with the vectors of identifiers, in their order, of one moment.
    ///
    /// - Parameters:
    ///   - ids: The identifiers. One that is given twice is answered twice.
    ///   - body: Gets vectors as `get` gives them. It is not called at all if an identifier is unknown.
    /// - Throws: `LociError.identifiersNotFound`, or what `body` throws.
    /// - Complexity: O(n log m) for n of m identifiers, and n vectors.
    public func forEach(of ids: [VectorID], _ body: (VectorID, [Float]) throws -> Void) throws {
        try withFound { view, transaction in
            var slots: [UInt32] = []
            slots.reserveCapacity(ids.count)
            var missing: (first: VectorID, count: Int)?
            for id in ids {
                if let slot = try view.slot(of: id, in: transaction) {
                    slots.append(slot)
                } else {
                    missing = (missing?.first ?? id, (missing?.count ?? 0) + 1)
                }
            }
            if let missing {
                throw LociError.identifiersNotFound(
                    name: name, first: missing.first, count: missing.count, of: ids.count)
            }
            return slots
        } _: { view, slots in
            for (id, slot) in zip(ids, slots) { try body(id, view.vector(at: slot)) }
        }
    }
}
