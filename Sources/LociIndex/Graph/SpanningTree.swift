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

    /// The parents of a graph whose every vertex can be reached: the first that leads to a vertex, breadth-first from the
    /// entry point and in the order of lists, so that ways are short and the same lists give the same tree.
    /// - Parameters:
    ///   - adjacency: The lists of `count` vertices. What they name beyond that is passed over.
    ///   - entryPoint: Below `count`.
    /// - Returns: A record for each vertex; one that cannot be reached has no parent.
    /// - Complexity: O(count · degree) time, 8 bytes a vertex.
    package static func parents(
        in adjacency: RecordArray, count: Int, maximumDegree: Int, entryPoint: UInt32
    ) -> OwnedRecords {
        let parents = OwnedRecords(count: count, stride: recordBytes)
        parents.base.update(repeating: 0xFF, count: count * recordBytes)
        var reached = [entryPoint]
        reached.reserveCapacity(count)
        var next = 0
        while next < reached.count {
            let vertex = reached[next]
            next += 1
            let list = adjacency.record(vertex)
            for place in 0..<maximumDegree {
                let neighbour = Adjacency.neighbour(list, place)
                if neighbour == Adjacency.unused { break }
                guard neighbour < count, neighbour != entryPoint,
                    parent(of: neighbour, in: parents.records) == none
                else { continue }
                UnsafeMutableRawPointer(parents[Int(neighbour)]).storeBytes(of: vertex.littleEndian, as: UInt32.self)
                reached.append(neighbour)
            }
        }
        return parents
    }
}
