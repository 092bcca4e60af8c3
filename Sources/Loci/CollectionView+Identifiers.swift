// Loci, Apache License 2.0.

import LociStorage

extension CollectionView {
    /// The slot of an identifier: what the table `ids` says, or else the slot that it is the number of, if that slot has
    /// no other.
    /// - Parameters:
    ///   - id: The identifier.
    ///   - transaction: The one that this view is of.
    /// - Returns: `nil` when there is none of this name, or of a name that none can have.
    /// - Throws: `StorageError.corrupted` for a slot that does not exist.
    /// - Complexity: O(log n).
    func slot(of id: VectorID, in transaction: borrowing ReadTransaction) throws -> UInt32? {
        guard (1...VectorID.maximumBytes).contains(id.bytes.count) else { return nil }
        let value = try transaction.value(of: Key(collection: number, identifier: id.bytes), in: .ids)
        guard let value else { return try numberedSlot(id) }
        return try Self.slot(value, of: id, below: record.slots)
    }

    /// The slot that an entry of the table `ids` tells.
    /// - Throws: `StorageError.corrupted` for one that does not exist.
    static func slot(_ value: [UInt8], of id: VectorID, below slots: Int) throws(StorageError) -> UInt32 {
        guard value.count == 4 else {
            throw .corrupted(what: "a slot has \(value.count) bytes of 4", location: "table ids, \(id)")
        }
        let slot = value.span.bytes.littleEndian(at: 0, as: UInt32.self)
        guard slot < slots else {
            throw .corrupted(what: "slot \(slot) is not below \(slots)", location: "table ids, \(id)")
        }
        return slot
    }

    private func numberedSlot(_ id: VectorID) throws(StorageError) -> UInt32? {
        guard let slot = SlotNumber.slot(of: id.bytes), slot < record.slots,
            try identifiers.identifier(at: slot) == id.bytes
        else { return nil }
        return slot
    }
}
