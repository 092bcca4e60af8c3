// Loci, Apache License 2.0.

extension PostingRun {
    /// A block as it is stored.
    package struct Block {
        /// The slot of its first posting.
        package let firstSlot: UInt32
        package let bytes: [UInt8]
    }

    /// The blocks of all postings, whose slots rise.
    ///
    /// - Parameters:
    ///   - isFilling: Whether all blocks but the last are filled, as where slots will be added at the end alone; else all are
    ///     about as full, and have room for slots between.
    ///   - shortestDocument: The words of the shortest of some documents.
    /// - Complexity: O(n log n) at the most
    package func blocks(
        isFilling: Bool, shortestDocument: (ArraySlice<UInt32>) throws -> UInt32
    ) rethrows -> [Block] {
        var blocks: [Block] = []
        func encode(_ part: Part) throws {
            blocks.append(encoded(part, shortestDocument: try shortestDocument(slots[part.postings])))
        }
        if isFilling {
            try forEachFullPart(encode)
        } else {
            try halve(0..<count, gapsFrom: 0, encode)
        }
        return blocks
    }

    /// Postings that are to be a block.
    private struct Part {
        let postings: Range<Int>
        let gaps: Range<Int>
        let shape: Shape
    }

    private func forEachFullPart(_ body: (Part) throws -> Void) rethrows {
        var shape = Shape()
        var (start, firstGap) = (0, 0)
        var (index, gap) = (0, 0)
        while index < count {
            let end = gap + PostingBlock.positionCount(frequencies[index])
            var grown = shape
            grown.add(slot: slots[index], frequency: frequencies[index], gaps: gaps[gap..<end])
            // One posting always fits: 256 positions of 32 bits.
            if !grown.isWithinLimits {
                try body(Part(postings: start..<index, gaps: firstGap..<gap, shape: shape))
                (start, firstGap, shape) = (index, gap, Shape())
                continue
            }
            shape = grown
            (index, gap) = (index + 1, end)
        }
        if start < count { try body(Part(postings: start..<count, gaps: firstGap..<gap, shape: shape)) }
    }

    /// Parts of some postings that may be too many for a block: halved until each fits, so that both halves have room to grow.
    private func halve(_ range: Range<Int>, gapsFrom first: Int, _ body: (Part) throws -> Void) rethrows {
        guard !range.isEmpty else { return }
        let middle = range.lowerBound + range.count / 2
        var (end, middleGap) = (first, first)
        var shape = Shape()
        for index in range {
            if index == middle { middleGap = end }
            let own = end..<end + PostingBlock.positionCount(frequencies[index])
            shape.add(slot: slots[index], frequency: frequencies[index], gaps: gaps[own])
            end = own.upperBound
        }
        if shape.isWithinLimits || range.count == 1 {
            return try body(Part(postings: range, gaps: first..<end, shape: shape))
        }
        try halve(range.lowerBound..<middle, gapsFrom: first, body)
        try halve(middle..<range.upperBound, gapsFrom: middleGap, body)
    }

    /// What decides how many bytes postings take.
    private struct Shape {
        private(set) var count = 0
        private var positionCount = 0
        private var lastSlot: UInt32 = 0
        // Bits of all numbers together: their width is that of the greatest.
        private var gapBits: UInt32 = 0
        private var frequencyBits: UInt32 = 0
        private var positionBits: UInt32 = 0

        mutating func add(slot: UInt32, frequency: UInt32, gaps: ArraySlice<UInt32>) {
            if count > 0 { gapBits |= slot - lastSlot - 1 }
            frequencyBits |= frequency - 1
            for gap in gaps { positionBits |= gap }
            count += 1
            positionCount += gaps.count
            lastSlot = slot
        }

        var gapWidth: Int { PackedNumbers.width(of: gapBits) }
        var frequencyWidth: Int { PackedNumbers.width(of: frequencyBits) }
        var positionWidth: Int { PackedNumbers.width(of: positionBits) }

        var bytes: Int {
            PostingBlock.headerBytes + PackedNumbers.bytes(count: max(0, count - 1), width: gapWidth)
                + PackedNumbers.bytes(count: count, width: frequencyWidth)
                + PackedNumbers.bytes(count: positionCount, width: positionWidth)
        }

        var isWithinLimits: Bool { count <= PostingBlock.maximumCount && bytes <= PostingBlock.maximumBytes }
    }

    private func encoded(_ part: Part, shortestDocument: UInt32) -> Block {
        let slots = slots[part.postings]
        let frequencies = frequencies[part.postings]
        let shape = part.shape
        var bytes: [UInt8] = []
        bytes.reserveCapacity(shape.bytes)
        func append<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(PostingBlock.version)
        append(UInt8(clamping: frequencies.max() ?? 0))
        append(UInt16(slots.count))
        append(slots.first ?? 0)
        append(slots.last ?? 0)
        append(UInt16(clamping: shortestDocument))
        append(UInt8(shape.gapWidth))
        append(UInt8(shape.frequencyWidth))
        append(UInt8(shape.positionWidth))
        PackedNumbers.append(
            zip(slots, slots.dropFirst()).lazy.map { $1 - $0 - 1 }, width: shape.gapWidth, to: &bytes)
        PackedNumbers.append(frequencies.lazy.map { $0 - 1 }, width: shape.frequencyWidth, to: &bytes)
        PackedNumbers.append(gaps[part.gaps], width: shape.positionWidth, to: &bytes)
        return Block(firstSlot: slots.first ?? 0, bytes: bytes)
    }
}
