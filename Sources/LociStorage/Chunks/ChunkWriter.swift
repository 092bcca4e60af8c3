// Loci, Apache License 2.0.

/// Appends records to a chunked array, within one write transaction.
///
/// Make it inside the body of ``Environment/write(isSynced:_:abandoned:committed:)``, since that may run more than once, and call ``finish(in:)`` at its
/// end: the last chunk is stored then. The caller decides how much goes into one transaction; the next one goes on with a
/// writer that begins at ``nextRecord``.
package struct ChunkWriter: ~Copyable {
    private let table: Table
    private let collection: UInt32
    private let geometry: ChunkGeometry
    private var buffer: ChunkBuffer

    /// Begins at a record number: records from there on are replaced.
    ///
    /// - Parameter firstRecord: the number of the first record to be written, at most the length of the array.
    /// - Throws: ``StorageError/recordNumber(_:limit:)`` if that would leave a gap, or
    ///   ``StorageError/corrupted(what:location:)``.
    package static func begin(
        _ transaction: borrowing WriteTransaction, table: Table, collection: UInt32, geometry: ChunkGeometry,
        from firstRecord: UInt32
    ) throws(StorageError) -> ChunkWriter {
        let (chunk, record) = geometry.position(of: firstRecord)
        if chunk > 0 {
            let key = Key(collection: collection, chunk: chunk - 1)
            guard
                try transaction.unsafeValue(of: key, in: table)?.count
                    == geometry.storedBytes(records: geometry.recordsPerChunk)
            else {
                throw .recordNumber(UInt64(firstRecord), limit: UInt64(chunk) * UInt64(geometry.recordsPerChunk))
            }
        }
        let buffer = try ChunkBuffer.load(
            transaction, table: table, collection: collection, chunk: chunk, geometry: geometry)
        guard record <= buffer.count else {
            let length = UInt64(chunk) * UInt64(geometry.recordsPerChunk) + UInt64(buffer.count)
            throw .recordNumber(UInt64(firstRecord), limit: length + 1)
        }
        try buffer.resize(to: record)
        return ChunkWriter(table: table, collection: collection, geometry: geometry, buffer: buffer)
    }

    private init(table: Table, collection: UInt32, geometry: ChunkGeometry, buffer: ChunkBuffer) {
        self.table = table
        self.collection = collection
        self.geometry = geometry
        self.buffer = buffer
    }

    /// The number of the record that comes next.
    package var nextRecord: UInt64 {
        UInt64(buffer.chunk) * UInt64(geometry.recordsPerChunk) + UInt64(buffer.count)
    }

    /// Appends records.
    ///
    /// - Parameter records: whole records, one after another.
    /// - Throws: ``StorageError/misuse(_:)`` for a part of a record, ``StorageError/recordNumber(_:limit:)`` beyond 2³²
    ///   records, or an error of the transaction.
    package mutating func append(
        _ records: RawSpan, in transaction: borrowing WriteTransaction
    ) throws(StorageError) {
        guard records.byteCount % geometry.stride == 0 else {
            throw .misuse("\(records.byteCount) bytes are not whole records of \(geometry.stride): give whole records")
        }
        let end = nextRecord + UInt64(records.byteCount / geometry.stride)
        guard end <= 1 << 32 else { throw .recordNumber(end - 1, limit: 1 << 32) }
        var offset = 0
        while offset < records.byteCount {
            if buffer.isFull {
                try buffer.store(in: transaction)
                buffer = try ChunkBuffer(
                    table: table, collection: collection, chunk: buffer.chunk + 1, geometry: geometry)
            }
            let rest = records.extracting(droppingFirst: offset)
            offset += rest.withUnsafeBytes { buffer.append($0) } * geometry.stride
        }
    }

    /// Stores the last chunk and deletes the chunks behind it, so that the array ends before ``nextRecord``.
    package consuming func finish(in transaction: borrowing WriteTransaction) throws(StorageError) {
        try buffer.store(in: transaction)
        var chunk = buffer.chunk
        while chunk < UInt32.max {
            chunk += 1
            guard try transaction.delete(Key(collection: collection, chunk: chunk), in: table) else { return }
        }
    }
}
