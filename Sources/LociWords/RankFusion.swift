// Loci, Apache License 2.0.

/// Makes one ranking of two, such as one by words and one by vectors.
///
/// The rankings are given best first, by scores that fall or by distances that rise. Of two that are equally good in the end, the
/// lower identifier comes first, so that the result depends on nothing but the rankings.
public enum RankFusion: Sendable, Hashable {
    /// Each ranking adds 1 / (constant + place), places counted from 1; what it does not name gets nothing of it (G. V. Cormack,
    /// C. L. A. Clarke, S. Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", 2009, with
    /// 60 as the constant). What is equally good in a ranking has the same place there, that of the first.
    case reciprocalRank(constant: Double)
    /// Each ranking adds its weight times the score, scaled so that its best has 1 and its last 0; where all are equally good, all have
    /// 1. What it does not name gets nothing of it, like its last.
    case weighted(first: Double, second: Double)

    /// The largest weight, and the largest constant.
    public static let maximumWeight = 1_000_000

    /// Reciprocal ranks with the constant of the paper, 60.
    public static let standard = RankFusion.reciprocalRank(constant: 60)

    /// A thing in a ranking.
    public struct Ranked<ID: Hashable & Comparable & Sendable>: Sendable, Equatable {
        /// What is ranked.
        public let id: ID
        /// A score, or a distance.
        public let score: Double

        /// A thing with a score or a distance.
        public init(id: ID, score: Double) {
            self.id = id
            self.score = score
        }
    }

    /// The things of two rankings, those with the highest sums first.
    ///
    /// - Parameters:
    ///   - first: A ranking, best first.
    ///   - second: Another one; its scores may be of another kind.
    ///   - count: How many to give at most.
    /// - Throws: `parameterOutOfRange` for a constant outside 0 to 1,000,000, for a weight outside 0 to 1,000,000, and for two weights
    ///   of 0; `rankingNotInOrder`, `rankingRepeats`.
    /// - Complexity: O(n log n)
    public func fuse<ID>(
        _ first: [Ranked<ID>], _ second: [Ranked<ID>], count: Int = .max
    ) throws(WordsError) -> [Ranked<ID>] {
        var sums: [ID: Double] = [:]
        switch self {
        case .reciprocalRank(let constant):
            try check(constant, "the constant")
            for ranking in [first, second] {
                try Self.check(ranking)
                var place = 0
                for (index, item) in ranking.enumerated() {
                    if index == 0 || item.score != ranking[index - 1].score { place = index + 1 }
                    sums[item.id, default: 0] += 1 / (constant + Double(place))
                }
            }
        case .weighted(let weight, let otherWeight):
            try check(weight, "the first weight")
            try check(otherWeight, "the second weight")
            guard weight > 0 || otherWeight > 0 else {
                throw .parameterOutOfRange(name: "the sum of the weights", value: 0, allowed: "above 0")
            }
            for (ranking, weight) in [(first, weight), (second, otherWeight)] {
                try Self.check(ranking)
                guard let best = ranking.first?.score, let worst = ranking.last?.score else { continue }
                // Halves, since the difference of two doubles may be more than one holds.
                let range = best / 2 - worst / 2
                for item in ranking {
                    let scaled = range == 0 ? 1 : (item.score / 2 - worst / 2) / range
                    sums[item.id, default: 0] += weight * scaled
                }
            }
        }
        let fused = sums.map { Ranked(id: $0.key, score: $0.value) }
            .sorted { $0.score > $1.score || $0.score == $1.score && $0.id < $1.id }
        return Array(fused.prefix(max(0, count)))
    }

    private func check(_ value: Double, _ name: String) throws(WordsError) {
        guard value >= 0, value <= Double(Self.maximumWeight) else {
            throw .parameterOutOfRange(name: name, value: value, allowed: "0 to \(Self.maximumWeight)")
        }
    }

    private static func check<ID>(_ ranking: [Ranked<ID>]) throws(WordsError) {
        let falls = (ranking.first?.score ?? 0) >= (ranking.last?.score ?? 0)
        var seen: Set<ID> = []
        for (place, item) in ranking.enumerated() {
            guard item.score.isFinite else { throw .rankingNotInOrder(place: place) }
            if place > 0 {
                let before = ranking[place - 1].score
                guard falls ? item.score <= before : item.score >= before else {
                    throw .rankingNotInOrder(place: place)
                }
            }
            guard seen.insert(item.id).inserted else { throw .rankingRepeats(place: place) }
        }
    }
}
