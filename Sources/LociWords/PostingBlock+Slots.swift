// Loci, Apache License 2.0.

/// Blocks of slots alone: each document has the term once, and frequencies and positions take nothing.
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
        try header.readSlots(block, into: &slots)
        guard header.endOfSlots == block.byteCount else {
            throw .badPostings(reason: "it has \(block.byteCount) bytes, its slots take \(header.endOfSlots)")
        }
    }

    /// Blocks of slots, in their order.
    ///
    /// - Parameters:
    ///   - slots: Rising, below 2³² − 1.
    ///   - isFilling: Whether all blocks but the last are filled, as where slots will be added at the end alone; else all are
    ///     about as full, and have room for slots between.
    /// - Complexity: O(slots)
    package static func blocks(ofSlots slots: [UInt32], isFilling: Bool) -> [[UInt8]] {
        let run = PostingRun(slots: slots)
        guard isFilling else { return run.blocks(0..<slots.count, shortestDocument: .max) }
        var blocks: [[UInt8]] = []
        for start in stride(from: 0, to: slots.count, by: maximumCount) {
            blocks += run.blocks(start..<min(slots.count, start + maximumCount), shortestDocument: .max)
        }
        return blocks
    }
}
