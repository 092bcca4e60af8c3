// Loci, Apache License 2.0.

/// The blocks of one value in the table `postings`: where each lies in the memory map, and its first slot.
///
/// Any number of threads may use it at once.
package final class BlockTable: @unchecked Sendable {
    // Safe to share: nothing changes after init.
    private let blocks: [UnsafeRawBufferPointer]
    /// The first slot of each block, rising.
    package let firstSlots: [UInt32]

    /// The blocks of a value, as a transaction sees it. Their checksums are compared now, and never again.
    ///
    /// The addresses are valid as long as a read transaction of the same commit and the same map. It is the caller's duty not to
    /// use the table longer.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` for a block whose checksum is wrong.
    /// - Complexity: O(bytes of the blocks)
    package init(
        unsafelyBorrowing transaction: borrowing ReadTransaction, collection: UInt32, field: UInt16, value: [UInt8]
    ) throws {
        var blocks: [UnsafeRawBufferPointer] = []
        var firstSlots: [UInt32] = []
        let cursor = try Cursor(context: transaction.context, table: .postings)
        try cursor.forEachUnsafe(prefix: Key(collection: collection, field: field, value: value)) { key, entry in
            // No value begins with another one, so a longer key is none of this table's.
            guard let place = Key.posting(in: key.bytes), place.value.count == value.count else {
                throw StorageError.corrupted(
                    what: "a key has \(key.count) bytes", location: "table postings, field \(field)")
            }
            guard let block = PostingsEntry.block(in: entry.bytes, key: key.bytes) else {
                throw StorageError.corrupted(
                    what: "the checksum of an entry is wrong", location: "table postings, field \(field)")
            }
            blocks.append(UnsafeRawBufferPointer(rebasing: entry[block]))
            firstSlots.append(place.slot)
            return true
        }
        self.blocks = blocks
        self.firstSlots = firstSlots
    }

    /// How many blocks there are.
    package var count: Int { blocks.count }

    /// Runs `body` with the bytes of a block, which are valid during the call.
    package func withBlock<Result>(_ index: Int, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        try body(blocks[index].bytes)
    }
}
