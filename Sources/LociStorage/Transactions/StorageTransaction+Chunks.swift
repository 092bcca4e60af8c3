// Loci, Apache License 2.0.

extension StorageTransaction where Self: ~Copyable {
    /// Runs `body` with every chunk of a collection, in the order of their indexes.
    ///
    /// A missing chunk is an error unless gaps are allowed.
    ///
    /// The pointers are valid until the transaction ends; in a write transaction until its next change.
    func forEachChunk(
        in table: Table, collection: UInt32, allowingGaps: Bool = false,
        _ body: (_ chunk: UInt32, _ value: UnsafeRawBufferPointer) throws(ChunkFlaw) -> Void
    ) throws {
        var expected: UInt32 = 0
        let cursor = try Cursor(context: context, table: table)
        try cursor.forEachUnsafe(prefix: Key(collection: collection)) { key, value in
            let chunk = Key.chunkIndex(in: key.bytes, ofCollection: collection)
            do throws(ChunkFlaw) {
                guard let chunk else { throw ChunkFlaw("the key behind it has \(key.count) bytes") }
                if allowingGaps { expected = max(expected, chunk) }
                guard chunk == expected else { throw ChunkFlaw("it is missing, and chunk \(chunk) is there") }
                try body(chunk, value)
            } catch {
                throw error.error(table: table, collection: collection, chunk: expected)
            }
            expected &+= 1
            return true
        }
    }
}
