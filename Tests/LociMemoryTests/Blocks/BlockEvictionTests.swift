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
            /// When it was used last, of all openings and appends.
            var lastUse = 0
            /// Attention, and after how many openings it got it.
            var masses: [(opening: Int, mass: Double)] = []
        }

        let limit: Int
        let eviction: BlockConfiguration.Eviction
        var blocks: [Block] = []
        var openings = 0
        var uses = 0
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
            use(opening.blocks.map { ($0.number, $0.weight) })
        }

        private mutating func use(_ used: [(block: UInt32, mass: Double)]) {
            uses += 1
            for (block, mass) in used {
                guard let place = blocks.firstIndex(where: { $0.number == block }) else { continue }
                blocks[place].lastUse = uses
                blocks[place].masses.append((openings, mass))
            }
        }

        private func worth(_ block: Block) -> Double {
            switch eviction {
            case .leastRecentlyUsed: Double(block.lastUse)
            case .decayedMass(let share):
                block.masses.reduce(0) { sum, use in
                    sum + (0..<openings - use.opening).reduce(use.mass) { mass, _ in mass * share }
                }
            }
        }

        /// Uses blocks as an append that has written them, and evicts others.
        mutating func evict(keeping written: [UInt32]) {
            use(written.map { ($0, 1) })
            var bytes = blocks.reduce(0) { $0 + $1.bytes }
            guard bytes > limit else { return }
            let last = Set(Dictionary(grouping: blocks, by: \.stream).values.compactMap { $0.map(\.number).max() })
            let order = blocks.filter { !$0.isPinned && !last.contains($0.number) && !written.contains($0.number) }
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
                model.evict(keeping: appended.blocks)
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
        let noted = try store.read { Int($0.settings.openings) }
        #expect(noted == (eviction == .leastRecentlyUsed ? model.uses : model.openings))
        #expect(try store.database.check() == [])
    }

    /// The bytes of members as the stores of these tests keep them: of each its vector as float16, the length of its text, and that.
    private static func bytes(_ members: BlockMembers) -> Int {
        members.texts.reduce(0) { $0 + 8 * 2 + 4 + $1.utf8.count }
    }

    @Test func pinnedAndLastBlocksStay() async throws {
        var generator = SeededGenerator()
        let appends = ["s", "0", "1", "2", "3"].map { (stream: $0, members: generator.members(9, words: 1)) }
        // Three blocks each. What may not go: a pinned one, the last of each stream, and all of the last append.
        let kept =
            Self.bytes(appends[0].members.slice(4..<8))
            + appends.reduce(0) { $0 + Self.bytes($1.members.slice(8..<9)) }
            + Self.bytes(appends[4].members.slice(0..<8))
        let test = try BlockFixture { $0.byteLimit = kept - 1 }
        try await test.store.append(to: "s", appends[0].members)
        try test.store.setPinned(true, block: 2)
        for (stream, members) in appends.dropFirst() { try await test.store.append(to: stream, members) }
        let info = try test.store.info()
        try test.store.read { (reader) throws in
            #expect(try reader.positions(of: 2) == 4..<8)
            #expect(try reader.blocks(of: "s") == [2, 3])
            for stream in 0..<3 { #expect(try reader.blocks(of: "\(stream)") == [UInt32(6 + 3 * stream)]) }
            #expect(try reader.blocks(of: "3") == [13, 14, 15])
        }
        // What may not go may be more than the limit: then all that may is gone.
        #expect(info.bytes == kept)
        #expect(info.evicted == 7)
        // An unfinished block is filled as ever, at the positions that it has.
        let more = try await test.store.append(to: "s", generator.members(2))
        #expect(more == AppendedMembers(stream: "s", positions: 9..<11, blocks: [3]))
    }

    /// Blocks that nobody has had time to open are not the first to go, and no append loses what it brings.
    @Test(arguments: [BlockConfiguration.Eviction.leastRecentlyUsed, .decayedMass(0.1)])
    func newBlocksAreNotTheFirstToGo(_ eviction: BlockConfiguration.Eviction) async throws {
        var generator = SeededGenerator("newBlocksAreNotTheFirstToGo(\(eviction.name))")
        // Of one word each, so that all take as many bytes.
        let (old, large) = (generator.members(32, words: 1), generator.members(40, words: 1))
        let test = try BlockFixture { ($0.byteLimit, $0.eviction) = (Self.bytes(large) * 3 / 4, eviction) }
        try await test.store.append(to: "old", old)
        var options = OpeningOptions()
        options.budget = .blocks(100)
        _ = try test.store.open(queries: [generator.floats(8)], options)
        let appended = try await test.store.append(to: "large", large)
        try test.store.read { (reader) throws in
            #expect(try reader.blocks(of: "large") == appended.blocks)
            #expect(try reader.blocks(of: "old") == [8])
        }
        // Room for the next is made of what is older; what was opened since is not.
        options.stream = "large"
        options.budget = .blocks(2)
        let opened = try test.store.open(queries: [generator.floats(8)], options).blocks.map(\.number)
        let last = try await test.store.append(to: "last", generator.members(5, words: 1))
        try test.store.read { (reader) throws in
            let left = try reader.blocks(of: "large")
            #expect(Set(opened).isSubset(of: left))
            #expect(left.count < appended.blocks.count)
            #expect(try reader.blocks(of: "last") == last.blocks)
        }
    }

    /// A block that takes more bytes than before makes others go, and not itself.
    @Test func replacingMakesRoom() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { $0.byteLimit = 2_000 }
        try await test.store.append(to: "s", generator.members(40))
        let before = try test.store.info()
        #expect(before.evicted == 0)
        var members = generator.members(4)
        members.texts = members.texts.map { $0 + String(repeating: " long", count: 100) }
        try await test.store.replace([(3, members)])
        let info = try test.store.info()
        #expect(info.evicted > 0)
        #expect(try test.store.read { try $0.texts(of: 3) } == members.texts)
        #expect(try test.database.check() == [])
    }

    /// Openings write nothing by themselves, however many there are; the oldest are given up.
    @Test func openingsNeverWrite() async throws {
        var generator = SeededGenerator()
        let (folder, uses) = (try TemporaryFolder(), BlockUses(limit: 100))
        let database = try Database.open(folder.database)
        let store = try BlockStore(
            database, MemoryNamespace("test"), embedder: nil, BlockFixture.configuration(), requiredModel: nil,
            uses: uses)
        try await store.append(to: "s", generator.members(12))
        let commit = try database.read { $0.commit }
        for _ in 0..<1_000 { _ = try store.open(queries: [generator.floats(8)]) }
        #expect(try database.read { $0.commit } == commit)
        try store.saveUses()
        let noted = try store.read { $0.settings.openings }
        // Of three blocks each, at most 25 fit, and after the oldest half was given up there are 12.
        #expect((12...25).contains(noted))
        try store.saveUses()
        #expect(try store.read { $0.settings.openings } == noted)
        // Another store's are not given up for those of a busy one.
        let other = try MemoryNamespace("other")
        uses.note(NotedOpening(uses: [(1, 1)]), of: other)
        for _ in 0..<1_000 { _ = try store.open(queries: [generator.floats(8)]) }
        #expect(uses.has(other))
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
