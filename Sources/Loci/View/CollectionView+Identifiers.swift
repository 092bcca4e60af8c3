// Loci, Apache License 2.0.

import LociStorage

extension CollectionView {
    /// The slot of the first vector of an identifier: what the table `ids` says, or else the slot that it is the number of, if
    /// that slot has no other.
    /// - Parameters:
    ///   - id: The identifier.
    ///   - transaction: The one that this view is of.
    /// - Returns: `nil` when there is none of this name, or of a name that none can have.
    /// - Throws: `StorageError.corrupted` for a slot that does not exist.
    /// - Complexity: O(log n).
    func slot(
        of id: VectorID, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> UInt32? {
        try slots(of: id, in: transaction)?.first
    }

    /// The slots of the vectors of an identifier, in the order in which the vectors were given.
    /// - Parameters:
    ///   - id: The identifier.
    ///   - transaction: The one that this view is of.
    /// - Returns: `nil` when there is none of this name, or of a name that none can have; else one at least.
    /// - Throws: `StorageError.corrupted` for slots that do not exist.
    /// - Complexity: O(log n).
    func slots(
        of id: VectorID, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> [UInt32]? {
        guard (1...VectorID.maximumBytes).contains(id.bytes.count) else { return nil }
        let value = try transaction.value(of: Key(collection: number, identifier: id.bytes), in: .ids)
        guard let value else { return try numberedSlot(id).map { [$0] } }
        return try RowSlots.decode(value.span.bytes, of: id, below: record.slots)
    }

    /// The slots of the vectors of some identifiers, one identifier after the other.
    ///
    /// By one cursor: of identifiers in the order of their bytes, most are found without going down the tree again.
    /// - Parameters:
    ///   - ids: The identifiers.
    ///   - transaction: The one that this view is of.
    /// - Returns: All slots, and how many of them each identifier has: 0 where there is none of its name.
    /// - Throws: `StorageError.corrupted` for slots that do not exist.
    /// - Complexity: O(n log m) for n of m identifiers.
    func slots(
        of ids: [VectorID], in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> (slots: [UInt32], counts: [Int]) {
        var (slots, counts): ([UInt32], [Int]) = ([], [])
        slots.reserveCapacity(ids.count)
        counts.reserveCapacity(ids.count)
        try transaction.withCursor(over: .ids) { cursor in
            for id in ids {
                let start = slots.count
                if (1...VectorID.maximumBytes).contains(id.bytes.count) {
                    let isStored: Void? = try cursor.withValue(of: Key(collection: number, identifier: id.bytes)) {
                        try RowSlots.decode($0, of: id, below: record.slots, appendingTo: &slots)
                    }
                    if isStored == nil, let slot = try numberedSlot(id) { slots.append(slot) }
                }
                counts.append(slots.count - start)
            }
        }
        return (slots, counts)
    }

    private func numberedSlot(_ id: VectorID) throws(StorageError) -> UInt32? {
        guard let slot = SlotNumber.slot(of: id.bytes), slot < record.slots,
            try identifiers.identifier(at: slot) == id.bytes
        else { return nil }
        return slot
    }
}
