// Loci, Apache License 2.0.

import LociStorage
import LociWords

/// Changes the blocks of one value's slots.
struct PostingListEditor {
    /// A slot that the value has from now on, or no more.
    struct Change {
        let slot: UInt32
        let isThere: Bool
    }

    private let term: PostingTerm
    private let collection: UInt32
    /// How many slots were put in and not there before, less those that were taken out.
    private(set) var growth = 0

    /// A block of fewer slots is put together with the one after it when it is changed.
    private static let fewSlots = PostingBlock.maximumCount / 8

    init(_ term: PostingTerm, collection: UInt32) {
        self.term = term
        self.collection = collection
    }

    /// Makes changes.
    /// - Parameter changes: One a slot, rising.
    /// - Complexity: O(changes + slots of the blocks that they fall in).
    mutating func apply(_ changes: [Change], in transaction: borrowing WriteTransaction) throws {
        var position = 0
        while position < changes.count {
            let place = try block(for: changes[position].slot, in: transaction)
            var following = place.following
            var slots: [UInt32] = []
            var keys: [UInt32] = []
            if let first = place.first {
                try append(first, to: &slots, in: transaction)
                keys.append(first)
            }
            take(changes, &position, below: following, into: &slots)
            if slots.count < Self.fewSlots, let next = following {
                following = try self.following(next, in: transaction)
                try append(next, to: &slots, in: transaction)
                keys.append(next)
                take(changes, &position, below: following, into: &slots)
            }
            try replace(keys, by: slots, isLast: following == nil, in: transaction)
        }
    }

    /// Makes the changes of slots below one.
    private mutating func take(
        _ changes: [Change], _ position: inout Int, below limit: UInt32?, into slots: inout [UInt32]
    ) {
        let end =
            changes[position...].firstIndex { change in limit.map { change.slot >= $0 } ?? false } ?? changes.count
        guard position < end else { return }
        var merged: [UInt32] = []
        merged.reserveCapacity(slots.count + end - position)
        var old = slots[...]
        for change in changes[position..<end] {
            let before = old.prefix { $0 < change.slot }
            merged += before
            old = old.dropFirst(before.count)
            let wasThere = old.first == change.slot
            if wasThere { old = old.dropFirst() }
            if change.isThere { merged.append(change.slot) }
            growth += (change.isThere ? 1 : 0) - (wasThere ? 1 : 0)
        }
        slots = merged + old
        position = end
    }

    private func replace(
        _ keys: [UInt32], by slots: [UInt32], isLast: Bool, in transaction: borrowing WriteTransaction
    ) throws {
        let blocks = try PostingBlock.blocks(ofSlots: slots, isFilling: isLast).map { block in
            (first: try PostingBlock(header: block.span.bytes).firstSlot, block: block)
        }
        for key in keys where !blocks.contains(where: { $0.first == key }) {
            try transaction.delete(term.key(collection: collection, slot: key), in: .postings)
        }
        for (first, block) in blocks {
            let key = try term.key(collection: collection, slot: first)
            try transaction.put(PostingsEntry.encoded(block, key: key), for: key, in: .postings)
        }
    }

    /// Adds the slots of a block.
    private func append(
        _ first: UInt32, to slots: inout [UInt32], in transaction: borrowing WriteTransaction
    ) throws {
        let key = try term.key(collection: collection, slot: first)
        let entry = try transaction.value(of: key, in: .postings) ?? []
        var own: [UInt32] = []
        do throws(PostingsFault) {
            try key.withUnsafeBytes { bytes throws(PostingsFault) in
                try PostingBlock.readSlots(ofEntry: entry.span.bytes, key: bytes.bytes, into: &own)
            }
        } catch {
            throw StorageError.corrupted(what: error.description, location: "collection \(collection)")
        }
        slots += own
    }

    /// The first slots of the block that a slot belongs to, and of the one after it: the last block that does not begin after the
    /// slot, or else the first one; `nil` where there is none.
    private func block(
        for slot: UInt32, in transaction: borrowing WriteTransaction
    ) throws -> (first: UInt32?, following: UInt32?) {
        let key = try term.key(collection: collection, slot: slot)
        let next = try transaction.withCursor(over: .postings) { cursor in
            try cursor.seek(key) ? self.slot(at: cursor) : nil
        }
        if next == slot { return (slot, try following(slot, in: transaction)) }
        let before = try transaction.withCursor(over: .postings) { cursor in
            // After a search that found nothing, the last key is the one before.
            try (cursor.seek(key) ? cursor.previous() : cursor.last()) ? self.slot(at: cursor) : nil
        }
        if let before { return (before, next) }
        guard let next else { return (nil, nil) }
        return (next, try following(next, in: transaction))
    }

    /// The first slot of the block after the one that begins with a slot.
    private func following(_ slot: UInt32, in transaction: borrowing WriteTransaction) throws -> UInt32? {
        let key = try term.key(collection: collection, slot: slot)
        return try transaction.withCursor(over: .postings) { cursor in
            guard try cursor.seek(key), try cursor.next() else { return nil }
            return try self.slot(at: cursor)
        }
    }

    /// The first slot of the block at a cursor, if it is one of this value.
    private func slot(at cursor: borrowing Cursor) throws -> UInt32? {
        let found = try cursor.withCurrent { key, _ -> UInt32? in
            guard Key.number(in: key) == collection, let place = Key.posting(in: key), place.field == term.field,
                key.extracting(place.value).withUnsafeBytes({ $0.elementsEqual(term.value) })
            else { return nil }
            return place.slot
        }
        return found ?? nil
    }
}
