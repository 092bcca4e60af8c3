// Loci, Apache License 2.0.

import Loci
import LociIndex
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// What cannot be stored is refused, and nothing of the call is written.
@Suite struct BlockRefusalTests {
    /// Expects appends to be refused as bad members, and to leave all records as they are.
    private func expectRefused(
        _ store: BlockStore, _ name: String, _ parts: [(stream: String, members: BlockMembers)],
        _ isExpected: (MemoryError) -> Bool = { if case .badMembers = $0 { true } else { false } }
    ) async throws {
        let before = try store.exists ? store.contents() : nil
        let error = await memoryError { try await store.append(parts) }
        guard let error, isExpected(error) else {
            Issue.record("\(name): \(String(describing: error))")
            return
        }
        guard let before else {
            #expect(try !store.exists, "\(name)")
            return
        }
        let after = try store.contents()
        #expect(after.records == before.records, "\(name)")
        #expect(after.landmarks == before.landmarks, "\(name)")
    }

    private func members(_ count: Int, _ change: (inout BlockMembers) -> Void = { _ in }) -> BlockMembers {
        var members = BlockMembers(count: count, vectors: (0..<count * 3).map { Float($0 % 5) + 1 })
        change(&members)
        return members
    }

    /// The refusals that need no store, and those that go by what it has: before the first append, and after it.
    @Test func badShapes() async throws {
        let test = try BlockFixture()
        let bad: [(String, BlockMembers)] = [
            ("none", BlockMembers(count: 0)), ("fewer than none", BlockMembers(count: -1, vectors: [1])),
            ("no vectors and no texts", BlockMembers(count: 2)),
            ("texts without an embedder", BlockMembers(texts: ["a", "b"])),
            ("fewer texts", members(3) { $0.texts = ["a", "b"] }),
            ("more texts", members(3) { $0.texts = ["a", "b", "c", "d"] }),
            ("fewer numbers", members(3) { $0.vectors.removeLast() }),
            ("payload that is not shared equally", members(3) { $0.payload = [1, 2, 3, 4] }),
            ("less attention", members(3) { $0.attention = [1] }),
            ("negative attention", members(3) { $0.attention = [1, -1, 0] }),
            ("infinite attention", members(3) { $0.attention = [1, .infinity, 0] }),
            ("attention that is no number", members(3) { $0.attention = [1, .nan, 0] }),
            ("not a number", members(3) { $0.vectors[4] = .nan }),
            ("infinite", members(3) { $0.vectors[4] = -.infinity }),
            ("zero", members(3) { $0.vectors[3...5] = [0, -0, 0] }),
            ("beyond float16", members(3) { $0.vectors[3] = 65_505 }),
            ("a payload of more than 16 MiB", members(1) { $0.payload = [UInt8](repeating: 0, count: 16 << 20 + 1) }),
        ]
        for isEmpty in [true, false] {
            if !isEmpty { try await test.store.append(to: "s", members(5)) }
            for (name, members) in bad { try await expectRefused(test.store, name, [("s", members)]) }
        }
        try await expectRefused(
            test.store, "another dimension", [("s", BlockMembers(count: 2, vectors: [1, 2, 3, 4]))])
        try await expectRefused(
            test.store, "another dimension in the same call",
            [("s", members(2)), ("t", BlockMembers(count: 1, vectors: [1]))])
        #expect(try test.store.info().members == 5)
    }

    @Test func whatOnlySomeStoresTake() async throws {
        let single = try BlockFixture { $0.memberVectors = .float32 }
        try await single.store.append(to: "s", members(2) { $0.vectors[0] = 1e30 })
        #expect(try single.store.read { try $0.vectors(of: 1) }.first == 1e30)
        let product = try BlockFixture {
            $0.collection = CollectionConfiguration(metric: .ip, quantization: .float32)
        }
        try await product.store.append(to: "s", members(2) { $0.vectors = [0, 0, 0, 1, 2, 3] })
        #expect(try product.store.info().members == 2)
    }

    @Test func badTexts() async throws {
        let test = try BlockFixture(embedder: try HashingEmbedder(dimension: 16))
        func isBadText(_ error: MemoryError) -> Bool {
            if case .badUnit(1, "text", _) = error { true } else { false }
        }
        for text in ["", " \n\t", "a\0b", String(repeating: "x", count: 32_769)] {
            try await expectRefused(
                test.store, "text of \(text.utf8.count)", [("s", BlockMembers(texts: ["first", text]))], isBadText)
        }
        // Each of them fits, and all of a block together do not.
        let long = (0..<3).map { "\($0)" + String(repeating: " word", count: 4_100) }
        try await expectRefused(test.store, "texts of a block", [("s", BlockMembers(texts: long))])
        try await test.store.append(to: "s", BlockMembers(texts: Array(long[..<2])))
        try await expectRefused(test.store, "texts of a resumed block", [("s", BlockMembers(texts: [long[2]]))])
        // As JSON, some signs take more bytes.
        try await expectRefused(
            test.store, "signs of six bytes", [("t", BlockMembers(texts: [String(repeating: "\u{1}x", count: 9_000)]))])
    }

    @Test func badStreamNames() async throws {
        let test = try BlockFixture()
        for isEmpty in [true, false] {
            if !isEmpty { try await test.store.append(to: "s", members(1)) }
            for name in ["", String(repeating: "x", count: 256), "a\nb", "a\u{7f}", "\0"] {
                try await expectRefused(test.store, "the name \(name.debugDescription)", [(name, members(2))])
                try await expectRefused(test.store, "one of several", [("fine", members(2)), (name, members(2))])
            }
        }
        let longest = String(repeating: "é", count: 127) + "x"
        try await test.store.append(to: longest, members(1))
        #expect(try test.store.read { try $0.streams() }.map(\.name) == ["s", longest])
    }

    /// What a block has of its first members it must have of the others.
    @Test func unequalPartsInABlock() async throws {
        let test = try BlockFixture()
        try await test.store.append(to: "texts", members(2) { $0.texts = ["a", "b"] })
        try await test.store.append(to: "none", members(2))
        try await test.store.append(to: "payload", members(2) { $0.payload = [1, 2, 3, 4] })
        try await expectRefused(test.store, "no texts", [("texts", members(1))])
        try await expectRefused(test.store, "texts", [("none", members(1) { $0.texts = ["a"] })])
        try await expectRefused(test.store, "payload", [("none", members(1) { $0.payload = [1] })])
        try await expectRefused(test.store, "less payload", [("payload", members(2) { $0.payload = [1, 2] })])
        try await expectRefused(test.store, "no payload", [("payload", members(4))])
        // What fits in is not written before what does not.
        try await expectRefused(
            test.store, "after what fits", [("none", members(9)), ("new", members(1)), ("texts", members(1))])
        // In another block there may be other parts.
        try await test.store.append(to: "texts", members(2) { $0.texts = ["c", "d"] })
        try await test.store.append(to: "texts", members(3))
        #expect(try test.store.info().members == 11)
    }

    @Test func landmarksThatDoNotFit() async throws {
        let test = try BlockFixture { $0.landmarks = .given }
        func given(_ count: Int, _ landmarks: [[[Float]]]) -> BlockMembers {
            members(count) { $0.landmarks = landmarks }
        }
        let fine: [[Float]] = [[1, 0, 0]]
        for isEmpty in [true, false] {
            if !isEmpty { try await test.store.append(to: "s", given(2, [fine])) }
            for (name, landmarks) in [
                ("none", []), ("too few", [fine]), ("too many", [fine, fine, fine, fine]),
                ("an empty one", [[], fine]),
                ("another dimension", [[[1, 0]], fine]),
                ("more than 64", [fine, Array(repeating: fine[0], count: 65)]),
            ] {
                try await expectRefused(test.store, name, [("s", given(isEmpty ? 6 : 4, landmarks))])
            }
            // It is told which landmark it is, and of which block.
            for (landmark, reason) in [
                ([1, .nan, 0], "has a number that is not finite"),
                ([1, .infinity, 0], "has a number that is not finite"),
                ([0, -0, 0], "is zero, which has no direction"),
            ] as [([Float], String)] {
                try await expectRefused(test.store, "\(landmark)", [("t", given(6, [fine, fine + [landmark]]))]) {
                    $0 == .badMembers(reason: "landmark 1 of the block at position 4 \(reason)")
                }
            }
        }
    }

    @Test func attentionIsAskedFor() async throws {
        let test = try BlockFixture { $0.landmarks = .received(2) }
        try await expectRefused(test.store, "none", [("s", members(2))])
        try await test.store.append(to: "s", members(2) { $0.attention = [1, 2] })
        try await expectRefused(test.store, "none in a resumed block", [("s", members(2))])
    }

    @Test func tensorsOfOtherSizes() async throws {
        let test = try BlockFixture { $0.payload = .tensors(TensorForm(heads: 2, dimension: 2)) }
        for bytes in [0, 8, 15, 17, 32] {
            try await expectRefused(
                test.store, "\(bytes) bytes",
                [("s", members(2) { $0.payload = [UInt8](repeating: 0, count: 2 * bytes) })])
        }
        try await test.store.append(to: "s", members(2) { $0.payload = [UInt8](repeating: 0, count: 32) })
    }

    @Test func otherModels() async throws {
        let test = try BlockFixture(embedder: try HashingEmbedder(dimension: 16))
        try await test.store.append(to: "s", BlockMembers(texts: ["a word"]))
        let other = try BlockStore(test.database, name: "test", embedder: try HashingEmbedder(dimension: 32))
        let given = try BlockStore(test.database, name: "test", embedder: nil)
        let vector = [Float](repeating: 1, count: 16)
        func isOther(_ error: MemoryError) -> Bool { if case .otherModel("test", _, _) = error { true } else { false } }
        for store in [other, given] {
            try await expectRefused(
                store, "another model", [("s", BlockMembers(count: 1, vectors: vector, texts: ["b"]))], isOther)
            let opening = await memoryError { _ = try store.open(queries: [vector]) }
            #expect(opening.map(isOther) == true)
            let replacing = await memoryError {
                try await store.replace([(1, BlockMembers(count: 1, vectors: vector, texts: ["b"]))])
            }
            #expect(replacing.map(isOther) == true)
        }
    }

    /// A vector that float16 takes for zero would have no direction when its block is filled.
    @Test func vectorsTooSmallForFloat16() async throws {
        let test = try BlockFixture { $0.landmarks = .mean }
        try await expectRefused(test.store, "too small", [("s", members(2) { $0.vectors[0...2] = [1e-9, 0, -1e-9] })])
        let single = try BlockFixture { $0.memberVectors = .float32 }
        for _ in 0..<3 { try await single.store.append(to: "s", BlockMembers(count: 1, vectors: [1e-9, 0, -1e-9])) }
        #expect(try single.store.info().blocks == 1)
    }

    /// Keys and values that are no numbers would make every attention to their block none.
    @Test func tensorsThatAreNoNumbers() async throws {
        for coding in TensorForm.Coding.allCases {
            let test = try BlockFixture { $0.payload = .tensors(TensorForm(heads: 1, dimension: 2, coding: coding)) }
            for bits: UInt16 in [0x7C00, 0xFC00, 0x7E00, 0x7C01, 0xFFFF] {
                for place in 0..<8 {
                    var payload = [UInt8](repeating: 0x3C, count: 16)
                    payload.replaceSubrange(2 * place..<2 * place + 2, with: bits.littleEndianBytes)
                    try await expectRefused(test.store, "\(bits)", [("s", members(2) { $0.payload = payload })])
                }
            }
        }
    }

    @Test func badConfigurations() async throws {
        let bad: [(String, (inout BlockConfiguration) -> Void)] = [
            ("block size", { $0.blockSize = 0 }), ("block size", { $0.blockSize = 4_097 }),
            ("landmarks", { $0.landmarks = .segmentMeans(0) }), ("landmarks", { $0.landmarks = .cover(65) }),
            ("landmarks", { $0.landmarks = .received(-1) }),
            ("metric", { $0.collection = CollectionConfiguration(metric: .l2) }),
            ("limit", { $0.byteLimit = 0 }), ("limit", { $0.byteLimit = -5 }),
            ("share", { $0.eviction = .decayedMass(1) }), ("share", { $0.eviction = .decayedMass(-0.1) }),
            ("share", { $0.eviction = .decayedMass(.nan) }),
            ("heads", { $0.payload = .tensors(TensorForm(heads: 0, dimension: 4)) }),
            ("heads", { $0.payload = .tensors(TensorForm(heads: 1_025, dimension: 4)) }),
            ("dimension", { $0.payload = .tensors(TensorForm(heads: 4, dimension: 0)) }),
            ("dimension", { $0.payload = .tensors(TensorForm(heads: 4, dimension: .max)) }),
        ]
        for (name, change) in bad {
            guard case .parameter? = await memoryError({ _ = try BlockFixture(change) }) else {
                Issue.record("\(name)")
                continue
            }
        }
        for name in ["", "a//b", "/a", "a\n", String(repeating: "x", count: 201)] {
            let folder = try TemporaryFolder()
            let error = await memoryError { _ = try BlockStore.open(folder.database, name: name) }
            guard case .badNamespace? = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
    }

    /// The largest limit is one, and is kept.
    @Test func largestByteLimit() async throws {
        let test = try BlockFixture { $0.byteLimit = .max }
        for _ in 0..<3 { try await test.store.append(to: "s", members(5)) }
        #expect(try test.store.info().configuration.byteLimit == .max)
        #expect(try test.store.info().members == 15)
    }
}
