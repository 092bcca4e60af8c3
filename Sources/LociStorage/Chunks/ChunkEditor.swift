// Loci, Apache License 2.0.

/// A chunked array as a write transaction changes it: the chunks of the last commit, and copies of those that were touched.
///
/// A chunk is copied when a record of it is first edited, its checksum compared at that, and stored once, by
/// ``store(in:)``. Until then LMDB is not asked, and the addresses of all records stay as they are but for those of chunks
/// that become copies.
///
/// Not for use from two threads at once; while nobody edits, any number may read ``records``.
package final class ChunkEditor: @unchecked Sendable {
    private let base: ChunkTable
    let table: Table
    let collection: UInt32
    private var pointers: UnsafeMutablePointer<UnsafeRawPointer>
    private var capacity: Int
    private var copies: [UInt32: ChunkBuffer] = [:]
    /// The number of records.
    package private(set) var count: Int

    /// The sizes of the array's chunks.
    package var geometry: ChunkGeometry {
        base.geometry
    }

    /// - Parameter base: the array as the transaction found it; it must stay valid as long as this object.
    package init(of base: ChunkTable, in table: Table, collection: UInt32) {
        self.base = base
        self.table = table
        self.collection = collection
        count = base.count
        capacity = max(1, base.chunkCount)
        pointers = .allocate(capacity: capacity)
        for chunk in 0..<base.chunkCount { (pointers + chunk).initialize(to: base.records.pointers[chunk]) }
    }

    deinit {
        pointers.deallocate()
    }

    /// Where the records lie, edits included; valid until the next ``resize(to:)``, and as long as this object.
    package var records: ChunkedRecords {
        ChunkedRecords(pointers: UnsafePointer(pointers), geometry: geometry, count: count)
    }

    /// The indexes of the chunks that were changed, added or removed, rising.
    package var changedChunks: [UInt32] {
        copies.keys.sorted()
    }

    /// Where a record can be written, up to the next call of this object: its chunk becomes a copy if it is none.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)``, or ``StorageError/corrupted(what:location:)`` for a chunk that is
    ///   damaged: it would be made right by storing it.
    package func edit(_ index: UInt32) throws(StorageError) -> UnsafeMutableRawPointer {
        guard index < count else { throw .recordNumber(UInt64(index), limit: UInt64(count)) }
        let (chunk, record) = geometry.position(of: index)
        return try copy(of: chunk).unsafeRecord(at: record)
    }

    /// Makes the array so many records long: new ones are zero, and those cut off are gone.
    ///
    /// - Throws: As ``edit(_:)``.
    package func resize(to newCount: Int) throws(StorageError) {
        guard newCount <= Int(UInt32.max) + 1 else { throw .recordNumber(UInt64(newCount), limit: 1 << 32) }
        let (old, new) = (geometry.chunks(forRecords: count), geometry.chunks(forRecords: newCount))
        if new > capacity {
            let larger = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: new + new / 2)
            larger.moveInitialize(from: pointers, count: old)
            pointers.deallocate()
            pointers = larger
            capacity = new + new / 2
        }
        if new < old {
            for chunk in new..<old { try copy(of: UInt32(chunk)).resize(to: 0) }
        }
        if newCount != count {
            for chunk in max(0, min(old, new) - 1)..<max(1, new) where new > 0 {
                let buffer = try chunk < old ? copy(of: UInt32(chunk)) : fresh(UInt32(chunk))
                try buffer.resize(to: min(geometry.recordsPerChunk, newCount - chunk * geometry.recordsPerChunk))
            }
        }
        count = newCount
    }

    /// The key of a chunk.
    func key(ofChunk chunk: UInt32) -> Key {
        Key(collection: collection, chunk: chunk)
    }

    /// Stores what was changed.
    package func store(in transaction: borrowing WriteTransaction) throws(StorageError) {
        for chunk in changedChunks { try copies[chunk]?.store(in: transaction) }
    }

    private func fresh(_ chunk: UInt32) throws(StorageError) -> ChunkBuffer {
        // One that was cut off before may have lost its place in the table of pointers.
        if let copy = copies[chunk] { return keep(copy) }
        return keep(try ChunkBuffer(table: table, collection: collection, chunk: chunk, geometry: geometry))
    }

    private func copy(of chunk: UInt32) throws(StorageError) -> ChunkBuffer {
        if let copy = copies[chunk] { return copy }
        let buffer = try ChunkBuffer(table: table, collection: collection, chunk: chunk, geometry: geometry)
        do throws(ChunkFlaw) {
            try buffer.fill(from: base.value(ofChunk: Int(chunk)))
        } catch {
            throw error.error(table: table, collection: collection, chunk: chunk)
        }
        return keep(buffer)
    }

    private func keep(_ buffer: ChunkBuffer) -> ChunkBuffer {
        copies[buffer.chunk] = buffer
        (pointers + Int(buffer.chunk)).initialize(to: UnsafeRawPointer(buffer.unsafeRecord(at: 0)))
        return buffer
    }
}
