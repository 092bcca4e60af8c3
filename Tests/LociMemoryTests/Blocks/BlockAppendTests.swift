// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// How streams are cut into blocks, and blocks filled by later appends.
@Suite struct BlockAppendTests {
    private static let kept = BlockConfiguration.MemberVectors.allCases

    @Test func streamsAreCutIntoBlocks() async throws {
        let test = try BlockFixture(embedder: try HashingEmbedder(dimension: 32))
        #expect(try !test.store.exists)
        let texts = (0..<10).map { "sentence \($0)" }
        let appended = try await test.store.append(to: "a", BlockMembers(texts: texts))
        #expect(appended == AppendedMembers(stream: "a", positions: 0..<10, blocks: [1, 2, 3]))
        let more = try await test.store.append(to: "a", BlockMembers(texts: ["ten", "eleven", "twelve"]))
        #expect(more == AppendedMembers(stream: "a", positions: 10..<13, blocks: [3, 4]))
        try test.store.read { (reader) throws in
            #expect(try reader.texts(of: 3) == ["sentence 8", "sentence 9", "ten", "eleven"])
            #expect(try reader.positions(of: 4) == 12..<13)
        }
        #expect(try test.store.exists)
        #expect(try test.database.blockStoreNames().map(\.description) == ["test"])
        #expect(try test.store.info().model == "hashing-32-v1")
        #expect(try test.store.contradictions() == [])
        #expect(try test.database.check() == [])
    }

    /// Random appends to several streams, also in one call, and what a plain model makes of them.
    @Test(arguments: kept) func appendsAreThoseOfAModel(_ kept: BlockConfiguration.MemberVectors) async throws {
        var generator = SeededGenerator("appendsAreThoseOfAModel(\(kept))")
        for round in 0..<TestSettings.iterations(3) {
            let configuration = BlockFixture.configuration {
                $0.memberVectors = kept
                $0.blockSize = 1 + generator.below(7)
                $0.landmarks = [LandmarkPolicy.mean, .segmentMeans(3), .cover(2)][round % 3]
            }
            let test = try BlockFixture { $0 = configuration }
            var model = BlockModel(configuration)
            let (hasTexts, payload) = (round % 3 != 1, [0, 3, 8][generator.below(3)])
            for _ in 0..<12 {
                var parts: [(stream: String, members: BlockMembers)] = []
                for _ in 0...generator.below(3) {
                    var members = generator.members(1 + generator.below(12))
                    // Numbers that are no float16, too.
                    members.vectors = members.vectors.map { $0 * (1 + Float(generator.below(100)) * 1e-4) }
                    if !hasTexts { members.texts = [] }
                    members.payload = generator.bytes(payload * members.count)
                    parts.append(("stream \(generator.below(4))", members))
                }
                let appended = try await test.store.append(parts)
                #expect(appended == parts.map { model.append(to: $0.stream, $0.members) })
            }
            try model.expectSame(in: test.store, "round \(round)")
            #expect(try test.database.check() == [])
        }
    }

    /// What is read back is the same after the database was opened anew, by a store that is told other things.
    @Test func storesKeepWhatTheyWereMadeWith() async throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let configuration = BlockFixture.configuration {
            $0.blockSize = 5
            $0.memberVectors = .float32
            $0.landmarks = .cover(3)
            $0.byteLimit = 1 << 40
            $0.eviction = .decayedMass(0.25)
            $0.language = .german
            $0.collection = CollectionConfiguration(
                metric: .cosine, quantization: .float32, originals: .float16,
                build: BuildParameters(maximumDegree: 24, window: 77, alpha: 1.3, seed: .max - 2), keepsLengths: true)
        }
        var model = BlockModel(configuration)
        for round in 0..<3 {
            let store = try BlockStore(
                try Database.open(folder.database), name: "a/b", embedder: nil,
                round == 0 ? configuration : BlockConfiguration())
            let members = generator.members(7)
            #expect(try await store.append(to: "s", members) == model.append(to: "s", members))
            try model.expectSame(in: store, "round \(round)")
            #expect(try store.info().configuration == configuration)
            #expect(try store.info().dimension == 8)
            let landmarks = try store.read { try $0.landmarks?.configuration }
            #expect(landmarks == configuration.collection)
        }
    }

    /// One large append and many small ones make the same records, byte by byte, and the same openings: where members are kept as they were
    /// given, or are float16 that were given as such.
    @Test(arguments: kept) func manySmallAppendsAreOneLarge(_ kept: BlockConfiguration.MemberVectors) async throws {
        var generator = SeededGenerator("manySmallAppendsAreOneLarge(\(kept))")
        let policies = [LandmarkPolicy.mean, .segmentMeans(2), .received(2), .cover(3)]
        let payloads: [PayloadForm] = [.bytes, .tensors(TensorForm(heads: 2, dimension: 3))]
        for (place, policy) in policies.enumerated() {
            let payload = payloads[place % 2]
            let fixtures = try (0..<2).map { _ in
                try BlockFixture {
                    ($0.landmarks, $0.memberVectors, $0.blockSize, $0.payload) = (policy, kept, 7, payload)
                }
            }
            var members = generator.members(40)
            members.attention = (0..<40).map { _ in Float(generator.below(4)) }
            for _ in 0..<40 * 12 { members.payload += generator.tameHalf().littleEndianBytes }
            try await fixtures[0].store.append(to: "s", members)
            var start = 0
            while start < 40 {
                let end = min(40, start + 1 + generator.below(9))
                try await fixtures[1].store.append(to: "s", members.slice(start..<end))
                start = end
            }
            let (large, small) = (try fixtures[0].store.contents(), try fixtures[1].store.contents())
            #expect(large.records == small.records, "\(policy)")
            #expect(large.landmarks == small.landmarks, "\(policy)")
            #expect(large.attributes == small.attributes, "\(policy)")
            let query = generator.floats(8)
            let openings = try fixtures.map { try $0.store.open(queries: [query], text: members.texts[3]) }
            #expect(openings[0] == openings[1], "\(policy)")
        }
    }

    /// Tensors of several appends are stored as those of one, in both codings.
    @Test(arguments: TensorForm.Coding.allCases) func tensorsOfResumedBlocks(_ coding: TensorForm.Coding) async throws {
        var generator = SeededGenerator("tensorsOfResumedBlocks(\(coding))")
        let form = TensorForm(heads: 3, dimension: 5, coding: coding)
        for _ in 0..<4 {
            let fixtures = try (0..<2).map { _ in
                try BlockFixture { ($0.payload, $0.blockSize) = (.tensors(form), 6) }
            }
            var members = generator.members(23)
            for _ in 0..<23 * form.memberBytes / 2 { members.payload += generator.tameHalf().littleEndianBytes }
            try await fixtures[0].store.append(to: "s", members)
            for start in 0..<23 { try await fixtures[1].store.append(to: "s", members.slice(start..<start + 1)) }
            #expect(try fixtures[0].store.contents().records == fixtures[1].store.contents().records)
        }
    }

    /// Attention that no policy asks for does not keep a block from being filled.
    @Test func attentionThatIsNotAskedForDoesNotMatter() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        for hasAttention in [true, true, false, true] {
            var members = generator.members(3)
            if hasAttention { members.attention = [1, 2, 3] }
            try await test.store.append(to: "s", members)
        }
        #expect(try test.store.info().members == 12)
    }

    @Test func landmarksAreGiven() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { $0.landmarks = .given }
        var members = generator.members(6)
        members.landmarks = [[generator.halves(8)], [generator.halves(8), generator.halves(8)]]
        try await test.store.append(to: "s", members)
        var more = generator.members(3)
        more.landmarks = [[generator.halves(8)], [generator.halves(8)]]
        try await test.store.append(to: "s", more)
        let stored = try test.store.contents().landmarks
        for (block, given) in [(UInt32(1), members.landmarks[0]), (2, more.landmarks[0]), (3, more.landmarks[1])] {
            #expect(stored[block]?.count == given.count)
            for (stored, given) in zip(stored[block] ?? [], given) {
                #expect(isNear(Reference.cosine(stored, given), 1))
            }
        }
        #expect(try test.store.info().landmarks == 3)
    }

    /// Landmarks in the file are those of the policy.
    @Test func landmarksAreThoseOfThePolicy() async throws {
        var generator = SeededGenerator()
        for policy in [LandmarkPolicy.mean, .segmentMeans(3), .received(2), .cover(2)] {
            let test = try BlockFixture { $0.landmarks = policy }
            var members = generator.members(4)
            members.attention = generator.halves(4).map(abs)
            try await test.store.append(to: "s", members)
            let made = policy.landmarks(
                of: members.vectors, dimension: 8, isAngular: true, attention: members.attention)
            let stored = try test.store.contents().landmarks[1] ?? []
            #expect(stored.count == made.count)
            for (stored, made) in zip(stored, made) {
                #expect(areNear(stored.map(Double.init), made.map(Double.init), 1e-6))
            }
        }
    }

    @Test func storesOfTheSameDatabaseAreApart() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        let other = try BlockStore(test.database, name: "test/other", embedder: nil, BlockFixture.configuration())
        try await test.store.append(to: "s", generator.members(5))
        #expect(try !other.exists)
        #expect(await memoryError { _ = try other.info() } == .blockStoreNotFound(name: "test/other"))
        try await other.append(to: "s", generator.members(9, dimension: 3))
        #expect(try test.store.info().members == 5)
        #expect(try other.info().members == 9)
        try test.store.drop()
        #expect(try !test.store.exists)
        #expect(try test.database.blockStoreNames().map(\.description) == ["test/other"])
        #expect(try other.contradictions() == [])
        try await test.store.append(to: "s", generator.members(2, dimension: 5))
        #expect(try test.store.info().dimension == 5)
        #expect(try test.database.check() == [])
    }
}

extension UInt16 {
    var littleEndianBytes: [UInt8] { [UInt8(truncatingIfNeeded: self), UInt8(self >> 8)] }
}
