// Loci, Apache License 2.0.

import LociStorage

/// The slots of a row's vectors, as the table `ids` has them: 4 bytes each, little-endian, in the order in which the vectors were
/// given. Attributes belong to the first.
///
/// A row of one vector whose identifier is its slot's number has no entry. One of several always has.
enum RowSlots {
    /// - Parameter slots: From 1 to `VectorID.maximumVectors`.
    static func encode(_ slots: [UInt32]) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(4 * slots.count)
        for slot in slots { value.appendLittleEndian(slot) }
        return value
    }

    /// - Parameters:
    ///   - value: Of the table `ids`.
    ///   - id: Its identifier.
    ///   - limit: The number of slots that there are.
    /// - Throws: `StorageError.corrupted` for what could not have been stored.
    static func decode(_ value: RawSpan, of id: VectorID, below limit: Int) throws(StorageError) -> [UInt32] {
        var slots: [UInt32] = []
        try decode(value, of: id, below: limit, appendingTo: &slots)
        return slots
    }

    /// Adds the slots of a value, which are ``decode(_:of:below:)``, to others.
    static func decode(
        _ value: RawSpan, of id: VectorID, below limit: Int, appendingTo slots: inout [UInt32]
    ) throws(StorageError) {
        func fault(_ what: String) -> StorageError { .corrupted(what: what, location: "table ids, \(id)") }
        let (most, start) = (VectorID.maximumVectors, slots.count)
        let count = value.byteCount / 4
        guard value.byteCount % 4 == 0, (1...most).contains(count) else {
            throw fault("its slots have \(value.byteCount) bytes and not 4 each, of 1 to \(most)")
        }
        for place in 0..<count {
            let slot = value.littleEndian(at: 4 * place, as: UInt32.self)
            guard slot < limit else { throw fault("slot \(slot) is not below \(limit)") }
            slots.append(slot)
        }
        guard count == 1 || Set(slots[start...]).count == count else { throw fault("it names a slot twice") }
    }
}
