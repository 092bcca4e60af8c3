// Loci, Apache License 2.0.

extension IdentifierChunk {
    /// The bytes of the file that the identifiers of a collection will take, both ways.
    ///
    /// - Parameters:
    ///   - chunks: of each chunk that is stored, the bytes of its slots' identifiers.
    ///   - named: of each identifier that leads to its slots by an entry, its bytes and the number of slots.
    package static func fileBytes(
        chunks: some Sequence<some Sequence<Int>>, named: some Sequence<(bytes: Int, slots: Int)>
    ) -> Int {
        let lengths = chunks.map { slots in
            slots.reduce(ChunkHeader.encodedBytes + 4) { $0 + 4 + $1 }
        }
        var count = 0
        var (bytes, slots) = (0, 0)
        for identifier in named {
            count += 1
            bytes += identifier.bytes
            slots += identifier.slots
        }
        guard count > 0 else { return 0 }
        // The entries of the other way are taken to be of equal length.
        let keyBytes = 4 + (bytes + count - 1) / count
        let valueBytes = 4 * slots / count
        return SpaceEstimate.fileBytes(chunks: lengths)
            + SpaceEstimate.fileBytes(entries: count, keyBytes: keyBytes, valueBytes: valueBytes)
    }
}
