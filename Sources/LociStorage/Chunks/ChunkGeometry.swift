// Loci, Apache License 2.0.

/// How many records of one stride make a chunk.
///
/// A chunk is stored in whole pages, of which LMDB takes 16 bytes: `pages * 4096 - 16` bytes hold the header, the records
/// and a tail that may be read but means nothing, for kernels that load whole registers. The number of pages follows from
/// the stride and the tail alone, by the rule of ``init(stride:readableTail:)`` or ``adjacency(stride:)``, and is part
/// of the file format.
package struct ChunkGeometry: Equatable, Hashable, Sendable {
    /// The longest record, in bytes.
    package static let maximumStride = 1 << 20
    /// The longest tail, in bytes.
    package static let maximumReadableTail = 1024
    /// What LMDB takes of the first page of a large value, in bytes.
    package static let pageHeaderBytes = 16

    /// The distance from one record to the next, in bytes.
    package let stride: Int
    /// The bytes that may be read behind the last record of a chunk.
    package let readableTail: Int
    /// The pages of a full chunk.
    package let pages: Int
    /// The records of a full chunk.
    package let recordsPerChunk: Int

    /// The geometry for codes and vectors: of 1 to 8 pages (for records of more than two pages, of up to four times what
    /// one record needs), the smallest count that takes at most 1 % more bytes a record than the best.
    ///
    /// - Parameters:
    ///   - stride: the distance from one record to the next, in bytes.
    ///   - readableTail: the bytes that may be read behind a chunk's last record.
    /// - Throws: ``StorageError/recordLength(bytes:limit:)``
    package init(stride: Int, readableTail: Int = 64) throws(StorageError) {
        try ChunkGeometry.check(stride: stride, readableTail: readableTail)
        let least = ChunkGeometry.pages(forBytes: ChunkHeader.encodedBytes + stride + readableTail)
        let counts = least...max(8, 4 * least)
        func capacity(_ pages: Int) -> Int {
            ChunkGeometry.capacity(pages: pages, stride: stride, readableTail: readableTail)
        }
        // Fractions are compared by cross multiplication: the rule must give the same on every machine.
        var best = least
        for pages in counts where pages * capacity(best) < best * capacity(pages) { best = pages }
        let chosen = counts.first { $0 * capacity(best) * 100 <= best * capacity($0) * 101 } ?? best
        self.init(stride: stride, readableTail: readableTail, pages: chosen)
    }

    /// The geometry for adjacency lists: one page without a tail if it holds at least 8 records, since an insertion
    /// rewrites many chunks; otherwise as ``init(stride:readableTail:)`` without a tail.
    ///
    /// - Throws: ``StorageError/recordLength(bytes:limit:)``
    package static func adjacency(stride: Int) throws(StorageError) -> ChunkGeometry {
        try check(stride: stride, readableTail: 0)
        if capacity(pages: 1, stride: stride, readableTail: 0) >= 8 {
            return ChunkGeometry(stride: stride, readableTail: 0, pages: 1)
        }
        return try ChunkGeometry(stride: stride, readableTail: 0)
    }

    private init(stride: Int, readableTail: Int, pages: Int) {
        self.stride = stride
        self.readableTail = readableTail
        self.pages = pages
        recordsPerChunk = ChunkGeometry.capacity(pages: pages, stride: stride, readableTail: readableTail)
    }

    private static func check(stride: Int, readableTail: Int) throws(StorageError) {
        guard (1...maximumStride).contains(stride) else { throw .recordLength(bytes: stride, limit: maximumStride) }
        guard (0...maximumReadableTail).contains(readableTail) else {
            throw .recordLength(bytes: readableTail, limit: maximumReadableTail)
        }
    }

    private static func pages(forBytes bytes: Int) -> Int {
        (bytes + pageHeaderBytes + DatabaseSettings.pageBytes - 1) / DatabaseSettings.pageBytes
    }

    private static func capacity(pages: Int, stride: Int, readableTail: Int) -> Int {
        let room = pages * DatabaseSettings.pageBytes - pageHeaderBytes - ChunkHeader.encodedBytes - readableTail
        return room / stride
    }

    /// The longest value of a chunk, in bytes.
    package var chunkBytes: Int {
        pages * DatabaseSettings.pageBytes - ChunkGeometry.pageHeaderBytes
    }

    /// The length of the value of a chunk of `records` records, in bytes: header, records and tail.
    package func storedBytes(records: Int) -> Int {
        ChunkHeader.encodedBytes + records * stride + readableTail
    }

    /// The chunk of record `index`, and the record's place in it.
    package func position(of index: UInt32) -> (chunk: UInt32, record: Int) {
        let (chunk, record) = Int(index).quotientAndRemainder(dividingBy: recordsPerChunk)
        return (UInt32(truncatingIfNeeded: chunk), record)
    }

    /// The number of chunks that hold `records` records.
    package func chunks(forRecords records: Int) -> Int {
        records / recordsPerChunk + (records % recordsPerChunk == 0 ? 0 : 1)
    }
}
