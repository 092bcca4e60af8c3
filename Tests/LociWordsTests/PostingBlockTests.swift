// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

/// Random blocks. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct PostingBlockTests {
    private func blocks(_ postings: [Posting], length: UInt32 = 10) throws -> [[UInt8]] {
        var builder = PostingBlockBuilder()
        var blocks: [[UInt8]] = []
        for posting in postings {
            if let block = try builder.append(posting, documentLength: length) { blocks.append(block) }
        }
        if let block = builder.finish() { blocks.append(block) }
        return blocks
    }

    private func postings(_ block: [UInt8]) throws -> [Posting] {
        try PostingBlock(header: block.span.bytes).postings(block.span.bytes)
    }

    private func inserting(_ posting: Posting, documentLength: UInt32, into block: [UInt8]) throws -> [[UInt8]] {
        try PostingBlockBuilder.inserting(posting, documentLength: documentLength, into: block.span.bytes)
    }

    private func removing(_ slot: UInt32, from block: [UInt8]) throws -> [[UInt8]] {
        try PostingBlockBuilder.removing(slot, from: block.span.bytes)
    }

    @Test func bytesAreStable() throws {
        let block = try blocks([
            Posting(slot: 258, positions: [3]), Posting(slot: 260, positions: [0, 2]),
            Posting(slot: 265, positions: [1]),
        ])
        #expect(
            block == [
                [
                    1, 2, 3, 0, 2, 1, 0, 0, 9, 1, 0, 0, 10, 0, 3, 1, 2,
                    // Gaps 1 and 4 in three bits, frequencies 0, 1, 0 in one, positions 3, 0, 1, 1 in two.
                    0b100_001, 0b010, 0b01_01_00_11,
                ]
            ])
    }

    @Test func oneOccurrenceTakesLittle() throws {
        #expect(try blocks([Posting(slot: 7, positions: [0])]).map(\.count) == [17])
        let all = try blocks((0..<512).map { try Posting(slot: $0, positions: [5]) })
        #expect(all.map(\.count) == [17 + 512 * 3 / 8])
    }

    @Test func whatIsPutInComesOut() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(200) {
            let postings = try generator.postings(generator.below(2_000))
            let length = UInt32(generator.below(100_000))
            let blocks = try blocks(postings, length: length)
            #expect(try blocks.flatMap { try self.postings($0) } == postings, "\(generator)")
            for block in blocks {
                let header = try PostingBlock(header: block.span.bytes)
                let own = try self.postings(block)
                #expect(block.count <= PostingBlock.maximumBytes && header.count == own.count)
                #expect(header.firstSlot == own.first?.slot && header.lastSlot == own.last?.slot)
                let greatest = own.map(\.frequency).max() ?? 0
                #expect(header.greatestFrequency == (greatest >= 255 ? .max : greatest))
                #expect(header.shortestDocument == min(length, 65_535))
            }
        }
    }

    @Test func outOfOrderIsRefused() throws {
        #expect(throws: WordsError.postingsNotInOrder(slot: 3)) { try Posting(slot: 3, positions: [2, 2]) }
        #expect(throws: WordsError.postingsNotInOrder(slot: 3)) { try Posting(slot: 3, positions: []) }
        #expect(throws: WordsError.postingsNotInOrder(slot: .max)) { try Posting(slot: .max, positions: [1]) }
        var builder = PostingBlockBuilder()
        _ = try builder.append(Posting(slot: 3, positions: [1]), documentLength: 1)
        #expect(throws: WordsError.postingsNotInOrder(slot: 3)) {
            try builder.append(Posting(slot: 3, positions: [1]), documentLength: 1)
        }
    }

    /// Insertions and removals against a dictionary, over a list of several blocks.
    @Test func editsAreThoseOfADictionary() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(6) {
            var model: [UInt32: Posting] = [:]
            var blocks: [[UInt8]] = []
            let reach = 10 << generator.below(12)
            for step in 0..<1_500 {
                let slot = UInt32(generator.below(reach))
                let place = blocks.lastIndex { firstSlot($0) <= slot } ?? 0
                if generator.below(3) == 0 {
                    guard model.removeValue(forKey: slot) != nil else {
                        if !blocks.isEmpty {
                            #expect(throws: WordsError.postingMissing(slot: slot)) {
                                try removing(slot, from: blocks[place])
                            }
                        }
                        continue
                    }
                    let rest = try removing(slot, from: blocks[place])
                    #expect(rest.count <= 2)
                    blocks.replaceSubrange(place...place, with: rest)
                } else {
                    let posting = try generator.posting(slot: slot)
                    model[slot] = posting
                    if blocks.isEmpty {
                        blocks = try self.blocks([posting])
                    } else {
                        let parts = try inserting(posting, documentLength: 10, into: blocks[place])
                        blocks.replaceSubrange(place...place, with: parts)
                    }
                }
                #expect(blocks.allSatisfy { $0.count <= PostingBlock.maximumBytes })
                if step % 100 == 0 {
                    #expect(
                        try blocks.flatMap { try postings($0) } == model.values.sorted { $0.slot < $1.slot },
                        "\(generator)")
                }
            }
        }
    }

    private func firstSlot(_ block: [UInt8]) -> UInt32 {
        (try? PostingBlock(header: block.span.bytes).firstSlot) ?? 0
    }

    @Test func growthAtTheEndLeavesFullBlocks() throws {
        var blocks = try blocks([Posting(slot: 0, positions: [0])])
        for slot in 1..<UInt32(1_024) {
            let parts = try inserting(
                Posting(slot: slot, positions: [0]), documentLength: slot, into: blocks[blocks.count - 1])
            blocks.replaceSubrange(blocks.count - 1..<blocks.count, with: parts)
        }
        let headers = try blocks.map { try PostingBlock(header: $0.span.bytes) }
        #expect(headers.map(\.count) == [512, 512])
        #expect(headers.map(\.shortestDocument) == [1, 512])
    }

    @Test(arguments: [
        (0, 2, "its version is 2"), (1, 1, "a frequency is 2, above the greatest"), (1, 0, "out of range"),
        (2, 0, "it counts 0 postings"), (3, 3, "it counts 771 postings"),
        (4, 10, "do not fit between slots 266 and 265"),
        (8, 8, "do not lead to the last one"), (11, 1, "do not lead to the last one"), (14, 2, "do not lead"),
        (14, 33, "out of range"), (15, 32, "it is cut off"), (16, 3, "it has 20 bytes, its postings take 21"),
        (16, 0, "it has 20 bytes, its postings take 19"),
    ])
    func faultsAreTold(offset: Int, value: UInt8, reason: String) throws {
        var block = try blocks([
            Posting(slot: 258, positions: [3]), Posting(slot: 260, positions: [0, 2]),
            Posting(slot: 265, positions: [1]),
        ])[0]
        block[offset] = value
        let error = try #require(throws: WordsError.self) { try postings(block) }
        #expect(error.description.contains(reason))
    }

    @Test func sizesAreChecked() throws {
        let block = try blocks([Posting(slot: 1, positions: [3, 9])])[0]
        for bytes in [
            [], Array(block.prefix(16)), block.dropLast(), block + [0], block + Array(repeating: 0, count: 1_900),
        ] {
            #expect(throws: WordsError.self) { try postings(Array(bytes)) }
        }
        // The second position is one beyond what 32 bits hold.
        var far = try blocks([Posting(slot: 1, positions: [0, .max])])[0]
        #expect(try postings(far) == [Posting(slot: 1, positions: [0, .max])])
        far[18] = 2
        #expect(throws: WordsError.badPostings(reason: "a position is out of range")) { try postings(far) }
    }

    /// Bytes that were damaged are read or refused; no step out of bounds, and slots still rise.
    @Test func damagedBlocksAreRefused() throws {
        var generator = SeededGenerator(fresh: #function)
        var refused = 0
        let rounds = TestSettings.iterations(5_000)
        for round in 0..<rounds {
            var bytes = try blocks(generator.postings(1 + generator.below(60))).first ?? []
            if round % 8 == 0 { bytes = generator.bytes(generator.below(64)) }
            for _ in 0...generator.below(3) where !bytes.isEmpty {
                switch generator.below(5) {
                case 0: bytes.removeLast(1 + generator.below(bytes.count))
                case 1: bytes += generator.bytes(generator.below(5))
                case 2: bytes[generator.below(min(17, bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
                default: bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
                }
            }
            do throws(WordsError) {
                let postings = try PostingBlock(header: bytes.span.bytes).postings(bytes.span.bytes)
                #expect(zip(postings, postings.dropFirst()).allSatisfy { $0.slot < $1.slot }, "\(generator)")
                _ = try PostingBlockBuilder.inserting(
                    Posting(slot: 5, positions: [1]), documentLength: 1, into: bytes.span.bytes)
            } catch {
                guard case .badPostings = error else { throw error }
                refused += 1
            }
        }
        #expect(rounds < 100 || refused > rounds / 10, "refused \(refused) of \(rounds)")
    }
}

extension SeededGenerator {
    /// A posting; one in some has many positions, or far ones.
    mutating func posting(slot: UInt32) throws -> Posting {
        let count = below(50) == 0 ? 1 + below(400) : below(4) == 0 ? 1 + below(4) : 1
        let reach = below(40) == 0 ? 1 << 22 : 20
        var position = UInt32(below(reach))
        return try Posting(
            slot: slot,
            positions: (0..<count).map { _ in
                defer { position += 1 + UInt32(below(reach)) }
                return position
            })
    }

    /// Postings of rising slots, as far from each other as those of a word that is as common as chance makes it.
    mutating func postings(_ count: Int) throws -> [Posting] {
        let reach = 1 << below(16)
        var slot = UInt32(below(reach))
        return try (0..<count).map { _ in
            defer { slot += 1 + UInt32(below(reach)) }
            return try posting(slot: slot)
        }
    }
}
