// Loci, Apache License 2.0.

import LociIndex
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

extension CollectionView {
    /// What matches with all slots of its rows: attributes, by which filters go, belong to the first alone.
    /// - Parameter found: First slots of rows, which become the property of the answer.
    /// - Complexity: O(rows that match · log n), or O(rows) where many do.
    func widened(
        _ found: MatchingSlots, in transaction: borrowing ReadTransaction
    ) throws -> MatchingSlots {
        guard record.hasExtraVectors else { return found }
        let wide = found.slots.copy()
        if found.count < record.rowCount / Self.rowsInOrder {
            try found.slots.forEach { slot in
                let id = VectorID(bytes: try identifiers.identifier(at: slot))
                for other in try slots(of: id, in: transaction) ?? [] { wide.insert(other) }
            }
        } else {
            for (first, slots) in try RowLists(self, in: transaction).lists where found.slots.contains(first) {
                for slot in slots { wide.insert(slot) }
            }
        }
        return MatchingSlots(slots: wide, source: found.source, rowCount: found.count)
    }

    /// Where one row in so many matches, or more, all are read in the order in which they lie.
    private static let rowsInOrder = 8
}

/// The rows of several vectors of a collection.
struct RowLists {
    /// By their first slot, the slots of rows of several vectors.
    private(set) var lists: [UInt32: [UInt32]] = [:]
    /// Of the other slots of these rows, the first.
    private var firsts: [UInt32: UInt32] = [:]

    /// - Parameter transaction: Of the view.
    /// - Throws: `StorageError.corrupted` for a list of slots that do not exist.
    /// - Complexity: O(entries of the table `ids`), none where each row has one vector; O(vectors of rows of several) memory.
    init(_ view: CollectionView, in transaction: borrowing ReadTransaction) throws {
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
