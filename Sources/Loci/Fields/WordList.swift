// Loci, Apache License 2.0.

import LociStorage
import LociWords

/// The postings of a term, where they lie in the memory map: read and checked once, shared by threads, and good as long as a
/// transaction of its commit.
final class WordList: Sendable {
    fileprivate let blocks: BlockTable
    fileprivate let lastSlots: [UInt32]
    let summary: PostingSummary

    /// - Throws: `StorageError.corrupted`, `WordsError.badPostings`.
    /// - Complexity: O(bytes of the blocks).
    init(_ blocks: BlockTable) throws {
        self.blocks = blocks
        var summary = PostingSummary()
        var lastSlots: [UInt32] = []
        lastSlots.reserveCapacity(blocks.count)
        for index in 0..<blocks.count {
            let header = try blocks.withBlock(index) { try PostingBlock(header: $0) }
            guard header.firstSlot == blocks.firstSlots[index] else {
                throw WordsError.badPostings(reason: "a block begins with another slot than its key says")
            }
            summary.add(header)
            lastSlots.append(header.lastSlot)
        }
        self.lastSlots = lastSlots
        self.summary = summary
    }

    /// About the bytes of memory that it takes: two numbers and an address for each block, and some objects.
    var byteCount: Int { 256 + 24 * blocks.count }
}

/// The way of one search through a list.
final class WordListReader: PostingList {
    private let list: WordList
    private var index = 0

    var summary: PostingSummary { list.summary }

    init(_ list: WordList) { self.list = list }

    func withBlock(reaching slot: UInt32, _ body: (RawSpan) throws -> Void) throws -> Bool {
        let lastSlots = list.lastSlots
        // Most steps are short.
        var step = 1
        while index + step < lastSlots.count, lastSlots[index + step] < slot {
            index += step
            step *= 2
        }
        var end = min(index + step, lastSlots.count)
        while index < end {
            let middle = (index + end) / 2
            if lastSlots[middle] < slot { index = middle + 1 } else { end = middle }
        }
        guard index < lastSlots.count else { return false }
        try list.blocks.withBlock(index, body)
        return true
    }
}

/// How many words the documents of a field have, where they lie in the memory map.
final class WordLengths: Sendable {
    private let blocks: BlockTable
    /// For each 512 slots the block, counted from 1; 0 where there is none.
    private let places: [UInt32]

    /// - Throws: `WordsError.badLengths`, `StorageError.corrupted` for a block at a slot that begins none.
    init(_ blocks: BlockTable) throws {
        self.blocks = blocks
        var places: [UInt32] = []
        for (index, first) in blocks.firstSlots.enumerated() {
            try blocks.withBlock(index) { try LengthBlock.check($0) }
            guard LengthBlock.firstSlot(of: first) == first else {
                throw StorageError.corrupted(what: "lengths begin at slot \(first)", location: "table postings")
            }
            let place = Int(first) / LengthBlock.slotCount
            while places.count < place { places.append(0) }
            places.append(UInt32(index) + 1)
        }
        self.places = places
    }

    /// Gives `body` the block in which a slot is; one without documents where there is none.
    func withBlock(around slot: UInt32, _ body: (RawSpan) -> Void) {
        let place = Int(slot) / LengthBlock.slotCount
        guard place < places.count, places[place] > 0 else {
            let none = LengthBlock.none
            return body(none.span.bytes)
        }
        blocks.withBlock(Int(places[place]) - 1, body)
    }

    /// About the bytes of memory that it takes.
    var byteCount: Int { 256 + 24 * blocks.count + 4 * places.count }
}
