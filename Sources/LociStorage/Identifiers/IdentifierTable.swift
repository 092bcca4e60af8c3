// Loci, Apache License 2.0.

/// A view of the identifiers of a collection's slots, in the memory map.
///
/// The slots of a chunk that is not stored have their ``SlotNumber`` for an identifier.
///
/// Any number of threads may use it at once. It keeps the snapshot alive that it was made from.
package final class IdentifierTable: @unchecked Sendable {
    private let snapshot: Snapshot?
    private let collection: UInt32
    /// The number of slots, with and without an identifier.
    package let count: Int
    /// Nil is a chunk that is not stored, as are those behind the last.
    private let chunks: [IdentifierLayout?]
    /// Chunks that a write transaction has changed, in place of those that are stored.
    private let edited: [UInt32: IdentifierChunk]

    /// The identifiers of `collection`, as `snapshot` shows them.
    ///
    /// Every chunk's header and length are checked, and that none is lost; each offset when it is used.
    ///
    /// - Parameters:
    ///   - count: the number of slots.
    ///   - storedChunks: the number of chunks that are stored.
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(chunks).
    package init(snapshot: Snapshot, collection: UInt32, count: Int, storedChunks: Int) throws {
        chunks = try snapshot.withTransaction { transaction in
            try IdentifierTable.collect(transaction, collection, count: count, storedChunks: storedChunks)
        }
        self.snapshot = snapshot
        self.collection = collection
        self.count = count
        edited = [:]
    }

    /// The identifiers of `collection`, as `transaction` sees them.
    ///
    /// It is valid until the transaction ends; that of a write transaction until its next change. It is the caller's
    /// duty not to use the table longer.
    package init(
        unsafelyBorrowing transaction: borrowing some StorageTransaction & ~Copyable, collection: UInt32, count: Int,
        storedChunks: Int
    ) throws {
        chunks = try IdentifierTable.collect(transaction, collection, count: count, storedChunks: storedChunks)
        snapshot = nil
        self.collection = collection
        self.count = count
        edited = [:]
    }

    /// The identifiers as an editor has them by now; valid as long as `base`.
    ///
    /// - Complexity: O(1). Chunks are copied when the editor next changes them.
    init(base: IdentifierTable, edited: [UInt32: IdentifierChunk], count: Int) {
        chunks = base.chunks
        self.edited = edited
        snapshot = nil
        collection = base.collection
        self.count = count
    }

    /// The same identifiers as a later commit has them, `editor` being all that happened to them in between.
    ///
    /// - Parameter transaction: of that commit. The addresses are valid until it ends.
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(chunks) copies of addresses, and O(log chunks) pages for each changed chunk.
    package init(
        unsafelyBorrowing transaction: borrowing ReadTransaction, base: IdentifierTable, after editor: IdentifierEditor
    ) throws {
        let all = IdentifierChunk.chunks(forSlots: editor.count)
        var chunks = Array(base.chunks.prefix(all))
        var moved = Set(editor.changedChunks)
        // What lies on a page of the tree moves with its neighbours: the last chunk, or short ones.
        let environment = transaction.context.environment
        for (chunk, layout) in chunks.enumerated() {
            if let layout, !environment.hasOwnPages(chunkBytes: layout.storedBytes) { moved.insert(UInt32(chunk)) }
        }
        for chunk in moved.sorted() where chunk < all {
            while chunks.count <= chunk { chunks.append(nil) }
            let key = Key(collection: editor.collection, chunk: chunk)
            chunks[Int(chunk)] = try transaction.unsafeValue(of: key, in: .identifiers).map { value in
                do throws(ChunkFlaw) {
                    return try IdentifierLayout(value, collection: editor.collection, chunk: chunk)
                } catch {
                    throw error.error(table: .identifiers, collection: editor.collection, chunk: chunk)
                }
            }
        }
        self.chunks = chunks
        snapshot = nil
        collection = editor.collection
        count = editor.count
        edited = [:]
    }

    /// The number of chunks that are stored.
    var storedChunkCount: Int {
        chunks.reduce(0) { $0 + ($1 == nil ? 0 : 1) }
    }

    /// Whether a chunk is stored.
    func isStored(_ chunk: UInt32) -> Bool {
        chunk < chunks.count && chunks[Int(chunk)] != nil
    }

    /// A copy of a chunk, stored or not.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``, also for a wrong checksum.
    func chunk(_ chunk: UInt32) throws(StorageError) -> IdentifierChunk {
        if let copy = edited[chunk] { return copy }
        guard chunk < chunks.count, let layout = chunks[Int(chunk)] else {
            let first = Int(chunk) * IdentifierChunk.slotsPerChunk
            return IdentifierChunk(numbersOf: chunk, count: min(IdentifierChunk.slotsPerChunk, max(0, count - first)))
        }
        do throws(ChunkFlaw) {
            return try IdentifierChunk(layout)
        } catch {
            throw error.error(table: .identifiers, collection: collection, chunk: chunk)
        }
    }

    private static func collect(
        _ transaction: borrowing some StorageTransaction & ~Copyable, _ collection: UInt32, count: Int,
        storedChunks: Int
    ) throws -> [IdentifierLayout?] {
        var chunks: [IdentifierLayout?] = []
        var found = 0
        let all = IdentifierChunk.chunks(forSlots: count)
        try transaction.forEachChunk(
            in: .identifiers, collection: collection, allowingGaps: storedChunks < all
        ) { (chunk, value) throws(ChunkFlaw) in
            let layout = try IdentifierLayout(value, collection: collection, chunk: chunk)
            let slots = min(IdentifierChunk.slotsPerChunk, count - Int(chunk) * IdentifierChunk.slotsPerChunk)
            guard slots > 0 else { throw ChunkFlaw("it is there, and the collection has \(count) slots") }
            guard layout.count == slots else { throw ChunkFlaw("it has \(layout.count) slots of \(slots)") }
            while chunks.count < chunk { chunks.append(nil) }
            chunks.append(layout)
            found += 1
        }
        guard found == storedChunks else {
            throw StorageError.corrupted(
                what: "\(found) chunks of \(storedChunks) are there",
                location: "table identifiers, collection \(collection)")
        }
        return chunks
    }

    /// Adds the bytes of the identifier of `slot`, none if the slot has none, and allocates nothing if there is room.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or ``StorageError/corrupted(what:location:)`` for a wrong offset.
    package func append(identifierOf slot: UInt32, to bytes: inout [UInt8]) throws(StorageError) {
        guard slot < count else { throw .recordNumber(UInt64(slot), limit: UInt64(count)) }
        let (chunk, place) = Int(slot).quotientAndRemainder(dividingBy: IdentifierChunk.slotsPerChunk)
        if !edited.isEmpty, let copy = edited[UInt32(chunk)] {
            bytes.append(contentsOf: copy.identifier(at: place))
            return
        }
        guard chunk < chunks.count, let layout = chunks[chunk] else {
            SlotNumber.append(slot, to: &bytes)
            return
        }
        do throws(ChunkFlaw) {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: layout.bytes[try layout.range(at: place)]))
        } catch {
            throw error.error(table: .identifiers, collection: collection, chunk: UInt32(chunk))
        }
    }

    /// Whether the identifier of `slot`, which must be below ``count``, is its ``SlotNumber``.
    ///
    /// - Throws: As ``append(identifierOf:to:)``.
    package func isNumbered(_ slot: UInt32) throws(StorageError) -> Bool {
        let (chunk, place) = Int(slot).quotientAndRemainder(dividingBy: IdentifierChunk.slotsPerChunk)
        if !edited.isEmpty, let copy = edited[UInt32(chunk)] {
            return SlotNumber.slot(of: copy.identifier(at: place)) == slot
        }
        guard chunk < chunks.count, let layout = chunks[chunk] else { return slot < count }
        do throws(ChunkFlaw) {
            return SlotNumber.slot(of: UnsafeRawBufferPointer(rebasing: layout.bytes[try layout.range(at: place)]))
                == slot
        } catch {
            throw error.error(table: .identifiers, collection: collection, chunk: UInt32(chunk))
        }
    }

    /// The identifier of `slot`; empty if the slot has none.
    ///
    /// - Throws: As ``append(identifierOf:to:)``.
    package func identifier(at slot: UInt32) throws(StorageError) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(identifierOf: slot, to: &bytes)
        return bytes
    }
}
