// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

/// What is evicted where there is a limit of bytes.
@Suite struct BlockEvictionTests {
    /// Blocks with their uses, in plain arrays.
    private struct Model {
        struct Block {
            let number: UInt32
            let stream: String
            var bytes: Int
            var isPinned = false
            /// The attention that each opening gave it.
            var masses: [Int: Double] = [:]
        }

        let limit: Int
        let eviction: BlockConfiguration.Eviction
        var blocks: [Block] = []
        var openings = 0
        var evicted = 0

        mutating func add(_ bytes: Int, to number: UInt32, of stream: String) {
            if let place = blocks.firstIndex(where: { $0.number == number }) {
                blocks[place].bytes += bytes
            } else {
                blocks.append(Block(number: number, stream: stream, bytes: bytes))
            }
        }

        mutating func note(_ opening: BlockOpening) {
            openings += 1
            for used in opening.blocks {
                if let place = blocks.firstIndex(where: { $0.number == used.number }) {
                    blocks[place].masses[openings] = used.weight
                }
            }
        }

        private func worth(_ block: Block) -> Double {
            switch eviction {
            case .leastRecentlyUsed: Double(block.masses.keys.max() ?? 0)
            case .decayedMass(let share):
                block.masses.reduce(0) { sum, use in
                    sum + (0..<openings - use.key).reduce(use.value) { mass, _ in mass * share }
                }
            }
        }

        mutating func evict() {
            var bytes = blocks.reduce(0) { $0 + $1.bytes }
            guard bytes > limit else { return }
            let last = Set(Dictionary(grouping: blocks, by: \.stream).values.compactMap { $0.map(\.number).max() })
            let order = blocks.filter { !$0.isPinned && !last.contains($0.number) }
                .sorted { (worth($0), $0.number) < (worth($1), $1.number) }
            for block in order where bytes > Int(Double(limit) * 0.9) {
                bytes -= block.bytes
                blocks.removeAll { $0.number == block.number }
                evicted += 1
            }
        }
    }

    /// Random appends, openings and pins, also through stores that are opened anew, against the model.
    @Test(arguments: [BlockConfiguration.Eviction.leastRecentlyUsed, .decayedMass(0.5), .decayedMass(0)])
    func evictionIsThatOfAModel(_ eviction: BlockConfiguration.Eviction) async throws {
        var generator = SeededGenerator("evictionIsThatOfAModel(\(eviction.name))")
        let folder = try TemporaryFolder()
        let configuration = BlockFixture.configuration { ($0.byteLimit, $0.eviction) = (1_500, eviction) }
        func opened() throws -> BlockStore {
            try BlockStore(try Database.open(folder.database), name: "test", embedder: nil, configuration)
        }
        var store = try opened()
        var model = Model(limit: 1_500, eviction: eviction)
        for step in 0..<TestSettings.iterations(120) {
            switch generator.below(8) {
            case 0...3 where !model.blocks.isEmpty:
                var options = OpeningOptions()
                options.budget = .blocks(1 + generator.below(3))
                model.note(try store.open(queries: [generator.floats(8)], options))
            case 4 where !model.blocks.isEmpty:
                let place = generator.below(model.blocks.count)
                let isPinned = !model.blocks[place].isPinned && generator.below(2) == 0
                try store.setPinned(isPinned, block: model.blocks[place].number)
                model.blocks[place].isPinned = isPinned
            case 5:
                // Uses that are saved are there in another opening of the file.
                try store.saveUses()
                store = try opened()
            default:
                let stream = "stream \(generator.below(3))"
                let members = generator.members(1 + generator.below(6))
                let appended = try await store.append(to: stream, members)
                for (text, position) in zip(members.texts, appended.positions) {
                    let number = appended.blocks[Int(position / 4 - appended.positions.lowerBound / 4)]
                    // Of each member its vector as float16, the length of its text, and that.
                    model.add(8 * 2 + 4 + text.utf8.count, to: number, of: stream)
                }
                model.evict()
            }
            // The first append makes the store.
            guard model.evicted > 0 || !model.blocks.isEmpty else { continue }
            let (numbers, pinned) = try store.read { reader in
                var (numbers, pinned): ([UInt32], [UInt32]) = ([], [])
                try reader.forEachBlock { number, record in
                    numbers.append(number)
                    if record.isPinned { pinned.append(number) }
                }
                return (numbers, pinned)
            }
            #expect(numbers == model.blocks.map(\.number).sorted(), "step \(step)")
            #expect(pinned == model.blocks.filter(\.isPinned).map(\.number).sorted(), "step \(step)")
            #expect(try store.info().evicted == model.evicted, "step \(step)")
            guard numbers == model.blocks.map(\.number).sorted() else { return }
        }
        #expect(model.evicted > 0)
        try store.saveUses()
        #expect(try store.read { Int($0.settings.openings) } == model.openings)
        #expect(try store.database.check() == [])
    }

    @Test func pinnedAndLastBlocksStay() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { $0.byteLimit = 250 }
        try await test.store.append(to: "s", generator.members(9))
        try test.store.setPinned(true, block: 2)
        for stream in 0..<4 { try await test.store.append(to: "\(stream)", generator.members(9)) }
        let info = try test.store.info()
        #expect(info.evicted > 0)
        try test.store.read { (reader) throws in
            #expect(try reader.positions(of: 2) == 4..<8)
            #expect(try reader.blocks(of: "s") == [2, 3])
            for stream in 0..<4 { #expect(try reader.blocks(of: "\(stream)").last == UInt32(6 + 3 * stream)) }
        }
        // What is pinned and what is last may be more than the limit.
        #expect(info.bytes > 250)
        // An unfinished block is filled as ever, at the positions that it has.
        let more = try await test.store.append(to: "s", generator.members(2))
        #expect(more == AppendedMembers(stream: "s", positions: 9..<11, blocks: [3]))
    }

    /// Positions of what is gone stay empty, and what is left keeps its own.
    @Test func positionsStay() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { ($0.byteLimit, $0.memberVectors) = (1_000, .float32) }
        for _ in 0..<30 { try await test.store.append(to: "s", generator.members(3)) }
        let (blocks, positions) = try test.store.read { reader in
            let blocks = try reader.blocks(of: "s")
            return (blocks, try blocks.map { try reader.positions(of: $0) })
        }
        #expect(blocks.last == 23)
        #expect(blocks.count < 23)
        #expect(positions == blocks.map { UInt64(4 * $0 - 4)..<min(90, UInt64(4 * $0)) })
        #expect(try test.store.read { try $0.streams() }.map(\.count) == [90])
        let info = try test.store.info()
        #expect(info.bytes <= 1_000)
        #expect(info.blocks + info.evicted == 23)
        #expect(info.members == positions.reduce(0) { $0 + $1.count })
        var options = OpeningOptions()
        options.budget = .blocks(30)
        let opening = try test.store.open(queries: [generator.floats(8)], options)
        #expect(opening.blocks.map(\.number) == blocks)
        #expect(opening.memberCount == info.members)
        let removed = try test.store.contents()
        // Nothing of what is gone is left under any key.
        let numbers = Set(
            removed.records.keys.filter { [3, 4, 5, 6, 8, 9].contains($0[0]) }.map { BlockKeys.lastNumber(in: $0) })
        #expect(numbers == Set(blocks))
        #expect(Set(removed.landmarks.keys) == Set(blocks))
        #expect(try test.database.check() == [])
    }

    /// The mass that is left after some openings is what each in turn would leave.
    @Test func decay() {
        var generator = SeededGenerator()
        for _ in 0..<100 {
            let (mass, share) = (Double(generator.below(1_000)) / 100, Double(generator.below(1_000)) / 1_000)
            let (from, steps) = (UInt64(generator.below(1_000)), generator.below(200))
            let left = (0..<steps).reduce(mass) { left, _ in left * share }
            let usage = BlockUsage(opening: from, mass: mass)
            #expect(isNear(usage.mass(at: from + UInt64(steps), share: share), left, 1e-12))
        }
        #expect(BlockUsage(opening: 5, mass: 2).mass(at: .max, share: 0.999) == 0)
        #expect(BlockUsage(opening: 5, mass: 2).mass(at: 5, share: 0) == 2)
        #expect(BlockUsage(opening: 5, mass: 2).mass(at: 6, share: 0) == 0)
    }

    /// Uses of a failed write are not lost, and those of blocks that are gone do not matter.
    @Test func usesWaitForTheNextWrite() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append([("s", generator.members(4)), ("t", generator.members(4))])
        _ = try test.store.open(queries: [generator.floats(8)])
        #expect(try test.store.read { $0.settings.openings } == 0)
        #expect(await memoryError { try test.store.remove(stream: "u") } == .streamNotFound("u"))
        try test.store.remove(stream: "t")
        #expect(try test.store.read { $0.settings.openings } == 1)
        let keys = try test.store.contents().records.keys.filter { $0[0] == 8 }
        #expect(keys == [BlockKeys.usage(of: 1)])
        try test.store.saveUses()
        #expect(try test.store.read { $0.settings.openings } == 1)
    }
}
