// Loci, Apache License 2.0.

extension IdentifierChunk {
    /// The bytes of the file that the identifiers of a collection will take, both ways.
    ///
    /// - Parameter lengths: the bytes of each identifier, in the order of slots.
    package static func fileBytes(lengths: some Sequence<Int>) -> Int {
        var count = 0
        var total = 0
        var slots = 0
        var bytes = 0
        var chunks: [Int] = []
        func endChunk() {
            if slots > 0 { chunks.append(ChunkHeader.encodedBytes + 4 * (slots + 1) + bytes) }
            (slots, bytes) = (0, 0)
        }
        for length in lengths {
            count += 1
            total += length
            slots += 1
            bytes += length
            if slots == slotsPerChunk { endChunk() }
        }
        endChunk()
        guard count > 0 else { return 0 }
        // The entries of the other way are taken to be of equal length.
        let keyBytes = 4 + (total + count - 1) / count
        return SpaceEstimate.fileBytes(chunks: chunks)
            + SpaceEstimate.fileBytes(entries: count, keyBytes: keyBytes, valueBytes: 4)
    }
}
