// Loci, Apache License 2.0.

/// A view of a chunked array: the address of every record, in the memory map.
///
/// Any number of threads may use it at once. It keeps the snapshot alive that it was made from.
package final class ChunkTable: @unchecked Sendable {
    private let snapshot: Snapshot?
    private let pointers: UnsafeMutablePointer<UnsafeRawPointer>
    /// The sizes of the array's chunks.
    package let geometry: ChunkGeometry
    /// Where the records lie, for inner loops; valid as long as this table.
    @usableFromInline package let records: ChunkedRecords

    /// The array of `collection` in `table`, as `snapshot` shows it.
    ///
    /// Every chunk's length is checked, and that none is missing; of the headers only the first and that of a chunk that
    /// is not full, and no checksum: reading every header would bring a page of every chunk into memory.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(chunks): the pages of the tree are read, and not those of the chunks.
    package convenience init(
        snapshot: Snapshot, table: Table, collection: UInt32, geometry: ChunkGeometry
    ) throws {
        let collected = try snapshot.withTransaction { transaction in
            try ChunkTable.collect(transaction, table: table, collection: collection, geometry: geometry)
        }
        self.init(snapshot: snapshot, collected: collected, geometry: geometry)
    }

    /// The array of `collection` in `table`, as `transaction` sees it.
    ///
    /// The addresses are valid until the transaction ends; those of a write transaction until its next change. It is the
    /// caller's duty not to use the table longer.
    package convenience init(
        unsafelyBorrowing transaction: borrowing some StorageTransaction & ~Copyable, table: Table, collection: UInt32,
        geometry: ChunkGeometry
    ) throws {
        let collected = try ChunkTable.collect(transaction, table: table, collection: collection, geometry: geometry)
        self.init(snapshot: nil, collected: collected, geometry: geometry)
    }

    /// An array without records.
    package convenience init(emptyWith geometry: ChunkGeometry) {
        self.init(snapshot: nil, collected: Collected(), geometry: geometry)
    }

    /// The array as `editor` has it by now, to be read only; valid until the next change by it, and as long as it is.
    ///
    /// - Complexity: O(chunks) copies of addresses.
    package convenience init(unsafelyReading editor: ChunkEditor) {
        var collected = Collected()
        collected.count = editor.count
        let records = editor.records
        collected.pointers = (0..<editor.geometry.chunks(forRecords: editor.count)).map { records.pointers[$0] }
        self.init(snapshot: nil, collected: collected, geometry: editor.geometry)
    }

    private init(snapshot: Snapshot?, collected: Collected, geometry: ChunkGeometry) {
        self.snapshot = snapshot
        self.geometry = geometry
        pointers = .allocate(capacity: max(1, collected.pointers.count))
        for (index, pointer) in collected.pointers.enumerated() { (pointers + index).initialize(to: pointer) }
        records = ChunkedRecords(pointers: UnsafePointer(pointers), geometry: geometry, count: collected.count)
    }

    deinit {
        pointers.deallocate()
    }

    /// The number of records.
    package var count: Int {
        records.count
    }

    /// The number of chunks.
    package var chunkCount: Int {
        geometry.chunks(forRecords: count)
    }

    /// The address of record `index`, which must be below ``count``: it is not compared.
    ///
    /// `geometry.stride` bytes belong to the record, and `geometry.readableTail` more can be read.
    @inlinable @inline(__always)
    package func record(at index: UInt32) -> UnsafeRawPointer {
        records.record(at: index)
    }

    /// Runs `body` with the bytes of record `index`.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or what `body` throws.
    package func withRecord<Result>(at index: UInt32, _ body: (RawSpan) throws -> Result) throws -> Result {
        guard index < count else { throw StorageError.recordNumber(UInt64(index), limit: UInt64(count)) }
        return try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: record(at: index), count: geometry.stride).bytes)
        }
    }

    /// The bytes of a chunk as it is stored.
    func value(ofChunk chunk: Int) -> UnsafeRawBufferPointer {
        let records = min(count - chunk * geometry.recordsPerChunk, geometry.recordsPerChunk)
        return UnsafeRawBufferPointer(
            start: pointers[chunk] - ChunkHeader.encodedBytes, count: geometry.storedBytes(records: records))
    }

    /// The same array as a later commit has it, `editor` being all that happened to it in between.
    ///
    /// Only chunks that were changed are looked up, and those that lie on pages of the tree, which may be the last: the pages
    /// of other chunks are where they were. Where the system's pages are so large that no chunk has pages of its own, all are.
    ///
    /// - Parameter transaction: of that commit. The addresses are valid until it ends.
    /// - Throws: ``StorageError/corrupted(what:location:)``
    /// - Complexity: O(chunks) copies of addresses, and O(log chunks) pages for each chunk that is looked up.
    package convenience init(
        unsafelyBorrowing transaction: borrowing ReadTransaction, after editor: ChunkEditor
    ) throws(StorageError) {
        let geometry = editor.geometry
        var collected = Collected()
        collected.count = editor.count
        let chunks = geometry.chunks(forRecords: editor.count)
        let records = editor.records
        collected.pointers = (0..<chunks).map { records.pointers[$0] }
        let environment = transaction.context.environment
        let stay = environment.hasOwnPages(chunkBytes: geometry.storedBytes(records: geometry.recordsPerChunk))
        var moved = stay ? editor.changedChunks : (0..<UInt32(chunks)).map { $0 }
        if let last = UInt32(exactly: chunks - 1), moved.last != last { moved.append(last) }
        for chunk in moved where chunk < chunks {
            let inChunk = min(geometry.recordsPerChunk, editor.count - Int(chunk) * geometry.recordsPerChunk)
            guard let value = try transaction.unsafeValue(of: editor.key(ofChunk: chunk), in: editor.table),
                let base = value.baseAddress, value.count == geometry.storedBytes(records: inChunk)
            else {
                throw ChunkFlaw("it is not as it was stored").error(
                    table: editor.table, collection: editor.collection, chunk: chunk)
            }
            collected.pointers[Int(chunk)] = base + ChunkHeader.encodedBytes
        }
        self.init(snapshot: nil, collected: collected, geometry: geometry)
    }

    private struct Collected {
        var pointers: [UnsafeRawPointer] = []
        var count = 0
    }

    private static func collect(
        _ transaction: borrowing some StorageTransaction & ~Copyable, table: Table, collection: UInt32,
        geometry: ChunkGeometry
    ) throws -> Collected {
        guard let kind = ChunkKind(table: table), kind != .identifiers else {
            throw StorageError.misuse("table \(table) holds no arrays of records")
        }
        var collected = Collected()
        let full = geometry.storedBytes(records: geometry.recordsPerChunk)
        try transaction.forEachChunk(in: table, collection: collection) { (chunk, value) throws(ChunkFlaw) in
            guard collected.count == collected.pointers.count * geometry.recordsPerChunk else {
                throw ChunkFlaw("the chunk before it is not full")
            }
            let records = (value.count - ChunkHeader.encodedBytes - geometry.readableTail) / geometry.stride
            guard let base = value.baseAddress, (1...geometry.recordsPerChunk).contains(records),
                value.count == geometry.storedBytes(records: records)
            else {
                throw ChunkFlaw("it has \(value.count) bytes, and not \(full) or those of fewer records")
            }
            // The first and the last header, or whatever of them there is, tell whether this is the array at all.
            if chunk == 0 || value.count < full {
                let header = try ChunkHeader(decoding: value)
                try header.expect(kind: kind, collection: collection, chunk: chunk, stride: UInt32(geometry.stride))
                guard header.records == records else {
                    throw ChunkFlaw("it has \(value.count) bytes for \(header.records) records")
                }
            }
            let (count, overflow) = collected.count.addingReportingOverflow(records)
            guard !overflow, count <= Int(UInt32.max) + 1 else {
                throw ChunkFlaw("it has a record number over 32 bits")
            }
            collected.pointers.append(base + ChunkHeader.encodedBytes)
            collected.count = count
        }
        return collected
    }
}
