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
        func fault(_ what: String) -> StorageError { .corrupted(what: what, location: "table ids, \(id)") }
        let most = VectorID.maximumVectors
        guard value.byteCount % 4 == 0, (1...most).contains(value.byteCount / 4) else {
            throw fault("its slots have \(value.byteCount) bytes and not 4 each, of 1 to \(most)")
        }
        var slots: [UInt32] = []
        slots.reserveCapacity(value.byteCount / 4)
        for place in 0..<value.byteCount / 4 {
            let slot = value.littleEndian(at: 4 * place, as: UInt32.self)
            guard slot < limit else { throw fault("slot \(slot) is not below \(limit)") }
            slots.append(slot)
        }
        guard slots.count == 1 || Set(slots).count == slots.count else { throw fault("it names a slot twice") }
        return slots
    }
}
