// Loci, Apache License 2.0.

/// What is sound of a chunked array that may be damaged: the chunks whose header, length and checksum are right.
///
/// A ``ChunkTable`` wants all of an array; this takes what there is, for a repair.
package struct SoundChunks: @unchecked Sendable {
    // Safe to share: nothing changes after init.
    private struct Chunk {
        let firstRecord: UnsafeRawPointer
        let count: Int
    }

    private let geometry: ChunkGeometry
    private let chunks: [UInt32: Chunk]

    /// The sound chunks of `collection` in `table`.
    ///
    /// The addresses are valid until the transaction ends; it is the caller's duty not to use them longer.
    ///
    /// - Complexity: O(bytes of the array).
    package init(
        unsafelyBorrowing transaction: borrowing some StorageTransaction & ~Copyable, table: Table, collection: UInt32,
        geometry: ChunkGeometry
    ) throws {
        guard let kind = ChunkKind(table: table), kind != .identifiers else {
            throw StorageError.misuse("table \(table) holds no arrays of records")
        }
        var chunks: [UInt32: Chunk] = [:]
        let cursor = try Cursor(context: transaction.context, table: table)
        try cursor.forEachUnsafe(prefix: Key(collection: collection)) { key, value in
            guard let chunk = Key.chunkIndex(in: key.bytes, ofCollection: collection) else { return true }
            do throws(ChunkFlaw) {
                let count = try geometry.soundRecords(of: value, kind: kind, collection: collection, chunk: chunk)
                if let base = value.baseAddress {
                    chunks[chunk] = Chunk(firstRecord: base + ChunkHeader.encodedBytes, count: count)
                }
            } catch {
                // A flaw is what is looked for here: a check tells of it.
                return true
            }
            return true
        }
        self.geometry = geometry
        self.chunks = chunks
    }

    /// The address of a record of a sound chunk; nil for any other.
    package func record(at index: UInt32) -> UnsafeRawPointer? {
        let (chunk, record) = geometry.position(of: index)
        guard let sound = chunks[chunk], record < sound.count else { return nil }
        return sound.firstRecord + record * geometry.stride
    }
}

extension ChunkGeometry {
    /// The number of records of a stored chunk, of which everything is compared: header, length and checksum.
    func soundRecords(
        of value: UnsafeRawBufferPointer, kind: ChunkKind, collection: UInt32, chunk: UInt32
    ) throws(ChunkFlaw) -> Int {
        let header = try ChunkHeader(decoding: value)
        try header.expect(kind: kind, collection: collection, chunk: chunk, stride: UInt32(stride))
        let records = Int(header.records)
        guard (0...recordsPerChunk).contains(records), value.count == storedBytes(records: records) else {
            throw ChunkFlaw("it has \(value.count) bytes for \(records) records")
        }
        guard ChunkHeader.checksum(of: value, contentBytes: records * stride) == header.checksum else {
            throw ChunkFlaw("its checksum is wrong")
        }
        return records
    }
}
