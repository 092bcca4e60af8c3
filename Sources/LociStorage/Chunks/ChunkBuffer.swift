// Loci, Apache License 2.0.

/// A copy of a chunk in memory, to be changed and stored again.
///
/// Copy-on-write by chunk: a writer loads a chunk when it first touches it, and stores it once before the commit.
/// Records lie at multiples of 64 bytes from a 64-byte boundary if the stride does, as in the file.
package final class ChunkBuffer {
    /// The table that the chunk belongs to.
    package let table: Table
    /// The sizes of the array's chunks.
    package let geometry: ChunkGeometry
    /// The index of the chunk.
    package let chunk: UInt32
    /// The number of records, from the first on.
    package private(set) var count = 0
    private let kind: ChunkKind
    private let collection: UInt32
    private let memory: UnsafeMutableRawPointer

    /// An empty chunk.
    ///
    /// - Throws: ``StorageError/misuse(_:)`` if `table` holds no arrays of records.
    package init(
        table: Table, collection: UInt32, chunk: UInt32, geometry: ChunkGeometry
    ) throws(StorageError) {
        guard let kind = ChunkKind(table: table), kind != .identifiers else {
            throw .misuse("table \(table) holds no arrays of records")
        }
        self.table = table
        self.kind = kind
        self.collection = collection
        self.chunk = chunk
        self.geometry = geometry
        memory = .allocate(byteCount: ChunkGeometry.pageHeaderBytes + geometry.chunkBytes, alignment: 64)
        memory.initializeMemory(
            as: UInt8.self, repeating: 0, count: ChunkGeometry.pageHeaderBytes + geometry.chunkBytes)
    }

    deinit {
        memory.deallocate()
    }

    /// The chunk as it is stored, or an empty one if it is not.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``, also for a wrong checksum: it would be made right by storing
    ///   the chunk.
    package static func load(
        _ transaction: borrowing some StorageTransaction & ~Copyable, table: Table, collection: UInt32, chunk: UInt32,
        geometry: ChunkGeometry
    ) throws(StorageError) -> ChunkBuffer {
        let buffer = try ChunkBuffer(table: table, collection: collection, chunk: chunk, geometry: geometry)
        guard let value = try transaction.unsafeValue(of: Key(collection: collection, chunk: chunk), in: table) else {
            return buffer
        }
        do throws(ChunkFlaw) {
            try buffer.fill(from: value)
        } catch {
            throw error.error(table: table, collection: collection, chunk: chunk)
        }
        return buffer
    }

    /// Takes over the records of a stored chunk.
    func fill(from value: UnsafeRawBufferPointer) throws(ChunkFlaw) {
        let records = try geometry.soundRecords(of: value, kind: kind, collection: collection, chunk: chunk)
        bytes.copyMemory(from: value)
        count = records
    }

    /// Whether no further record fits.
    package var isFull: Bool {
        count == geometry.recordsPerChunk
    }

    private var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory + ChunkGeometry.pageHeaderBytes, count: geometry.chunkBytes)
    }

    /// Where a record of a full chunk would lie, whether there is one or not; valid as long as this object.
    func unsafeRecord(at record: Int) -> UnsafeMutableRawPointer {
        memory + ChunkGeometry.pageHeaderBytes + ChunkHeader.encodedBytes + record * geometry.stride
    }

    /// Runs `body` with the bytes of a record of the chunk, to read or change them.
    ///
    /// The pointer is valid during the call.
    ///
    /// - Parameter record: the place in the chunk.
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or what `body` throws.
    package func withRecord<Result>(
        at record: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard (0..<count).contains(record) else {
            throw StorageError.recordNumber(UInt64(clamping: record), limit: UInt64(count))
        }
        return try body(UnsafeMutableRawBufferPointer(start: unsafeRecord(at: record), count: geometry.stride))
    }

    /// Makes the chunk `newCount` records long: new ones are zero, and cut off ones are gone.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)`` if the chunk has no room for so many.
    package func resize(to newCount: Int) throws(StorageError) {
        guard (0...geometry.recordsPerChunk).contains(newCount) else {
            throw .recordNumber(UInt64(clamping: newCount), limit: UInt64(geometry.recordsPerChunk) + 1)
        }
        // The tail behind the last record is zero too: the same content makes the same bytes.
        let from = min(count, newCount)
        unsafeRecord(at: from).initializeMemory(
            as: UInt8.self, repeating: 0, count: geometry.chunkBytes - ChunkHeader.encodedBytes - from * geometry.stride
        )
        count = newCount
    }

    /// Appends as many of the records as fit.
    ///
    /// - Parameter records: whole records, one after another.
    /// - Returns: how many were appended.
    func append(_ records: UnsafeRawBufferPointer) -> Int {
        let fitting = min(records.count / geometry.stride, geometry.recordsPerChunk - count)
        if let source = records.baseAddress, fitting > 0 {
            unsafeRecord(at: count).copyMemory(from: source, byteCount: fitting * geometry.stride)
            count += fitting
        }
        return fitting
    }

    /// Stores the chunk, sealed with its header and checksum; deletes it if it has no record.
    package func store(in transaction: borrowing WriteTransaction) throws(StorageError) {
        let key = Key(collection: collection, chunk: chunk)
        if count == 0 {
            try transaction.delete(key, in: table)
            return
        }
        let header = ChunkHeader(
            kind: kind, collection: collection, chunk: chunk, stride: UInt32(geometry.stride), records: UInt32(count))
        header.seal(bytes, contentBytes: count * geometry.stride)
        let stored = UnsafeRawBufferPointer(rebasing: bytes.prefix(geometry.storedBytes(records: count)))
        try transaction.put(stored.bytes, for: key, in: table)
    }
}
