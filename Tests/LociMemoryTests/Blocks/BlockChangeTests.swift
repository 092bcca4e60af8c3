// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

/// Blocks that are replaced, streams that are removed, and blocks that are pinned.
@Suite struct BlockChangeTests {
    /// Random changes, and what a plain model makes of them.
    @Test func changesAreThoseOfAModel() async throws {
        var generator = SeededGenerator()
        for round in 0..<TestSettings.iterations(3) {
            let configuration = BlockFixture.configuration {
                $0.memberVectors = BlockConfiguration.MemberVectors.allCases[round % 3]
                $0.blockSize = 2 + generator.below(5)
            }
            let test = try BlockFixture { $0 = configuration }
            var model = BlockModel(configuration)
            for _ in 0..<25 {
                switch generator.below(5) {
                case 0 where !model.blocks.isEmpty:
                    let block = model.blocks[generator.below(model.blocks.count)]
                    var members = generator.members(block.members.count)
                    members.payload = generator.bytes(2 * members.count)
                    try await test.store.replace([(block.number, members)])
                    model.replace(block.number, by: members)
                case 1 where model.streams.count > 1:
                    let stream = model.streams[generator.below(model.streams.count)]
                    let blocks = model.blocks.count { $0.stream == stream }
                    #expect(try test.store.remove(stream: stream) == blocks)
                    model.remove(stream: stream)
                default:
                    var members = generator.members(1 + generator.below(9))
                    members.payload = generator.bytes(2 * members.count)
                    let stream = "stream \(generator.below(4))"
                    let appended = try await test.store.append(to: stream, members)
                    #expect(appended == model.append(to: stream, members))
                }
            }
            try model.expectSame(in: test.store, "round \(round)")
            #expect(try test.database.check() == [])
        }
    }

    /// What was replaced is found by what it is now, and an append fills up what it is now.
    @Test func replacedBlocksAreFoundByWhatTheyAreNow() async throws {
        let test = try BlockFixture { ($0.landmarks, $0.memberVectors) = (.mean, .float32) }
        var members = BlockMembers(count: 8)
        for place in 0..<8 { members.vectors += place < 4 ? [1, 0, 0] : [0, 1, 0] }
        members.texts = Array(repeating: "old words", count: 8)
        try await test.store.append(to: "s", members)
        try await test.store.append(to: "s", BlockMembers(count: 1, vectors: [0, 1, 0], texts: ["last"]))
        let new = BlockMembers(
            count: 4, vectors: Array(repeating: [0, 0, 1], count: 4).flatMap { $0 }, texts: ["a", "b", "new", "d"])
        try await test.store.replace([
            (1, new), (3, BlockMembers(count: 1, vectors: [-1, 0, 0], texts: ["end"])),
        ])
        var options = OpeningOptions()
        options.budget = .blocks(1)
        let opened = try test.store.open(queries: [[0, 0, 1]], options)
        #expect(opened.blocks.map(\.number) == [1])
        #expect(isNear(opened.blocks[0].similarity, 1))
        #expect(opened.blocks[0].positions == 0..<4)
        #expect(try test.store.open(queries: [], text: "new", options).blocks.first?.words ?? 0 > 0)
        #expect(try test.store.open(queries: [[1, 0, 0]], options).blocks[0].similarity < 0.01)
        try await test.store.append(to: "s", BlockMembers(count: 1, vectors: [-1, 0, 0], texts: ["more"]))
        #expect(try test.store.read { try $0.texts(of: 3) } == ["end", "more"])
        #expect(try test.store.contents().landmarks[3] == [[-1, 0, 0]])
        #expect(try test.store.contradictions() == [])
    }

    /// Of several blocks none is replaced where one cannot be.
    @Test func badReplacementsAreRefusedAsAWhole() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append(to: "s", generator.members(6))
        let before = try test.store.contents()
        let fine = (block: UInt32(1), members: generator.members(4))
        let bad: [(block: UInt32, members: BlockMembers)] = [
            (2, generator.members(1)), (2, generator.members(3)), (2, generator.members(2, dimension: 7)),
            (2, BlockMembers(count: 2, vectors: [Float](repeating: 0, count: 16))),
            (2, BlockMembers(count: 2, vectors: [Float](repeating: .nan, count: 16))), (2, BlockMembers(count: 2)),
        ]
        for part in bad {
            guard case .badMembers? = await memoryError({ try await test.store.replace([fine, part]) }) else {
                Issue.record("\(part.members.count) members of block \(part.block)")
                continue
            }
        }
        let missing = await memoryError { try await test.store.replace([fine, (3, generator.members(1))]) }
        #expect(missing == .blockNotFound(3))
        #expect(try test.store.contents().records == before.records)
    }

    /// Landmarks count only where the store has them given, as they do in an append.
    @Test func landmarksOfAReplacement() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { ($0.landmarks, $0.memberVectors) = (.mean, .float32) }
        var members = BlockMembers(count: 2, vectors: [1, 0, 1, 0])
        members.landmarks = [[[0, 1]]]
        try await test.store.append(to: "s", members)
        #expect(try test.store.contents().landmarks[1] == [[1, 0]])
        try await test.store.replace([(1, members)])
        #expect(try test.store.contents().landmarks[1] == [[1, 0]])
        let given = try BlockFixture { $0.landmarks = .given }
        var first = generator.members(2)
        first.landmarks = [[generator.halves(8)]]
        try await given.store.append(to: "s", first)
        for landmarks in [[], [[generator.halves(8)], [generator.halves(8)]]] {
            first.landmarks = landmarks
            guard case .badMembers? = await memoryError({ try await given.store.replace([(1, first)]) }) else {
                Issue.record("\(landmarks.count) blocks' landmarks")
                continue
            }
        }
        first.landmarks = [[generator.halves(8), generator.halves(8)]]
        try await given.store.replace([(1, first)])
        #expect(try given.store.info().landmarks == 2)
    }

    @Test func whatIsNotThere() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        let missing = MemoryError.blockStoreNotFound(name: "test")
        #expect(await memoryError { try test.store.remove(stream: "s") } == missing)
        #expect(await memoryError { try test.store.setPinned(true, block: 1) } == missing)
        #expect(await memoryError { try test.store.drop() } == missing)
        #expect(await memoryError { _ = try test.store.open(queries: [[1]]) } == missing)
        try test.store.saveUses()
        #expect(try !test.store.exists)
        try await test.store.append(to: "s", generator.members(3))
        #expect(await memoryError { try test.store.remove(stream: "t") } == .streamNotFound("t"))
        #expect(await memoryError { try test.store.remove(stream: "") } == .streamNotFound(""))
        let long = String(repeating: "x", count: 1_000)
        #expect(await memoryError { try test.store.remove(stream: long) } == .streamNotFound(long))
        #expect(await memoryError { try test.store.setPinned(true, block: 9) } == .blockNotFound(9))
        try test.store.read { (reader) throws in
            #expect(throws: MemoryError.streamNotFound("t")) { try reader.blocks(of: "t") }
            #expect(throws: MemoryError.blockNotFound(2)) { try reader.positions(of: 2) }
            #expect(throws: MemoryError.blockNotFound(2)) { try reader.texts(of: 2) }
            #expect(throws: MemoryError.blockNotFound(2)) { try reader.vectors(of: 2) }
            let payload = try reader.withPayload(of: 1) { $0.byteCount }
            #expect(payload == nil)
        }
    }

    /// A stream that is removed begins anew at position 0, with blocks of new numbers.
    @Test func removedStreamsBeginAnew() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append([("s", generator.members(6)), ("t", generator.members(3))])
        #expect(try test.store.remove(stream: "s") == 2)
        let again = try await test.store.append(to: "s", generator.members(2))
        #expect(again == AppendedMembers(stream: "s", positions: 0..<2, blocks: [4]))
        #expect(try test.store.read { try $0.streams() }.map(\.name) == ["t", "s"])
        #expect(try test.store.contradictions() == [])
    }

    @Test func pinnedBlocksStayPinned() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append(to: "s", generator.members(6))
        for block in [UInt32(1), 2] { try test.store.setPinned(true, block: block) }
        try await test.store.append(to: "s", generator.members(1))
        try await test.store.replace([(1, generator.members(4))])
        #expect(try test.store.info().pinned == 2)
        try test.store.setPinned(false, block: 1)
        #expect(try test.store.info().pinned == 1)
    }
}
