// Loci, Apache License 2.0.

/// The tree that keeps every vector within reach, whatever is inserted and removed.
///
/// Every vertex but the entry point has a parent: a vertex whose neighbour list names it. From parent to parent the way
/// leads to the entry point, so from there every vertex can be reached. An edge from a parent is never dropped by pruning;
/// when a vertex is removed, its children are given to its own parent or to each other. So what a whole pass over the graph
/// would have to find out is known at every moment, by four bytes a vector.
///
///     0        4
///     | parent |   u32, little-endian; 0xFFFFFFFF of the entry point, and of a slot that is not live
package enum SpanningTree {
    /// The bytes of a record.
    package static let recordBytes = 4
    /// What stands for the parent of a vertex that has none.
    package static let none = UInt32.max

    /// The parent of a vertex.
    @inline(__always)
    package static func parent(of vertex: UInt32, in records: RecordArray) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(records.record(vertex)).loadUnaligned(as: UInt32.self))
    }

    /// Gives a vertex a parent.
    package static func setParent(_ parent: UInt32, of vertex: UInt32, in records: some EditableRecords) throws {
        UnsafeMutableRawPointer(try records.edit(vertex)).storeBytes(of: parent.littleEndian, as: UInt32.self)
    }
}
