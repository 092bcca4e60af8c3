// Loci, Apache License 2.0.

/// Makes blocks of postings that come in the order of their slots, and changes blocks.
package struct PostingBlockBuilder {
    private var run = PostingRun()
    private var shape = PostingRun.Shape()
    private var shortestDocument = UInt32.max

    /// A builder without postings.
    package init() {}

    /// Takes a posting, and gives a block when no more fit into it.
    ///
    /// - Parameters:
    ///   - posting: Of a higher slot than the one before.
    ///   - documentLength: Words of the document.
    /// - Throws: `postingsNotInOrder`.
    package mutating func append(_ posting: Posting, documentLength: UInt32) throws(WordsError) -> [UInt8]? {
        if let last = run.slots.last, posting.slot <= last { throw .postingsNotInOrder(slot: posting.slot) }
        let index = run.insert(posting)
        var grown = shape
        run.addLast(to: &grown)
        var finished: [UInt8]?
        if !grown.isWithinLimits {
            run.remove(at: index)
            finished = finish()
            _ = run.insert(posting)
            grown = PostingRun.Shape()
            run.addLast(to: &grown)
        }
        shape = grown
        shortestDocument = min(shortestDocument, documentLength)
        return finished
    }

    /// The block of what is left, nil if nothing is.
    package mutating func finish() -> [UInt8]? {
        defer { self = PostingBlockBuilder() }
        return run.blocks(0..<run.slots.count, shortestDocument: shortestDocument).first
    }

    /// The blocks that take the place of one when a posting is put into it, in the order of slots: one, or two where it does not
    /// fit; more only if its positions are so much greater than the others' that all of those would need more bits. A posting of the
    /// same slot is replaced.
    ///
    /// After the last slot of a full block, a new block begins and the full one stays: lists mostly grow at their end.
    ///
    /// - Throws: `badPostings`.
    /// - Complexity: O(postings of the block)
    package static func inserting(
        _ posting: Posting, documentLength: UInt32, into block: RawSpan
    ) throws(WordsError) -> [[UInt8]] {
        let header = try PostingBlock(header: block)
        var run = try PostingRun(block, header)
        let count = run.slots.count
        let index = run.insert(posting)
        let shortest = min(header.shortestDocument, documentLength)
        let whole = run.blocks(0..<run.slots.count, shortestDocument: shortest)
        if whole.count > 1, index == count {
            return run.blocks(0..<index, shortestDocument: header.shortestDocument)
                + run.blocks(index..<index + 1, shortestDocument: documentLength)
        }
        return whole
    }

    /// The blocks that take the place of one when a slot is taken out of it: one; none if it was the last; two if the gap that it
    /// leaves is so wide that all the others would need more bits than fit. Their shortest document may be longer than they say.
    ///
    /// - Throws: `badPostings`, `postingMissing`.
    /// - Complexity: O(postings of the block)
    package static func removing(_ slot: UInt32, from block: RawSpan) throws(WordsError) -> [[UInt8]] {
        let header = try PostingBlock(header: block)
        var run = try PostingRun(block, header)
        guard let index = run.slots.firstIndex(of: slot) else { throw .postingMissing(slot: slot) }
        run.remove(at: index)
        return run.blocks(0..<run.slots.count, shortestDocument: header.shortestDocument)
    }
}
