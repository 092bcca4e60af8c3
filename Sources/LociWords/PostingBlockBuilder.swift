// Loci, Apache License 2.0.

/// Makes blocks of postings that come in the order of their slots.
package struct PostingBlockBuilder {
    private var postings: [Posting] = []
    private var shortestDocument = UInt32.max
    private var shape = Shape()

    /// A builder without postings.
    package init() {}

    /// What decides how many bytes postings take, kept as they come.
    private struct Shape {
        var count = 0
        var lastSlot: UInt32 = 0
        var gaps: UInt32 = 0
        var frequencies: UInt32 = 0
        var positions: UInt32 = 0
        var positionCount = 0

        mutating func add(_ posting: Posting) {
            // Bits of all numbers together: their width is that of the greatest.
            if count > 0 { gaps |= posting.slot - lastSlot - 1 }
            frequencies |= posting.frequency - 1
            PostingBlockBuilder.forEachGap(of: posting.positions) { positions |= $0 }
            count += 1
            positionCount += posting.positions.count
            lastSlot = posting.slot
        }

        var bytes: Int {
            PostingBlock.headerBytes
                + PackedNumbers.bytes(count: max(0, count - 1), width: PackedNumbers.width(of: gaps))
                + PackedNumbers.bytes(count: count, width: PackedNumbers.width(of: frequencies))
                + PackedNumbers.bytes(count: positionCount, width: PackedNumbers.width(of: positions))
        }

        var isWithinLimits: Bool { count <= PostingBlock.maximumCount && bytes <= PostingBlock.maximumBytes }
    }

    /// The first position, then how many places each one is beyond the next place.
    private static func forEachGap(of positions: [UInt32], _ body: (UInt32) -> Void) {
        var next: UInt32 = 0
        for position in positions {
            body(position - next)
            next = position &+ 1
        }
    }

    /// Takes a posting, and gives a block when no more fit into it.
    ///
    /// - Parameters:
    ///   - posting: Of a higher slot than the one before.
    ///   - documentLength: Words of the document.
    /// - Throws: `postingsNotInOrder`.
    package mutating func append(_ posting: Posting, documentLength: UInt32) throws(WordsError) -> [UInt8]? {
        if let last = postings.last, posting.slot <= last.slot { throw .postingsNotInOrder(slot: posting.slot) }
        var grown = shape
        grown.add(posting)
        var finished: [UInt8]?
        if !grown.isWithinLimits {
            finished = finish()
            grown = Shape()
            grown.add(posting)
        }
        shape = grown
        postings.append(posting)
        shortestDocument = min(shortestDocument, documentLength)
        return finished
    }

    /// The block of what is left, nil if nothing is.
    package mutating func finish() -> [UInt8]? {
        guard !postings.isEmpty else { return nil }
        defer { self = PostingBlockBuilder() }
        return Self.encode(postings[...], shape, shortestDocument: shortestDocument)
    }

    private static func encode(_ postings: ArraySlice<Posting>, _ shape: Shape, shortestDocument: UInt32) -> [UInt8] {
        let widths = [shape.gaps, shape.frequencies, shape.positions].map(PackedNumbers.width)
        var greatest: UInt32 = 0
        for posting in postings { greatest = max(greatest, posting.frequency) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(shape.bytes)
        func append<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(PostingBlock.version)
        append(UInt8(clamping: greatest))
        append(UInt16(postings.count))
        append(postings.first?.slot ?? 0)
        append(postings.last?.slot ?? 0)
        append(UInt16(clamping: shortestDocument))
        for width in widths { append(UInt8(width)) }
        PackedNumbers.append(
            zip(postings, postings.dropFirst()).lazy.map { $1.slot - $0.slot - 1 }, width: widths[0], to: &bytes)
        PackedNumbers.append(postings.lazy.map { $0.frequency - 1 }, width: widths[1], to: &bytes)
        var gaps: [UInt32] = []
        gaps.reserveCapacity(shape.positionCount)
        for posting in postings { forEachGap(of: posting.positions) { gaps.append($0) } }
        PackedNumbers.append(gaps, width: widths[2], to: &bytes)
        return bytes
    }

    /// Blocks of postings that may be too many for one: halved until each part fits, so that both halves have room to grow.
    private static func blocks(_ postings: ArraySlice<Posting>, shortestDocument: UInt32) -> [[UInt8]] {
        guard !postings.isEmpty else { return [] }
        var shape = Shape()
        for posting in postings { shape.add(posting) }
        // One posting always fits: 256 positions of 32 bits.
        if shape.isWithinLimits || postings.count == 1 {
            return [encode(postings, shape, shortestDocument: shortestDocument)]
        }
        let middle = postings.startIndex + postings.count / 2
        return blocks(postings[..<middle], shortestDocument: shortestDocument)
            + blocks(postings[middle...], shortestDocument: shortestDocument)
    }

    /// The blocks that take the place of one when a posting is put into it, in the order of slots: one, or two where it does not
    /// fit; more only if its positions are so much greater than the others' that all of those would need more bits. A posting of the
    /// same slot is replaced.
    ///
    /// After the last slot of a full block, a new block begins and the full one stays: lists mostly grow at their end.
    ///
    /// - Throws: `badPostings`.
    package static func inserting(
        _ posting: Posting, documentLength: UInt32, into block: RawSpan
    ) throws(WordsError) -> [[UInt8]] {
        let header = try PostingBlock(header: block)
        var postings = try header.postings(block)
        let index = postings.firstIndex { $0.slot >= posting.slot } ?? postings.count
        if index < postings.count, postings[index].slot == posting.slot {
            postings[index] = posting
        } else {
            postings.insert(posting, at: index)
        }
        let shortest = min(header.shortestDocument, documentLength)
        if index == postings.count - 1, index > 0 {
            var whole = Shape()
            for posting in postings { whole.add(posting) }
            if !whole.isWithinLimits {
                return blocks(postings[..<index], shortestDocument: header.shortestDocument)
                    + blocks(postings[index...], shortestDocument: documentLength)
            }
        }
        return blocks(postings[...], shortestDocument: shortest)
    }

    /// The blocks that take the place of one when a slot is taken out of it: one; none if it was the last; two if the gap that it
    /// leaves is so wide that all the others would need more bits than fit. Their shortest document may be longer than they say.
    ///
    /// - Throws: `badPostings`, `postingMissing`.
    package static func removing(_ slot: UInt32, from block: RawSpan) throws(WordsError) -> [[UInt8]] {
        let header = try PostingBlock(header: block)
        var postings = try header.postings(block)
        guard let index = postings.firstIndex(where: { $0.slot == slot }) else { throw .postingMissing(slot: slot) }
        postings.remove(at: index)
        return blocks(postings[...], shortestDocument: header.shortestDocument)
    }
}
