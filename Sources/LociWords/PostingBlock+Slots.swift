// Loci, Apache License 2.0.

/// Blocks of slots alone: each document has the term once, at the first place, so that frequencies and positions take nothing.
extension PostingBlock {
    /// Reads the slots of a block.
    ///
    /// - Parameter slots: Takes them, rising, in place of what it holds.
    /// - Throws: `badPostings`, also for a block with frequencies or positions.
    /// - Complexity: O(postings of the block)
    package static func readSlots(of block: RawSpan, into slots: inout [UInt32]) throws(WordsError) {
        let header = try PostingBlock(header: block)
        guard header.greatestFrequency == 1, header.frequencyWidth == 0, header.positionWidth == 0 else {
            throw .badPostings(reason: "it has frequencies or positions")
        }
        slots.removeAll(keepingCapacity: true)
        try header.readSlots(block, appendingTo: &slots)
        guard header.endOfSlots == block.byteCount else {
            throw .badPostings(reason: "it has \(block.byteCount) bytes, its slots take \(header.endOfSlots)")
        }
    }
}
