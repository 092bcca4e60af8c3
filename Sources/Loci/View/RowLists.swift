// Loci, Apache License 2.0.

import LociStorage

/// The rows of several vectors of a collection.
struct RowLists {
    /// By their first slot, the slots of rows of several vectors.
    private(set) var lists: [UInt32: [UInt32]] = [:]
    /// Of the other slots of these rows, the first.
    private var firsts: [UInt32: UInt32] = [:]

    /// - Parameter transaction: Of the view.
    /// - Throws: `StorageError.corrupted` for a list of slots that do not exist.
    /// - Complexity: O(entries of the table `ids`), none where each row has one vector; O(vectors of rows of several) memory.
    init(_ view: CollectionView, in transaction: borrowing some StorageTransaction & ~Copyable) throws {
        guard view.record.hasExtraVectors else { return }
        try transaction.forEach(in: .ids, prefix: Key(collection: view.number)) { key, value in
            guard value.byteCount != 4 else { return true }
            let id = VectorID(bytes: Array(key.copied.dropFirst(4)))
            let slots = try RowSlots.decode(value, of: id, below: view.record.slots)
            lists[slots[0]] = slots
            for slot in slots.dropFirst() { firsts[slot] = slots[0] }
            return true
        }
    }

    /// The rows of several vectors as numbers of vectors in another order.
    /// - Parameter slots: In that order, the slots of all vectors.
    func renumbered(by slots: [UInt32]) -> [[UInt32]] {
        guard !lists.isEmpty else { return [] }
        var numbers: [UInt32: UInt32] = [:]
        for (number, slot) in slots.enumerated() where firsts[slot] != nil || lists[slot] != nil {
            numbers[slot] = UInt32(truncatingIfNeeded: number)
        }
        return lists.values.map { $0.compactMap { numbers[$0] } }
    }

    /// The first slot of the row of a slot.
    func first(of slot: UInt32) -> UInt32 { firsts[slot] ?? slot }

    /// The slots of the row of a slot.
    func slots(with slot: UInt32) -> [UInt32] { lists[first(of: slot)] ?? [slot] }
}
