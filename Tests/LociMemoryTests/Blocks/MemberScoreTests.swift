// Loci, Apache License 2.0.

import Loci
import LociIndex
import TestSupport
import Testing

@testable import LociMemory

/// The scores of members of opened blocks against a plain reference.
@Suite struct MemberScoreTests {
    private func expectScores(
        _ test: BlockFixture, _ reference: OpeningReference, _ queries: [[Float]], _ text: String?,
        _ options: OpeningOptions
    ) throws {
        let opening = try test.store.open(queries: queries, text: text, options)
        let opened = reference.opening(queries, text, options)
        let expected = reference.memberScores(opened, queries, text, options)
        #expect(opening.blocks.map(\.number) == opened.map(\.block.number))
        #expect(opening.blocks.map(\.memberScores.count) == expected.map(\.count))
        for (block, expected) in zip(opening.blocks, expected) {
            #expect(areNear(block.memberScores, expected, 2e-3), "block \(block.number), \(options)")
        }
    }

    @Test(arguments: [Metric.cosine, .ip]) func everyScoring(_ metric: Metric) async throws {
        var generator = SeededGenerator("everyScoring(\(metric))")
        let test = try await BlockOpeningTests.store(&generator, metric: metric)
        let reference = try OpeningReference(test.store)
        for round in 0..<TestSettings.iterations(30) {
            var options = OpeningOptions()
            (options.budget, options.candidateFactor) = (.blocks(2 + generator.below(9)), 1_000)
            options.aggregation = OpeningOptions.Aggregation.allCases[round % 2]
            options.lexicalWeight = [0.2, 0.5, 1][generator.below(3)]
            options.reach = generator.below(8)
            let queries = generator.below(4) == 0 ? [] : (0..<1 + generator.below(2)).map { _ in generator.floats(8) }
            let text = queries.isEmpty || generator.below(2) == 0 ? generator.text(words: 3) : nil
            try expectScores(test, reference, queries, text, options)
        }
    }

    /// Where vectors are not kept, words alone tell, and only of texts.
    @Test func membersWithoutVectors() async throws {
        var generator = SeededGenerator()
        let test = try await BlockOpeningTests.store(&generator) { ($0.memberVectors, $0.blockSize) = (.none, 1) }
        let reference = try OpeningReference(test.store)
        for _ in 0..<10 {
            var options = OpeningOptions()
            (options.budget, options.candidateFactor) = (.blocks(12), 1_000)
            try expectScores(test, reference, [generator.floats(8)], generator.text(words: 2), options)
            // Of what has neither there are no scores.
            let opening = try test.store.open(queries: [generator.floats(8)], options)
            #expect(opening.blocks.allSatisfy { $0.memberScores.isEmpty })
            #expect(opening.bestMembers(3) == [])
        }
    }

    @Test func membersAreNotScoredUnasked() async throws {
        var generator = SeededGenerator()
        let test = try await BlockOpeningTests.store(&generator)
        var options = OpeningOptions()
        let query = generator.floats(8)
        let scored = try test.store.open(queries: [query], options)
        #expect(scored.blocks.allSatisfy { $0.memberScores.count == $0.positions.count })
        options.scoresMembers = false
        let unscored = try test.store.open(queries: [query], options)
        #expect(unscored.blocks.map(\.number) == scored.blocks.map(\.number))
        #expect(unscored.blocks.allSatisfy { $0.memberScores.isEmpty })
    }

    /// The best member is the one that the query was made of.
    @Test func theBestMemberIsTheOneThatWasMeant() async throws {
        var generator = SeededGenerator()
        let test = try BlockFixture { $0.blockSize = 8 }
        let members = generator.members(64, dimension: 24)
        try await test.store.append(to: "s", members)
        for place in stride(from: 0, to: 64, by: 5) {
            let query = Array(members.vectors[24 * place..<24 * (place + 1)])
            let opening = try test.store.open(queries: [query])
            let best = opening.bestMembers(1)
            #expect(best.map(\.position) == [UInt64(place)])
            #expect(best.map(\.text) == [members.texts[place]])
        }
    }
}
