// Loci, Apache License 2.0.

/// Goes through the postings of a term by slot, and reads of a block no more than is asked for: its header for bounds, slots
/// when it is entered, frequencies and positions when a document is ranked.
struct TermCursor {
    /// Past the last slot.
    static let end = UInt32.max

    let summary: PostingSummary
    private let list: any PostingList

    /// The document at which the cursor is; `end` after the last one.
    private(set) var slot: UInt32 = 0

    private var header: PostingBlock?
    private var slots: [UInt32] = []
    private var frequencies: [UInt32] = []
    private var index = 0
    private var hasSlots = false
    private var hasFrequencies = false
    /// How many positions the postings before one of the block have.
    private var counted = (index: 0, positions: 0)

    /// A cursor at the first posting.
    init(_ list: any PostingList) throws {
        self.list = list
        summary = list.summary
        try enter(0)
        try seekInBlock(0)
    }

    /// Reads the header of the block that holds the first slot from `target` on, if it is not the one that is read.
    private mutating func enter(_ target: UInt32) throws {
        if let header, header.lastSlot >= target { return }
        var next: PostingBlock?
        let found = try list.withBlock(reaching: target) { block in next = try PostingBlock(header: block) }
        guard found, let next else {
            header = nil
            slot = Self.end
            return
        }
        // A list that goes back, or gives a block too early, would be gone through for ever.
        guard next.lastSlot >= target, next.firstSlot > (header?.lastSlot ?? 0) || header == nil else {
            throw WordsError.badPostings(reason: "blocks are not in the order of slots")
        }
        header = next
        hasSlots = false
        hasFrequencies = false
    }

    private mutating func seekInBlock(_ target: UInt32) throws {
        if header == nil { return }
        if !hasSlots {
            try read { header, block, cursor throws(WordsError) in
                cursor.slots.removeAll(keepingCapacity: true)
                try header.readSlots(block, appendingTo: &cursor.slots)
            }
            hasSlots = true
            index = 0
        }
        // Most steps are short.
        var low = index
        var step = 1
        while low + step < slots.count, slots[low + step] < target {
            low += step
            step *= 2
        }
        var high = min(low + step, slots.count - 1)
        if slots[low] >= target { high = low }
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] < target { low = middle + 1 } else { high = middle }
        }
        index = low
        slot = slots[low]
    }

    private mutating func read(
        _ body: (PostingBlock, RawSpan, inout TermCursor) throws(WordsError) -> Void
    ) throws {
        guard let header else { return }
        _ = try list.withBlock(reaching: header.lastSlot) { block in try body(header, block, &self) }
    }

    /// Goes to the first posting of a slot of at least `target`; stays if it is there.
    mutating func seek(to target: UInt32) throws {
        guard slot < target else { return }
        try enter(target)
        try seekInBlock(target)
    }

    /// Goes to the next posting.
    @inline(__always)
    mutating func advance() throws {
        if hasSlots, index + 1 < slots.count {
            index += 1
            slot = slots[index]
        } else if slot < Self.end {
            try seek(to: slot + 1)
        }
    }

    /// How often the term occurs in the document.
    ///
    /// Of a document that is looked up by itself its frequency alone is read: a tenth of the time of a search went into the others.
    @inline(__always)
    mutating func frequency() throws -> UInt32 {
        if hasFrequencies { return frequencies[index] }
        var frequency: UInt32 = 1
        try read { header, block, cursor throws(WordsError) in
            frequency = try header.frequency(at: cursor.index, block)
        }
        return frequency
    }

    private mutating func readFrequencies() throws {
        try read { header, block, cursor throws(WordsError) in
            cursor.frequencies.removeAll(keepingCapacity: true)
            try header.readFrequencies(block, appendingTo: &cursor.frequencies)
        }
        hasFrequencies = true
        counted = (0, 0)
    }

    /// Gives the postings from that of the cursor to before a slot to `body`, each with how often the term occurs in the document
    /// and how many words that has, and goes to the first after them.
    @inline(__always)
    mutating func forEach(
        before end: UInt32, lengths: any PostingSource,
        _ body: (_ slot: UInt32, _ frequency: UInt32, _ length: UInt32) -> Void
    ) throws {
        while slot < end {
            if !hasFrequencies { try readFrequencies() }
            let lastOfLengths = LengthBlock.firstSlot(of: slot) + UInt32(LengthBlock.slotCount - 1)
            lengths.withLengths(around: slot) { lengths in
                while index < slots.count, slots[index] < end, slots[index] <= lastOfLengths {
                    body(slots[index], frequencies[index], LengthBlock.length(of: slots[index], in: lengths))
                    index += 1
                }
            }
            if index < slots.count {
                slot = slots[index]
            } else if let header {
                try seek(to: header.lastSlot + 1)
            }
        }
    }

    /// Where the term occurs in the document.
    mutating func readPositions(into positions: inout [UInt32]) throws {
        if !hasFrequencies { try readFrequencies() }
        let count = PostingBlock.positionCount(frequencies[index])
        for before in counted.index..<index { counted.positions += PostingBlock.positionCount(frequencies[before]) }
        counted.index = index
        let start = counted.positions
        var found: [UInt32] = []
        swap(&found, &positions)
        try read { header, block, _ throws(WordsError) in
            try header.readPositions(from: start, count: count, block, into: &found)
        }
        swap(&found, &positions)
    }

    /// The block in which the first posting from `target` on is, of which only the header is read. Nil after the last.
    mutating func block(reaching target: UInt32) throws -> PostingBlock? {
        if slot == Self.end { return nil }
        try enter(max(slot, target))
        return header
    }
}
