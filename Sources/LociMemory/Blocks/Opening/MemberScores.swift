// Loci, Apache License 2.0.

import Loci
import LociWords

/// Scores the members of opened blocks: by vectors and words of their own, by what stands around them, and by their block.
///
/// The constants were chosen on two sets of conversations, where half or one and a half of each changes little; `docs/benchmarks/blocks.md`
/// has the table.
struct MemberScores {
    /// How much the best of the members around one counts for it.
    private static let aroundShare = 0.4
    /// How much the standing of its block does.
    private static let blockShare = 0.3
    private static let (k1, b) = (1.2, 0.75)

    let reader: BlockReader
    let query: BlockQuery
    let options: OpeningOptions

    /// A block with what members are scored by.
    struct Block {
        let record: BlockRecord
        let standing: Double
        let vectors: [Float]
        let texts: [String]
    }

    /// The scores of the members of each block. Of a block that has neither vectors nor texts, none.
    /// - Parameter blocks: In the order of streams and positions.
    func run(_ blocks: [Block]) throws -> [[Double]] {
        let counts = blocks.map(\.record.count)
        let usesVectors = !query.vectors.isEmpty && blocks.contains { !$0.vectors.isEmpty }
        let usesWords = query.text != nil && blocks.contains { !$0.texts.isEmpty }
        guard usesVectors || usesWords else { return blocks.map { _ in [] } }
        var own = [Double](repeating: 0, count: counts.reduce(0, +))
        let share = usesWords ? (usesVectors ? options.lexicalWeight : 1) : 0
        if usesVectors {
            for (place, score) in ChannelScores.standardized(similarities(blocks)).enumerated() {
                own[place] += (1 - share) * score
            }
        }
        if usesWords {
            for (place, score) in ChannelScores.standardized(try wordScores(blocks)).enumerated() {
                own[place] += share * score
            }
        }
        return gathered(own, blocks)
    }

    /// Adds what stands around each, and its block.
    private func gathered(_ own: [Double], _ blocks: [Block]) -> [[Double]] {
        var places: [(stream: UInt32, position: UInt64)] = []
        for block in blocks {
            for offset in 0..<block.record.count {
                places.append((block.record.stream, block.record.first + UInt64(offset)))
            }
        }
        var scores: [[Double]] = []
        var place = 0
        for block in blocks {
            scores.append(
                (0..<block.record.count).map { _ in
                    defer { place += 1 }
                    var around: Double?
                    for step in [-1, 1] {
                        var other = place + step
                        while places.indices.contains(other), places[other].stream == places[place].stream,
                            distance(places[other].position, places[place].position) <= UInt64(options.reach)
                        {
                            around = max(around ?? own[other], own[other])
                            other += step
                        }
                    }
                    return own[place] + Self.aroundShare * (around ?? 0) + Self.blockShare * block.standing
                })
        }
        return scores
    }

    private func distance(_ left: UInt64, _ right: UInt64) -> UInt64 { left > right ? left - right : right - left }

    private func similarities(_ blocks: [Block]) -> [Double] {
        let dimension = reader.settings.dimension
        let isAngular = reader.settings.configuration.isAngular
        return blocks.flatMap { block -> [Double] in
            guard !block.vectors.isEmpty else { return [Double](repeating: 0, count: block.record.count) }
            return (0..<block.record.count).map { member in
                let vector = block.vectors[member * dimension..<(member + 1) * dimension]
                let length = isAngular ? dotProduct(vector, vector).squareRoot() : 1
                return options.aggregation.of(
                    query.vectors.map { length > 0 ? dotProduct($0[...], vector) / length : 0 })
            }
        }
    }

    /// The BM25 of each member's text. Postings are those of blocks: that a word is in a share p of blocks of n members is taken to say
    /// that a member has it with the probability 1 − (1 − p)^(1/n).
    private func wordScores(_ blocks: [Block]) throws -> [Double] {
        let settings = reader.settings
        guard let landmarks = reader.landmarks else { return [] }
        let analyser = try WordAnalyser.usable(settings.configuration.language)
        var terms: [[UInt8]] = []
        var places: [[UInt8]: Int] = [:]
        for word in query.words where places[word.term] == nil {
            places[word.term] = terms.count
            terms.append(word.term)
        }
        let statistics = try landmarks.wordStatistics(of: terms, in: BlockAttributes.text)
        let members = max(1, settings.members)
        let perBlock = Double(members) / Double(max(1, settings.blocks))
        let weights = statistics.counts.map { count in
            let share = min(
                Double(count) / Double(max(1, statistics.documents)), 1 - 0.5 / Double(max(1, statistics.documents)))
            let frequency = -exponentialMinusOne(naturalLogarithm(1 - share) / perBlock) * Double(members)
            return BM25.inverseDocumentFrequency(Int(frequency.rounded()), of: members)
        }
        var (counts, lengths): ([[Double]], [Double]) = ([], [])
        for block in blocks {
            for member in 0..<block.record.count {
                var found = [Double](repeating: 0, count: terms.count)
                var length = 0.0
                if member < block.texts.count {
                    for word in try ContentWords(block.texts[member], analyser).words {
                        length += 1
                        if let place = places[word.term] { found[place] += 1 }
                    }
                }
                counts.append(found)
                lengths.append(length)
            }
        }
        let mean = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
        return zip(counts, lengths).map { counts, length in
            let base = Self.k1 * (1 - Self.b + Self.b * length / mean)
            return zip(counts, weights).reduce(0) { $0 + ($1.0 > 0 ? $1.1 * $1.0 * (Self.k1 + 1) / ($1.0 + base) : 0) }
        }
    }
}
