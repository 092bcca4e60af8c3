// Loci, Apache License 2.0.

/// The identifier chunks of a collection, some of which may be damaged or lost; for a repair.
package struct SalvagedIdentifierChunks {
    /// What the chunk of a slot says.
    package enum Word: Equatable, Sendable {
        /// Of a chunk with the right checksum; empty if the slot has no identifier.
        case sound([UInt8])
        /// Of a chunk that is damaged. It may be read all the same, which proves nothing by itself.
        case damaged([UInt8]?)
        /// There is no chunk, or it ends before the slot.
        case absent
    }

    private enum Chunk {
        case sound(IdentifierLayout)
        case damaged(IdentifierLayout?)
    }

    private let chunks: [UInt32: Chunk]

    /// The chunks of `collection`; valid until the transaction ends, and no longer.
    package init(
        unsafelyBorrowing transaction: borrowing some StorageTransaction & ~Copyable, collection: UInt32
    ) throws {
        var chunks: [UInt32: Chunk] = [:]
        let cursor = try Cursor(context: transaction.context, table: .identifiers)
        try cursor.forEachUnsafe(prefix: Key(collection: collection)) { key, value in
            guard let chunk = Key.chunkIndex(in: key.bytes, ofCollection: collection) else { return true }
            var layout: IdentifierLayout?
            do throws(ChunkFlaw) {
                let readable = try IdentifierLayout(value, collection: collection, chunk: chunk)
                layout = readable
                try readable.checkContent()
                chunks[chunk] = .sound(readable)
            } catch {
                chunks[chunk] = .damaged(layout)
            }
            return true
        }
        self.chunks = chunks
    }

    /// The number of chunks that are there, sound or not, of a collection of so many slots.
    package func storedCount(slots: Int) -> Int {
        chunks.keys.count { $0 < IdentifierChunk.chunks(forSlots: slots) }
    }

    /// What is said of a slot.
    package func word(at slot: UInt32) -> Word {
        let (chunk, place) = Int(slot).quotientAndRemainder(dividingBy: IdentifierChunk.slotsPerChunk)
        switch chunks[UInt32(chunk)] {
        case nil: return .absent
        case .sound(let layout): return Self.bytes(layout, at: place).map { .sound($0) } ?? .absent
        case .damaged(let layout): return .damaged(layout.flatMap { Self.bytes($0, at: place) })
        }
    }

    /// Whether there is a chunk, sound or not.
    package func isStored(_ chunk: Int) -> Bool { chunks[UInt32(chunk)] != nil }

    private static func bytes(_ layout: IdentifierLayout, at place: Int) -> [UInt8]? {
        guard place < layout.count else { return nil }
        do throws(ChunkFlaw) {
            return [UInt8](layout.bytes[try layout.range(at: place)])
        } catch {
            return nil
        }
    }
}
