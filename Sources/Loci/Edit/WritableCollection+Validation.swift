// Loci, Apache License 2.0.

import LociIndex

extension WritableCollection {
    /// Says whether a vector would be refused, and changes nothing: for who adds many, and wants all of them or none.
    /// - Parameters:
    ///   - id: From 1 to 480 bytes.
    ///   - vector: Of the collection's dimension; of any while there are no vectors.
    /// - Throws: What `upsert` would.
    /// - Complexity: O(dimension).
    public func validate(_ id: VectorID, _ vector: [Float]) throws {
        try LociError.mapped {
            _ = try transaction.opened()
            guard (1...VectorID.maximumBytes).contains(id.bytes.count) else {
                throw LociError.identifierLength(row: nil, bytes: id.bytes.count, limit: VectorID.maximumBytes)
            }
            try vector.withUnsafeBufferPointer { try edit.admit($0, row: nil) }
        }
    }
}
