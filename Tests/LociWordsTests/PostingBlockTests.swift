// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociWords

/// Random blocks. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct PostingBlockTests {
    private func blocks(_ postings: [Posting], length: UInt32 = 10, isFilling: Bool = true) -> [[UInt8]] {
        PostingRun(postings).blocks(isFilling: isFilling) { _ in length }.map(\.bytes)
    }

    private func postings(_ block: [UInt8]) throws -> [KeptPosting] {
        var run = PostingRun()
        try run.append(block.span.bytes)
        return run.postings
    }

    @Test func bytesAreStable() throws {
        let block = blocks([
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
        #expect(blocks([Posting(slot: 7, positions: [0])]).map(\.count) == [17])
        let all = blocks((0..<512).map { Posting(slot: $0, positions: [5]) })
        #expect(all.map(\.count) == [17 + 512 * 3 / 8])
    }

    @Test func whatIsPutInComesOut() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(200) {
            let postings = generator.postings(generator.below(2_000))
            let length = UInt32(generator.below(100_000))
            let blocks = blocks(postings, length: length)
            #expect(try blocks.flatMap { try self.postings($0) } == postings.map(\.kept), "\(generator)")
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

    /// Logs of changes against a dictionary.
    @Test func changesAreThoseOfADictionary() throws {
        var generator = SeededGenerator()
        for round in 0..<TestSettings.iterations(60) {
            var model: [UInt32: Posting] = [:]
            var run = PostingRun()
            let reach = 10 << generator.below(12)
            for _ in 0..<6 {
                var log = PostingRun()
                let before = model.count
                for _ in 0..<generator.below(800) {
                    let slot = UInt32(generator.below(reach))
                    if generator.below(3) == 0 {
                        log.append(slot: slot, positions: [])
                        model[slot] = nil
                    } else {
                        let posting = generator.posting(slot: slot)
                        log.append(slot: slot, positions: posting.positions)
                        model[slot] = posting
                    }
                }
                let changes = log.settled()
                #expect(zip(changes.slots, changes.slots.dropFirst()).allSatisfy { $0 < $1 })
                #expect(changes.settled() == changes)
                // In two steps, as where a list has two blocks.
                var place = PostingRun.Place()
                let limit = UInt32(generator.below(reach))
                var growth = run.merge(changes, from: &place, below: limit)
                #expect(place.index == changes.slots.count { $0 < limit })
                growth += run.merge(changes, from: &place, below: nil)
                #expect(growth == model.count - before)
                let expected = model.values.map(\.kept).sorted { $0.slot < $1.slot }
                #expect(run.postings == expected, "\(generator)")
                let blocks = run.blocks(isFilling: round % 2 == 0) { slots in slots.max() ?? 0 }
                #expect(try blocks.flatMap { try postings($0.bytes) } == expected, "\(generator)")
                for block in blocks {
                    let header = try PostingBlock(header: block.bytes.span.bytes)
                    #expect(block.bytes.count <= PostingBlock.maximumBytes && block.firstSlot == header.firstSlot)
                    #expect(header.shortestDocument == min(header.lastSlot, 65_535))
                }
            }
        }
    }

    @Test func blocksAreFilledOrHalved() throws {
        let all = (0..<1_100).map { Posting(slot: $0, positions: [0]) }
        func counts(isFilling: Bool) throws -> [Int] {
            try blocks(all, isFilling: isFilling).map { try PostingBlock(header: $0.span.bytes).count }
        }
        #expect(try counts(isFilling: true) == [512, 512, 76])
        #expect(try counts(isFilling: false) == [275, 275, 275, 275])
        #expect(blocks([]) == [] && blocks([], isFilling: false) == [])
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
        var block = blocks([
            Posting(slot: 258, positions: [3]), Posting(slot: 260, positions: [0, 2]),
            Posting(slot: 265, positions: [1]),
        ])[0]
        block[offset] = value
        let error = try #require(throws: WordsError.self) { try postings(block) }
        #expect(error.description.contains(reason))
    }

    @Test func sizesAreChecked() throws {
        let block = blocks([Posting(slot: 1, positions: [3, 9])])[0]
        for bytes in [
            [], Array(block.prefix(16)), block.dropLast(), block + [0], block + Array(repeating: 0, count: 1_900),
        ] {
            #expect(throws: WordsError.self) { try postings(Array(bytes)) }
        }
        // The second position is one beyond what 32 bits hold.
        var far = blocks([Posting(slot: 1, positions: [0, .max])])[0]
        #expect(try postings(far) == [Posting(slot: 1, positions: [0, .max]).kept])
        far[18] = 2
        #expect(throws: WordsError.badPostings(reason: "a position is out of range")) { try postings(far) }
    }

    /// Bytes that were damaged are read or refused; no step out of bounds, and slots still rise.
    @Test func damagedBlocksAreRefused() throws {
        var generator = SeededGenerator(fresh: #function)
        var refused = 0
        let rounds = TestSettings.iterations(5_000)
        for round in 0..<rounds {
            var bytes = blocks(generator.postings(1 + generator.below(60))).first ?? []
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
                var run = PostingRun()
                try run.append(bytes.span.bytes)
                #expect(zip(run.slots, run.slots.dropFirst()).allSatisfy { $0 < $1 }, "\(generator)")
                var place = PostingRun.Place()
                _ = run.merge(PostingRun([Posting(slot: 5, positions: [1])]), from: &place, below: nil)
                _ = run.blocks(isFilling: false) { _ in 1 }
            } catch {
                guard case .badPostings = error else { throw error }
                refused += 1
            }
        }
        #expect(rounds < 100 || refused > rounds / 10, "refused \(refused) of \(rounds)")
    }
}
