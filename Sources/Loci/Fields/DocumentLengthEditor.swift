// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

/// Changes how many words the documents of a field have.
///
/// Blocks are kept from one use to the next: those of posting lists ask for the lengths of all their documents.
final class DocumentLengthEditor {
    private let collection: UInt32
    private let term: PostingTerm
    /// By the first slot.
    private var blocks: [UInt32: LengthBlock] = [:]
    private var changed: Set<UInt32> = []

    /// So many blocks are kept at the most, 16 MiB.
    private static let blockLimit = 1 << 14

    init(field: UInt16, collection: UInt32) {
        self.collection = collection
        term = PostingTerm(field: field, value: [FieldTerm.lengths])
    }

    private func load(_ first: UInt32, in transaction: borrowing WriteTransaction) throws {
        guard blocks[first] == nil else { return }
        let key = try term.key(collection: collection, slot: first)
        guard let entry = try transaction.value(of: key, in: .postings) else {
            blocks[first] = LengthBlock()
            return
        }
        do throws(PostingsFault) {
            blocks[first] = try key.withUnsafeBytes { bytes throws(PostingsFault) in
                let block = try PostingsFault.block(ofEntry: entry.span.bytes, key: bytes.bytes)
                let own = entry.span.bytes.extracting(block)
                return try PostingsFault.naming(term.field) { () throws(WordsError) in try LengthBlock(own) }
            }
        } catch {
            throw StorageError.corrupted(what: error.description, location: "collection \(collection)")
        }
    }

    /// Sets the number of words of a document; 0 where there is none.
    /// - Returns: What it was.
    func replace(_ slot: UInt32, by length: UInt32, in transaction: borrowing WriteTransaction) throws -> UInt32 {
        let first = LengthBlock.firstSlot(of: slot)
        try load(first, in: transaction)
        let old = blocks[first, default: LengthBlock()][slot]
        guard old != length else { return old }
        blocks[first, default: LengthBlock()][slot] = length
        changed.insert(first)
        return old
    }

    /// The words of the shortest of some documents.
    /// - Parameter slots: Rising.
    func shortest(of slots: ArraySlice<UInt32>, in transaction: borrowing WriteTransaction) throws -> UInt32 {
        var shortest = UInt32.max
        var (first, block): (UInt32?, LengthBlock) = (nil, LengthBlock())
        for slot in slots {
            if first != LengthBlock.firstSlot(of: slot) {
                let own = LengthBlock.firstSlot(of: slot)
                try load(own, in: transaction)
                block = blocks[own, default: LengthBlock()]
                first = own
            }
            shortest = min(shortest, block[slot])
        }
        return shortest
    }

    /// Stores what was changed.
    func apply(in transaction: borrowing WriteTransaction) throws {
        for first in changed.sorted() {
            let key = try term.key(collection: collection, slot: first)
            if let block = blocks[first], !block.isEmpty {
                try transaction.put(PostingsEntry.encoded(block.bytes, key: key), for: key, in: .postings)
            } else {
                try transaction.delete(key, in: .postings)
            }
        }
        changed = []
        if blocks.count > Self.blockLimit { blocks = [:] }
    }
}
