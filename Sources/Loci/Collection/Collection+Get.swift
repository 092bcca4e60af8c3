// Loci, Apache License 2.0.

extension Collection {
    /// Calls `body` with the vectors of identifiers, in their order, of one moment: of a row of several, with each of its vectors.
    ///
    /// - Parameters:
    ///   - ids: The identifiers. One that is given twice is answered twice.
    ///   - body: Gets vectors as `get` gives them. It is not called at all if an identifier is unknown.
    /// - Throws: `LociError.identifiersNotFound`, or what `body` throws.
    /// - Complexity: O(n log m) for n of m identifiers, and n vectors.
    public func forEach(of ids: [VectorID], _ body: (VectorID, [Float]) throws -> Void) throws {
        try forEachRow(of: ids) { id, vectors in
            for vector in vectors { try body(id, vector) }
        }
    }
}
