// Loci, Apache License 2.0.

import LociWords

/// A field in memory, of documents that are numbers of words.
final class MemoryField: PostingSource {
    /// The words of each document by slot; nil where there is none.
    let documents: [[Int]?]
    let documentCount: Int
    let averageLength: Double
    var accepted: @Sendable (UInt32) -> Bool = { _ in true }
    /// What was read, to see that not all is.
    var blocksGiven = 0

    private let lengthBlocks: [[UInt8]]
    private var lists: [[UInt8]: [[UInt8]]] = [:]

    init(_ documents: [[Int]?]) throws {
        self.documents = documents
        let lengths = documents.map { UInt32($0?.count ?? 0) }
        lengthBlocks = stride(from: 0, to: documents.count, by: LengthBlock.slotCount).map { first in
            var block = LengthBlock()
            for slot in first..<min(documents.count, first + LengthBlock.slotCount) {
                block[UInt32(slot)] = lengths[slot]
            }
            return block.bytes
        }
        documentCount = documents.count { $0 != nil }
        averageLength = Double(lengths.reduce(0, +)) / Double(max(1, documentCount))
        var runs: [Int: PostingRun] = [:]
        for (slot, document) in documents.enumerated() {
            guard let document else { continue }
            var positions: [Int: [UInt32]] = [:]
            for (position, word) in document.enumerated() { positions[word, default: []].append(UInt32(position)) }
            for (word, positions) in positions {
                runs[word, default: PostingRun()].append(slot: UInt32(slot), positions: positions)
            }
        }
        for (word, run) in runs {
            lists[Self.term(word)] = run.blocks(isFilling: true) { slots in
                slots.map { lengths[Int($0)] }.min() ?? 0
            }.map(\.bytes)
        }
    }

    static func term(_ word: Int) -> [UInt8] { Array("w\(word)".utf8) }

    var blockBytes: (blocks: Int, bytes: Int) {
        lists.values.reduce((0, 0)) { sum, blocks in (sum.0 + blocks.count, sum.1 + blocks.reduce(0) { $0 + $1.count })
        }
    }

    func withLengths(around slot: UInt32, _ body: (RawSpan) -> Void) {
        let block = lengthBlocks[Int(slot) / LengthBlock.slotCount]
        body(block.span.bytes)
    }
    func accepts(_ slot: UInt32) -> Bool { accepted(slot) }

    func postings(of term: [UInt8]) throws -> (any PostingList)? {
        guard let blocks = lists[term] else { return nil }
        return try List(blocks, self)
    }

    private final class List: PostingList {
        private let blocks: [[UInt8]]
        private let lastSlots: [UInt32]
        private let field: MemoryField
        private var index = 0
        let summary: PostingSummary

        init(_ blocks: [[UInt8]], _ field: MemoryField) throws {
            self.blocks = blocks
            self.field = field
            var summary = PostingSummary()
            var lastSlots: [UInt32] = []
            for block in blocks {
                let header = try PostingBlock(header: block.span.bytes)
                summary.add(header)
                lastSlots.append(header.lastSlot)
            }
            self.summary = summary
            self.lastSlots = lastSlots
        }

        func withBlock(reaching slot: UInt32, _ body: (RawSpan) throws -> Void) throws -> Bool {
            while index < blocks.count, lastSlots[index] < slot { index += 1 }
            guard index < blocks.count else { return false }
            field.blocksGiven += 1
            let block = blocks[index]
            try body(block.span.bytes)
            return true
        }
    }
}
