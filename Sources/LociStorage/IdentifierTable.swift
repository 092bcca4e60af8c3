// Loci, Apache License 2.0.

/// A view of the identifiers of a collection's slots, in the memory map.
///
/// Any number of threads may use it at once. It keeps the snapshot alive that it was made from.
package final class IdentifierTable: @unchecked Sendable {
    private let snapshot: Snapshot?
    private let collection: UInt32
    private let chunks: [IdentifierLayout]

    /// The identifiers of `collection`, as `snapshot` shows them.
    ///
    /// Every chunk's header and length are checked; each offset when it is used.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(chunks).
    package init(snapshot: Snapshot, collection: UInt32) throws {
        chunks = try snapshot.withTransaction { transaction in
            try IdentifierTable.collect(transaction, collection: collection)
        }
        self.snapshot = snapshot
        self.collection = collection
    }

    /// The identifiers of `collection`, as `transaction` sees them.
    ///
    /// It is valid until the transaction ends; that of a write transaction until its next change. It is the caller's
    /// duty not to use the table longer.
    package init(
        unsafelyBorrowing transaction: borrowing some StorageTransaction & ~Copyable, collection: UInt32
    ) throws {
        chunks = try IdentifierTable.collect(transaction, collection: collection)
        snapshot = nil
        self.collection = collection
    }

    private static func collect(
        _ transaction: borrowing some StorageTransaction & ~Copyable, collection: UInt32
    ) throws -> [IdentifierLayout] {
        var chunks: [IdentifierLayout] = []
        try transaction.forEachChunk(in: .identifiers, collection: collection) { (chunk, value) throws(ChunkFlaw) in
            if let last = chunks.last, last.count != IdentifierChunk.slotsPerChunk {
                throw ChunkFlaw("the chunk before it is not full")
            }
            chunks.append(try IdentifierLayout(value, collection: collection, chunk: chunk))
        }
        return chunks
    }

    /// The number of slots, with and without an identifier.
    package var count: Int {
        guard let last = chunks.last else { return 0 }
        return (chunks.count - 1) * IdentifierChunk.slotsPerChunk + last.count
    }

    /// Runs `body` with the identifier of `slot`, which is valid during the call, and empty if the slot has none.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, ``StorageError/corrupted(what:location:)`` for a wrong offset,
    ///   or what `body` throws.
    package func withIdentifier<Result>(at slot: UInt32, _ body: (RawSpan) throws -> Result) throws -> Result {
        try withExtendedLifetime(self) { try body(unsafeIdentifier(at: slot).bytes) }
    }

    /// Where the identifier of `slot` lies; empty if the slot has none. The pointer is valid as long as this table.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or ``StorageError/corrupted(what:location:)``.
    package func unsafeIdentifier(at slot: UInt32) throws(StorageError) -> UnsafeRawBufferPointer {
        let (chunk, place) = Int(slot).quotientAndRemainder(dividingBy: IdentifierChunk.slotsPerChunk)
        guard chunk < chunks.count, place < chunks[chunk].count else {
            throw .recordNumber(UInt64(slot), limit: UInt64(count))
        }
        do throws(ChunkFlaw) {
            return UnsafeRawBufferPointer(rebasing: chunks[chunk].bytes[try chunks[chunk].range(at: place)])
        } catch {
            throw error.error(table: .identifiers, collection: collection, chunk: UInt32(chunk))
        }
    }
}
