// Loci, Apache License 2.0.

import LociStorage
import LociWords

/// Changes the blocks of one value's postings.
struct PostingListEditor {
    private let term: PostingTerm
    private let collection: UInt32
    /// How many slots were put in and not there before, less those that were taken out.
    private(set) var growth = 0

    /// A block of fewer postings is put together with those after it when it is changed.
    private static let fewPostings = PostingBlock.maximumCount / 8

    init(_ term: PostingTerm, collection: UInt32) {
        self.term = term
        self.collection = collection
    }

    /// Makes changes.
    /// - Parameters:
    ///   - changes: One a slot, rising.
    ///   - shortestDocument: The words of the shortest of some documents, as they are after the changes.
    /// - Complexity: O(changes + postings of the blocks that they fall in).
    mutating func apply(
        _ changes: PostingRun, in transaction: borrowing WriteTransaction,
        shortestDocument: (ArraySlice<UInt32>) throws -> UInt32
    ) throws {
        var place = PostingRun.Place()
        while place.index < changes.count {
            let (first, next) = try block(for: changes.slots[place.index], in: transaction)
            var following = next
            var run = PostingRun()
            var keys: [UInt32] = []
            if let first {
                try append(first, to: &run, in: transaction)
                keys.append(first)
            }
            growth += run.merge(changes, from: &place, below: following)
            while run.count < Self.fewPostings, let next = following {
                following = try self.following(next, in: transaction)
                try append(next, to: &run, in: transaction)
                keys.append(next)
                growth += run.merge(changes, from: &place, below: following)
            }
            let blocks = try run.blocks(isFilling: following == nil, shortestDocument: shortestDocument)
            try replace(keys, by: blocks, in: transaction)
        }
    }

    private func replace(
        _ keys: [UInt32], by blocks: [PostingRun.Block], in transaction: borrowing WriteTransaction
    ) throws {
        for key in keys where !blocks.contains(where: { $0.firstSlot == key }) {
            try transaction.delete(term.key(collection: collection, slot: key), in: .postings)
        }
        for block in blocks {
            let key = try term.key(collection: collection, slot: block.firstSlot)
            try transaction.put(PostingsEntry.encoded(block.bytes, key: key), for: key, in: .postings)
        }
    }

    /// Adds the postings of a block.
    private func append(
        _ first: UInt32, to run: inout PostingRun, in transaction: borrowing WriteTransaction
    ) throws {
        let key = try term.key(collection: collection, slot: first)
        let entry = try transaction.value(of: key, in: .postings) ?? []
        do throws(PostingsFault) {
            try key.withUnsafeBytes { bytes throws(PostingsFault) in
                let block = try PostingsFault.block(ofEntry: entry.span.bytes, key: bytes.bytes)
                let own = entry.span.bytes.extracting(block)
                try PostingsFault.naming(term.field) { () throws(WordsError) in try run.append(own) }
            }
        } catch {
            throw StorageError.corrupted(what: error.description, location: "collection \(collection)")
        }
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
