// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The scores of the two channels, and how they are made one.
///
/// The constants of ``ChannelFusion/adaptive`` are round numbers, chosen while looking at two sets of questions: with half or one and a half
/// of any one, the recall at 10 of one set falls by up to 5.2 points, and that of the other by up to 1.4.
struct ChannelScores {
    /// How much the cosine of the nearest vector of a question makes vectors count.
    private static let denseGain = 35.0
    /// The least that the nearest vector is taken for.
    private static let leastNearest = 0.1
    private static let lexicalGain = 1.5
    /// A question whose terms tell this much takes each word at its usual worth; of one that tells more each word counts less.
    private static let usualInformation = 10.0
    /// What a unit must score beyond chance for its words to count in full.
    private static let softness = 5.0
    private static let chanceFactor = 8.0
    private static let (k1, b) = (1.2, 0.5)
    /// How much the words of a turn count for those one and two turns away.
    private static let spread = [0.5, 0.25]

    let question: Question
    let options: RecallOptions
    let statistics: KindStatistics

    /// Gives all units of a pool their scores.
    func run(on pool: inout RecallPool) {
        let usesDense = options.stages.contains(.dense) && question.vector != nil
        let usesWords = options.stages.contains(.lexical) && !question.hashes.isEmpty
        guard !pool.items.isEmpty, usesDense || usesWords else { return }
        if case .adaptive = options.fusion, usesDense, usesWords {
            let words = windowedWords(of: pool)
            for (place, dense) in adaptiveDense(of: pool).enumerated() { pool.add(dense, by: .dense, to: place) }
            for place in pool.items.indices { pool.add(adaptiveWords(words[place]), by: .lexical, to: place) }
            return
        }
        let dense = usesDense ? pool.items.map(\.cosine) : nil
        let words =
            usesWords ? (options.stages.contains(.spread) ? windowedWords(of: pool) : pool.items.map(\.ownWords)) : nil
        let shares = shares(dense, words)
        let scale = Self.scale(of: shares.map(\.1), count: pool.items.count)
        for (stage, scores) in shares {
            for (place, score) in scores.enumerated() { pool.add(scale * score, by: stage, to: place) }
        }
    }

    // MARK: Adaptive

    private func adaptiveDense(of pool: RecallPool) -> [Double] {
        let nearest = max(Self.leastNearest, pool.items.map(\.centred).max() ?? 0)
        return pool.items.map { Self.denseGain * nearest * $0.centred }
    }

    private func adaptiveWords(_ score: Double) -> Double {
        let gain = Self.lexicalGain * (Self.usualInformation / max(question.information, 1e-3)).squareRoot()
        let soft = Self.softness + Self.chanceFactor * question.chance
        return score > 0 ? gain * score * score / (score + soft) : 0
    }

    /// The BM25 of each unit with the words of those around it, each of which counts less the farther off it is.
    func windowedWords(of pool: RecallPool) -> [Double] {
        let reach = options.stages.contains(.spread) ? min(options.reach, Self.spread.count) : 0
        let mean = max(1, statistics.meanWords * (1 + 2 * Self.spread.prefix(reach).reduce(0, +)))
        let terms = pool.termCount
        var counts = [Double](repeating: 0, count: terms)
        return pool.items.indices.map { place in
            var length = Double(pool.items[place].words.length)
            for term in 0..<terms { counts[term] = Double(pool.counts[place * terms + term]) }
            if reach > 0 {
                pool.forEachNeighbour(of: place, within: reach) { other, distance in
                    let share = Self.spread[distance - 1]
                    length += share * Double(pool.items[other].words.length)
                    for term in 0..<terms { counts[term] += share * Double(pool.counts[other * terms + term]) }
                }
            }
            let base = Self.k1 * (1 - Self.b + Self.b * length / mean)
            var score = 0.0
            for term in 0..<terms where counts[term] > 0 {
                score += question.weights[term] * counts[term] * (Self.k1 + 1) / (counts[term] + base)
            }
            return score
        }
    }

    // MARK: Others

    /// From the median to the best the scores of the adaptive fusion go about this far: others are stretched to the same, so that what
    /// later stages give is in proportion.
    private static let usualSpread = 15.0

    private static func scale(of shares: [[Double]], count: Int) -> Double {
        let sums = (0..<count).map { place in shares.reduce(0) { $0 + $1[place] } }.sorted()
        guard let greatest = sums.last, greatest > sums[count / 2] else { return 1 }
        return usualSpread / (greatest - sums[count / 2])
    }

    /// What each channel gives by the fusion that was asked for; one channel alone gives its scores as they are.
    private func shares(_ dense: [Double]?, _ words: [Double]?) -> [(RecallStage, [Double])] {
        guard let dense, let words else { return dense.map { [(.dense, $0)] } ?? words.map { [(.lexical, $0)] } ?? [] }
        let scaled: ([Double]) -> [Double]
        let share: Double
        switch options.fusion {
        case .adaptive: return [(.dense, dense), (.lexical, words)]
        case .zScore(let dense): (scaled, share) = (Self.standardized, dense)
        case .minMax(let dense): (scaled, share) = (Self.ranged, dense)
        case .reciprocalRank(let k):
            func ranks(_ scores: [Double]) -> [Double] {
                var result = [Double](repeating: 0, count: scores.count)
                let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
                for (rank, place) in order.enumerated() { result[place] = 1 / (k + Double(rank + 1)) }
                return result
            }
            return [(.dense, ranks(dense)), (.lexical, ranks(words))]
        }
        return [
            (.dense, scaled(dense).map { $0 * share }), (.lexical, scaled(words).map { $0 * (1 - share) }),
        ]
    }

    static func standardized(_ scores: [Double]) -> [Double] {
        let mean = scores.reduce(0, +) / Double(max(1, scores.count))
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, scores.count))
        let deviation = variance.squareRoot() + 1e-9
        return scores.map { ($0 - mean) / deviation }
    }

    static func ranged(_ scores: [Double]) -> [Double] {
        guard let low = scores.min(), let high = scores.max() else { return [] }
        return scores.map { ($0 - low) / (high - low + 1e-9) }
    }
}
