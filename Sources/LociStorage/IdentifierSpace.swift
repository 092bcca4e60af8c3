// Loci, Apache License 2.0.

extension IdentifierChunk {
    /// The bytes of the file that the identifiers of a collection will take, both ways.
    ///
    /// - Parameters:
    ///   - chunks: of each chunk that is stored, the bytes of its slots' identifiers.
    ///   - named: the bytes of each identifier that is not its slot's number.
    package static func fileBytes(chunks: some Sequence<some Sequence<Int>>, named: some Sequence<Int>) -> Int {
        let lengths = chunks.map { slots in
            slots.reduce(ChunkHeader.encodedBytes + 4) { $0 + 4 + $1 }
        }
        var count = 0
        var total = 0
        for length in named {
            count += 1
            total += length
        }
        guard count > 0 else { return 0 }
        // The entries of the other way are taken to be of equal length.
        let keyBytes = 4 + (total + count - 1) / count
        return SpaceEstimate.fileBytes(chunks: lengths)
            + SpaceEstimate.fileBytes(entries: count, keyBytes: keyBytes, valueBytes: 4)
    }
}
