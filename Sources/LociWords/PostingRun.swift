// Loci, Apache License 2.0.

/// Postings as they are held while blocks are made of them: three arrays, since a block of 512 postings would be as many arrays of
/// positions, which made an edit five times as slow.
struct PostingRun {
    private(set) var slots: [UInt32] = []
    private(set) var frequencies: [UInt32] = []
    /// Of each posting the first position, then how many places each one is beyond the place after the one before.
    private(set) var gaps: [UInt32] = []

    init() {}

    /// Postings of terms that occur once, of which no place is known but the first.
    init(slots: [UInt32]) {
        self.slots = slots
        frequencies = Array(repeating: 1, count: slots.count)
        gaps = Array(repeating: 0, count: slots.count)
    }

    /// The postings of a block.
    ///
    /// - Throws: `badPostings`.
    init(_ block: RawSpan, _ header: PostingBlock) throws(WordsError) {
        try header.readSlots(block, into: &slots)
        try header.readFrequencies(block, into: &frequencies)
        try header.readGaps(block, count: frequencies.reduce(0) { $0 + PostingBlock.positionCount($1) }, into: &gaps)
    }

    /// Where the gaps of a posting begin, or would.
    private func start(of index: Int) -> Int {
        frequencies[..<index].reduce(0) { $0 + PostingBlock.positionCount($1) }
    }

    /// Takes a posting to the place of its slot, where it replaces another one; gives the place.
    mutating func insert(_ posting: Posting) -> Int {
        let index =
            slots.last.map { $0 < posting.slot } ?? true
            ? slots.count : slots.firstIndex { $0 >= posting.slot } ?? slots.count
        if index < slots.count, slots[index] == posting.slot { remove(at: index) }
        var own: [UInt32] = []
        var next: UInt32 = 0
        for position in posting.positions {
            own.append(position - next)
            next = position &+ 1
        }
        if index == slots.count {
            gaps += own
        } else {
            gaps.insert(contentsOf: own, at: start(of: index))
        }
        slots.insert(posting.slot, at: index)
        frequencies.insert(posting.frequency, at: index)
        return index
    }

    /// Drops a posting.
    mutating func remove(at index: Int) {
        let start = start(of: index)
        gaps.removeSubrange(start..<start + PostingBlock.positionCount(frequencies[index]))
        slots.remove(at: index)
        frequencies.remove(at: index)
    }

    /// What decides how many bytes postings take.
    struct Shape {
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

    /// Takes in the last posting.
    func addLast(to shape: inout Shape) {
        guard let slot = slots.last, let frequency = frequencies.last else { return }
        shape.add(slot: slot, frequency: frequency, gaps: gaps.suffix(PostingBlock.positionCount(frequency)))
    }

    /// Blocks of some postings that may be too many for one: halved until each part fits, so that both halves have room to grow.
    func blocks(_ range: Range<Int>, shortestDocument: UInt32) -> [[UInt8]] {
        guard !range.isEmpty else { return [] }
        var shape = Shape()
        let first = start(of: range.lowerBound)
        var end = first
        for index in range {
            let count = PostingBlock.positionCount(frequencies[index])
            shape.add(slot: slots[index], frequency: frequencies[index], gaps: gaps[end..<end + count])
            end += count
        }
        // One posting always fits: 256 positions of 32 bits.
        if shape.isWithinLimits || range.count == 1 {
            return [encode(range, gaps[first..<end], shape, shortestDocument: shortestDocument)]
        }
        let middle = range.lowerBound + range.count / 2
        return blocks(range.lowerBound..<middle, shortestDocument: shortestDocument)
            + blocks(middle..<range.upperBound, shortestDocument: shortestDocument)
    }

    private func encode(
        _ range: Range<Int>, _ gaps: ArraySlice<UInt32>, _ shape: Shape, shortestDocument: UInt32
    ) -> [UInt8] {
        let slots = slots[range]
        let frequencies = frequencies[range]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(shape.bytes)
        func append<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(PostingBlock.version)
        append(UInt8(clamping: frequencies.max() ?? 0))
        append(UInt16(range.count))
        append(slots.first ?? 0)
        append(slots.last ?? 0)
        append(UInt16(clamping: shortestDocument))
        append(UInt8(shape.gapWidth))
        append(UInt8(shape.frequencyWidth))
        append(UInt8(shape.positionWidth))
        PackedNumbers.append(
            zip(slots, slots.dropFirst()).lazy.map { $1 - $0 - 1 }, width: shape.gapWidth, to: &bytes)
        PackedNumbers.append(frequencies.lazy.map { $0 - 1 }, width: shape.frequencyWidth, to: &bytes)
        PackedNumbers.append(gaps, width: shape.positionWidth, to: &bytes)
        return bytes
    }
}
