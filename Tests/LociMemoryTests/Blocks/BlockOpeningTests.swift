// Loci, Apache License 2.0.

import Loci
import LociIndex
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// Openings of small stores, where searches look at everything, against plain references.
@Suite struct BlockOpeningTests {
    /// A store of some streams, of which one has neither texts nor, where they are not kept, vectors.
    static func store(
        _ generator: inout SeededGenerator, metric: Metric = .cosine, appends: Int = 14,
        _ change: (inout BlockConfiguration) -> Void = { _ in }
    ) async throws -> BlockFixture {
        let test = try BlockFixture {
            $0.collection = CollectionConfiguration(metric: metric, quantization: .float32)
            $0.landmarks = .segmentMeans(2)
            change(&$0)
        }
        for place in 0..<appends {
            // Each stream has something.
            let stream = place < 4 ? place : generator.below(4)
            var members = generator.members(place == 0 ? 3 : 1 + generator.below(14))
            if stream == 3 { members.texts = [] }
            try await test.store.append(to: "stream \(stream)", members)
        }
        return test
    }

    @Test(arguments: [Metric.cosine, .ip]) func everyScoring(_ metric: Metric) async throws {
        var generator = SeededGenerator("everyScoring(\(metric))")
        let test = try await Self.store(&generator, metric: metric)
        let reference = try OpeningReference(test.store)
        var round = 0
        for aggregation in OpeningOptions.Aggregation.allCases {
            for landmarkScore in OpeningOptions.LandmarkScore.allCases {
                for weighing in [OpeningOptions.Weighing.softmax(scale: 3), .stickBreaking(scale: 0.5)] {
                    for lexicalWeight in [0, 0.3, 1] {
                        var options = OpeningOptions()
                        (options.aggregation, options.landmarkScore) = (aggregation, landmarkScore)
                        (options.weighing, options.lexicalWeight) = (weighing, lexicalWeight)
                        options.budget = .blocks(1 + generator.below(9))
                        options.candidateFactor = 1_000
                        let queries = (0..<1 + generator.below(3)).map { _ in generator.floats(8) }
                        let text = round % 3 == 0 ? nil : generator.text(words: 1 + generator.below(4))
                        let opening = try test.store.open(queries: queries, text: text, options)
                        let expected = reference.opening(queries, text, options)
                        reference.expect(opening, is: expected, "\(options), \(text ?? "no text")")
                        round += 1
                    }
                }
            }
        }
    }

    /// Only the nearest of each channel are looked at, and stand against each other.
    @Test func candidatesOfEachChannel() async throws {
        var generator = SeededGenerator()
        let test = try await Self.store(&generator)
        let reference = try OpeningReference(test.store)
        for _ in 0..<TestSettings.iterations(20) {
            var options = OpeningOptions()
            let count = 1 + generator.below(4)
            (options.budget, options.candidateFactor) = (.blocks(count), 1 + generator.below(3))
            options.aggregation = .mean
            let queries = (0..<2).map { _ in generator.floats(8) }
            let opening = try test.store.open(queries: queries, options)
            let wanted = count * options.candidateFactor
            reference.expect(opening, is: reference.opening(queries, nil, options, wanted: wanted), "\(options)")
        }
    }

    /// By words alone, and through an embedder by both.
    @Test func texts() async throws {
        var generator = SeededGenerator()
        let test = try await Self.store(&generator)
        let reference = try OpeningReference(test.store)
        var options = OpeningOptions()
        (options.budget, options.candidateFactor) = (.blocks(5), 1_000)
        for _ in 0..<10 {
            let text = generator.text(words: 3)
            let expected = reference.opening([], text, options)
            // Words count by themselves, whatever weight they have beside vectors.
            for weight in [0, 0.5] {
                options.lexicalWeight = weight
                reference.expect(try test.store.open(queries: [], text: text, options), is: expected, text)
                reference.expect(try await test.store.open(text, options), is: expected, text)
            }
        }
        let embedder = try HashingEmbedder(dimension: 32)
        let embedded = try BlockFixture(embedder: embedder)
        for _ in 0..<5 {
            let texts = (0..<7).map { _ in generator.text(words: 4) }
            try await embedded.store.append(to: "s", BlockMembers(texts: texts))
        }
        let text = generator.text(words: 3)
        let vectors = try await embedder.embed([text])
        let opening = try await embedded.store.open(text, options)
        #expect(try opening == embedded.store.open(queries: vectors, text: text, options))
        let embeddedReference = try OpeningReference(embedded.store)
        embeddedReference.expect(opening, is: embeddedReference.opening(vectors, text, options), text)
    }

    @Test func blocksOfOneStream() async throws {
        var generator = SeededGenerator()
        let test = try await Self.store(&generator)
        let reference = try OpeningReference(test.store)
        var options = OpeningOptions()
        (options.budget, options.candidateFactor) = (.blocks(6), 1_000)
        for stream in 0..<4 {
            options.stream = "stream \(stream)"
            let query = generator.floats(8)
            for text in [nil, generator.text(words: 2)] {
                let opening = try test.store.open(queries: [query], text: text, options)
                #expect(opening.blocks.allSatisfy { $0.stream == options.stream })
                reference.expect(opening, is: reference.opening([query], text, options), "\(stream) \(text ?? "")")
            }
        }
        options.stream = "stream 4"
        let error = await memoryError { _ = try test.store.open(queries: [generator.floats(8)], options) }
        #expect(error == .streamNotFound("stream 4"))
    }

    /// Only directions of landmarks count, also where a collection keeps their lengths.
    @Test(arguments: OpeningOptions.LandmarkScore.allCases)
    func lengthsOfLandmarksDoNotCount(_ score: OpeningOptions.LandmarkScore) async throws {
        var generator = SeededGenerator("lengthsOfLandmarksDoNotCount(\(score))")
        let landmarks = (0..<3).map { _ in (0..<2).map { _ in generator.normals(8) } }
        let query = generator.normals(8)
        var openings: [[Double]] = []
        for keeps in [false, true] {
            let test = try BlockFixture {
                $0.landmarks = .given
                $0.collection.keepsLengths = keeps
            }
            var members = generator.members(12)
            members.landmarks = landmarks.enumerated().map { place, block in
                block.map { $0.map { $0 * (keeps ? Float(place + 1) * 5 : 1) } }
            }
            try await test.store.append(to: "s", members)
            var options = OpeningOptions()
            options.landmarkScore = score
            openings.append(try test.store.open(queries: [query], options).blocks.map(\.similarity))
        }
        #expect(openings[0].count == 3)
        #expect(areNear(openings[0], openings[1]))
        let expected = landmarks.map { block in
            let cosines = block.map { Reference.cosine($0, query) }
            return score == .sum ? cosines.reduce(0, +) : cosines.max() ?? 0
        }
        #expect(areNear(openings[1], expected))
    }

    /// Weights of a softmax add up to one; those of stick-breaking to what is not left.
    @Test func weights() {
        var generator = SeededGenerator()
        for _ in 0..<50 {
            let similarities = (0..<1 + generator.below(9)).map { _ in Double(generator.normal()) * 20 }
            for scale in [0.01, 1, 50] {
                let soft = OpeningOptions.Weighing.softmax(scale: scale).weights(similarities)
                #expect(isNear(soft.reduce(0, +), 1, 1e-9))
                #expect(soft.allSatisfy { $0 >= 0 })
                let broken = OpeningOptions.Weighing.stickBreaking(scale: scale).weights(similarities)
                let left = similarities.reduce(1.0) { $0 * (1 - 1 / (1 + exponential(-scale * $1))) }
                #expect(isNear(broken.reduce(0, +), 1 - left, 1e-9))
            }
        }
        #expect(OpeningOptions.Weighing.softmax(scale: 1).weights([]) == [])
        #expect(OpeningOptions.Weighing.stickBreaking(scale: 1).weights([0, 0, 0]) == [0.125, 0.25, 0.5])
    }

    @Test func nothingToOpen() async throws {
        let test = try BlockFixture(embedder: try HashingEmbedder(dimension: 16))
        try await test.store.append([])
        #expect(try test.store.info().blocks == 0)
        #expect(try await test.store.open("anything").blocks == [])
        #expect(try await test.store.open("anything").spans == [])
        try await test.store.append(to: "s", BlockMembers(texts: ["some words"]))
        for text in ["", " \n\t "] {
            #expect(await memoryError { _ = try await test.store.open(text) } == .emptyQuery)
        }
        #expect(await memoryError { _ = try test.store.open(queries: []) } == .emptyQuery)
        for text in ["", "?!"] {
            #expect(await memoryError { _ = try test.store.open(queries: [], text: text) } == .emptyQuery)
        }
        // What has no words is looked for by its vector.
        #expect(try await test.store.open("?!").blocks.map(\.number) == [1])
        try test.store.remove(stream: "s")
        #expect(try await test.store.open("some words").blocks == [])
    }

    /// A query that is one of the words that any text has is no query.
    @Test func stopWordsAlone() async throws {
        let test = try BlockFixture { $0.language = .english }
        try await test.store.append(
            to: "s", BlockMembers(count: 2, vectors: [1, 0, 0, 1], texts: ["the cat", "of mice"]))
        #expect(await memoryError { _ = try test.store.open(queries: [], text: "of the") } == .emptyQuery)
        #expect(try test.store.open(queries: [[1, 0]], text: "of the").blocks.count == 1)
    }

    @Test func badQueries() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture()
        try await test.store.append(to: "s", generator.members(9))
        let fine = generator.floats(8)
        for queries in [
            [fine, Array(fine.dropLast())], [[]], [[.nan] + fine.dropFirst()], [[.infinity] + fine.dropFirst()],
            [[Float](repeating: 0, count: 8)],
        ] {
            guard
                case .parameter(name: "a query", _, _)? = await memoryError({
                    _ = try test.store.open(queries: queries)
                })
            else {
                Issue.record("\(queries)")
                continue
            }
        }
        let refused = await memoryError { _ = try test.store.open(queries: [fine, [.nan] + fine.dropFirst()]) }
        #expect(
            refused
                == .parameter(
                    name: "a query", value: "a vector with a number that is not finite",
                    allowed: "8 finite numbers, as the store's vectors have"))
        let bad: [(String, (inout OpeningOptions) -> Void)] = [
            ("the budget", { $0.budget = .blocks(0) }), ("the budget", { $0.budget = .blocks(100_001) }),
            ("the budget", { $0.budget = .members(-1) }), ("the budget", { $0.budget = .members(10_000_001) }),
            ("the budget", { $0.budget = .bytes(0) }),
            ("the number of sinks", { ($0.stream, $0.sinks) = ("s", -1) }),
            ("the window", { ($0.stream, $0.window) = ("s", 100_001) }),
            ("the stream", { $0.sinks = 1 }), ("the stream", { $0.window = 1 }),
            ("the weight of words", { $0.lexicalWeight = 1.01 }), ("the weight of words", { $0.lexicalWeight = .nan }),
            ("the reach", { $0.reach = -1 }), ("the factor of candidates", { $0.candidateFactor = 0 }),
            ("the factor of scores", { $0.weighing = .softmax(scale: 0) }),
            ("the factor of scores", { $0.weighing = .stickBreaking(scale: .infinity) }),
            ("the factor of scores", { $0.weighing = .softmax(scale: .nan) }),
        ]
        for (name, change) in bad {
            var options = OpeningOptions()
            change(&options)
            let error = await memoryError { _ = try test.store.open(queries: [fine], options) }
            guard case .parameter(name: name, _, _)? = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
        }
    }
}
