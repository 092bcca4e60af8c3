// Loci, Apache License 2.0.

import LociWords
import TestSupport
import Testing

@Suite struct RankFusionTests {
    private func ranking(_ items: KeyValuePairs<String, Double>) -> [RankFusion.Ranked<String>] {
        items.map { RankFusion.Ranked(id: $0.key, score: $0.value) }
    }

    @Test func reciprocalRanks() throws {
        let words = ranking(["a": 9, "b": 5, "c": 5, "d": 1])
        let distances = ranking(["e": 0.1, "b": 0.2])
        let fused = try RankFusion.standard.fuse(words, distances)
        // b and c are both second, and d is fourth.
        #expect(
            fused == ranking(["b": 1.0 / 62 + 1.0 / 62, "a": 1.0 / 61, "e": 1.0 / 61, "c": 1.0 / 62, "d": 1.0 / 64]))
        #expect(try RankFusion.standard.fuse(words, distances, count: 2).map(\.id) == ["b", "a"])
        #expect(try RankFusion.standard.fuse(words, []).map(\.id) == ["a", "b", "c", "d"])
    }

    @Test func weightedScores() throws {
        let words = ranking(["a": 8, "b": 6, "c": 4])
        let distances = ranking(["c": 0.1, "d": 0.2, "e": 0.5])
        let fused = try RankFusion.weighted(first: 2, second: 1).fuse(words, distances)
        #expect(fused.map(\.id) == ["a", "b", "c", "d", "e"])
        for (item, score) in zip(fused, [2, 1, 1, 0.75, 0]) { #expect(abs(item.score - score) < 1e-12) }
        let equal = ranking(["x": 3, "y": 3])
        #expect(try RankFusion.weighted(first: 1, second: 0).fuse(equal, []) == ranking(["x": 1, "y": 1]))
        let far = ranking(["x": Double.greatestFiniteMagnitude, "y": -Double.greatestFiniteMagnitude])
        #expect(try RankFusion.weighted(first: 1, second: 0).fuse(far, []) == ranking(["x": 1, "y": 0]))
    }

    @Test func badRankingsAreRefused() {
        let fusion = RankFusion.standard
        #expect(throws: WordsError.rankingNotInOrder(place: 2)) {
            try fusion.fuse(ranking(["a": 3, "b": 1, "c": 2]), [])
        }
        #expect(throws: WordsError.rankingNotInOrder(place: 2)) {
            try fusion.fuse(ranking(["a": 1, "b": 3, "c": 2]), [])
        }
        #expect(throws: WordsError.rankingNotInOrder(place: 1)) { try fusion.fuse([], ranking(["a": 3, "b": .nan])) }
        #expect(throws: WordsError.rankingRepeats(place: 1)) { try fusion.fuse(ranking(["a": 3, "a": 2]), []) }
        for constant in [-1, .nan, .infinity] {
            #expect(throws: WordsError.self) {
                try RankFusion.reciprocalRank(constant: constant).fuse(ranking(["a": 1]), [])
            }
            #expect(throws: WordsError.self) {
                try RankFusion.weighted(first: 1, second: constant).fuse(ranking(["a": 1]), [])
            }
        }
        #expect(throws: WordsError.self) { try RankFusion.weighted(first: 0, second: 0).fuse(ranking(["a": 1]), []) }
    }

    /// Neither which ranking comes first nor the order of what is equally good changes the result.
    @Test func orderOfEqualsDoesNotMatter() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(200) {
            let rankings = (0..<2).map { _ in
                Set((0..<generator.below(30)).map { _ in generator.below(40) })
                    .map { RankFusion.Ranked(id: $0, score: Double($0 % 7)) }
            }
            func ordered(_ ranking: [RankFusion.Ranked<Int>], _ sign: Int) -> [RankFusion.Ranked<Int>] {
                ranking.sorted { ($1.score, sign * $0.id) < ($0.score, sign * $1.id) }
            }
            for fusion in [RankFusion.standard, .weighted(first: 0.5, second: 0.5)] {
                let fused = try fusion.fuse(ordered(rankings[0], 1), ordered(rankings[1], 1))
                #expect(try fusion.fuse(ordered(rankings[1], -1), ordered(rankings[0], -1)) == fused, "\(generator)")
                #expect(Set(fused.map(\.id)) == Set(rankings.flatMap { $0.map(\.id) }))
                #expect(zip(fused, fused.dropFirst()).allSatisfy { $0.score >= $1.score })
            }
        }
    }
}
