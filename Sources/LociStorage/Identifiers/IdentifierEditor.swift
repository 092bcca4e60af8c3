// Loci, Apache License 2.0.

/// The identifiers of a collection's slots as a write transaction changes them.
///
/// Chunks are copied when they are first changed, and stored once, by ``store(in:)``; one whose slots all have their own
/// numbers again is not stored.
package final class IdentifierEditor {
    let collection: UInt32
    private let base: IdentifierTable
    private var copies: [UInt32: IdentifierChunk] = [:]
    /// The number of slots, with and without an identifier.
    package private(set) var count: Int
    /// The number of chunks that are stored, after ``store(in:)``.
    package private(set) var storedChunks: Int

    /// - Parameter base: the identifiers as the transaction found them; it must stay valid as long as this object.
    package init(of base: IdentifierTable, collection: UInt32) {
        self.base = base
        self.collection = collection
        count = base.count
        storedChunks = base.storedChunkCount
    }

    /// The indexes of the chunks that were changed, rising.
    var changedChunks: [UInt32] {
        copies.keys.sorted()
    }

    /// The identifier of `slot`; empty if it has none.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or ``StorageError/corrupted(what:location:)``.
    package func identifier(at slot: UInt32) throws(StorageError) -> [UInt8] {
        guard slot < count else { throw .recordNumber(UInt64(slot), limit: UInt64(count)) }
        let (chunk, place) = IdentifierEditor.position(of: slot)
        if let copy = copies[chunk] { return Array(copy.identifier(at: place)) }
        // A slot that was added and not named yet.
        if slot >= base.count { return [] }
        return try base.identifier(at: slot)
    }

    /// The identifiers as they are by now, for readers; valid as long as the table that this was made of.
    package var table: IdentifierTable {
        IdentifierTable(base: base, edited: copies, count: count)
    }

    /// Gives a slot an identifier, or takes it away if empty.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, ``StorageError/keyLength(bytes:limit:)``, or
    ///   ``StorageError/corrupted(what:location:)``.
    /// - Complexity: O(bytes of the chunk).
    package func set(_ identifier: some Swift.Collection<UInt8>, at slot: UInt32) throws(StorageError) {
        guard slot < count else { throw .recordNumber(UInt64(slot), limit: UInt64(count)) }
        let (chunk, place) = IdentifierEditor.position(of: slot)
        try load(chunk)
        try copies[chunk]?.set(identifier, at: place)
    }

    /// Makes so many slots of it: new ones have no identifier, and those cut off are gone.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``
    package func resize(to newCount: Int) throws(StorageError) {
        if newCount == count { return }
        let chunks = IdentifierChunk.chunks(forSlots: count)
        let newChunks = IdentifierChunk.chunks(forSlots: newCount)
        // Chunks that end elsewhere than before are written anew.
        for chunk in max(0, min(chunks, newChunks) - 1)..<max(chunks, newChunks) {
            if chunk < chunks { try load(UInt32(chunk)) }
            let slots = min(
                IdentifierChunk.slotsPerChunk, max(0, newCount - chunk * IdentifierChunk.slotsPerChunk))
            try copies[UInt32(chunk), default: IdentifierChunk()].resize(to: slots)
        }
        count = newCount
    }

    /// Stores what was changed.
    package func store(in transaction: borrowing WriteTransaction) throws(StorageError) {
        for chunk in changedChunks {
            guard let copy = copies[chunk] else { continue }
            let isNeeded = !copy.isNumbered(from: chunk * UInt32(IdentifierChunk.slotsPerChunk))
            if base.isStored(chunk) { storedChunks -= 1 }
            if isNeeded {
                storedChunks += 1
                try copy.store(in: transaction, collection: collection, chunk: chunk)
            } else {
                try IdentifierChunk().store(in: transaction, collection: collection, chunk: chunk)
            }
        }
    }

    private func load(_ chunk: UInt32) throws(StorageError) {
        guard copies[chunk] == nil else { return }
        copies[chunk] = try base.chunk(chunk)
    }

    private static func position(of slot: UInt32) -> (chunk: UInt32, place: Int) {
        let (chunk, place) = slot.quotientAndRemainder(dividingBy: UInt32(IdentifierChunk.slotsPerChunk))
        return (chunk, Int(place))
    }
}
