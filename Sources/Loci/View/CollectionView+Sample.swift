// Loci, Apache License 2.0.

import LociStorage

extension CollectionView {
    /// Of so many slots or fewer, one holds the first vector of a row wherever rows are drawn by guessing slots.
    private static let guessedSlots = 16

    /// The first slots of rows at random, each row as likely as any other.
    /// - Parameters:
    ///   - count: How many, at least 0; without repeats, no more than there are rows.
    ///   - repeating: Whether a row may be drawn again.
    /// - Complexity: O(count), with a look at the table `ids` for each where rows have several vectors; O(slots) where most rows
    ///   are drawn, or most slots hold no row.
    func randomSlots(
        _ count: Int, repeating: Bool, using generator: inout some RandomNumberGenerator,
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> [UInt32] {
        let rows = record.rowCount
        let count = rows == 0 ? 0 : repeating ? count : min(count, rows)
        guard count > 0 else { return [] }
        let isSparse = record.slots / rows > Self.guessedSlots
        guard !isSparse, repeating || count <= rows / 2 else {
            var slots = try firstSlots(in: transaction)
            guard let last = slots.indices.last else { return [] }
            if repeating { return (0..<count).map { _ in slots[Int.random(in: 0...last, using: &generator)] } }
            for place in 0..<min(count, slots.count) {
                slots.swapAt(place, Int.random(in: place...last, using: &generator))
            }
            return Array(slots.prefix(count))
        }
        var drawn: [UInt32] = []
        drawn.reserveCapacity(count)
        var known: Set<UInt32> = []
        var guesses = 0
        while drawn.count < count {
            // Every 32nd guess is a hit, but where there is less than the record tells of.
            guesses += 1
            guard guesses <= 10_000 + 1_000 * count else {
                throw StorageError.corrupted(
                    what: "there are not the \(rows) rows that its record tells of", location: "collection \(number)")
            }
            let slot = UInt32.random(in: 0..<UInt32(record.slots), using: &generator)
            guard try isFirst(slot, in: transaction), repeating || known.insert(slot).inserted else { continue }
            drawn.append(slot)
        }
        return drawn
    }

    /// Whether a slot holds the first vector of a row.
    private func isFirst(
        _ slot: UInt32, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> Bool {
        guard graph.states?.isLive(slot) ?? true else { return false }
        guard record.hasExtraVectors else { return true }
        return try self.slot(of: VectorID(bytes: identifiers.identifier(at: slot)), in: transaction) == slot
    }

    /// The slots of the first vectors of all rows, rising.
    private func firstSlots(in transaction: borrowing some StorageTransaction & ~Copyable) throws -> [UInt32] {
        let rows = try RowLists(self, in: transaction)
        return liveSlots.filter { rows.first(of: $0) == $0 }
    }
}
