// Loci, Apache License 2.0.

/// How a vertex's out-neighbours are recorded.
///
///     0                4                8                     4 · R
///     | neighbour      | neighbour      | …                   |
///     | u32            | u32            | unused: 0xFFFFFFFF  |
///
/// The neighbours come first, little-endian slots; the first unused place ends the list, so that a record of degree 32
/// is exactly two cache lines.
package enum Adjacency {
    /// What stands in the places that no neighbour takes.
    package static let unused = UInt32.max
    /// The largest number of vectors in a collection: a search key keeps 31 bits for the slot.
    package static let slotLimit = Int(Int32.max)
    /// The least and the most out-neighbours that a vertex can be allowed.
    package static let degreeLimits = 4...512

    /// Bytes of a record.
    package static func stride(maximumDegree: Int) -> Int { maximumDegree * 4 }

    /// The neighbours of a vertex, up to the first unused place.
    package static func neighbours(_ record: UnsafePointer<UInt8>, maximumDegree: Int) -> [UInt32] {
        var result: [UInt32] = []
        for place in 0..<maximumDegree {
            let neighbour = self.neighbour(record, place)
            if neighbour == unused { break }
            result.append(neighbour)
        }
        return result
    }

    /// The slot in one place of a record.
    @inline(__always)
    package static func neighbour(_ record: UnsafePointer<UInt8>, _ place: Int) -> UInt32 {
        UInt32(littleEndian: (UnsafeRawPointer(record) + place &* 4).loadUnaligned(as: UInt32.self))
    }
}
