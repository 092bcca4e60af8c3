// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

/// What an opening of a store should give, in float64 and by looking at everything.
struct OpeningReference {
    struct Block {
        let number: UInt32
        let stream: String
        let positions: Range<UInt64>
        let landmarks: [[Float]]
        let vectors: [[Float]]
        let texts: [String]
        let bytes: Int

        /// The words of all its texts.
        var words: [String] { texts.flatMap { $0.split(separator: " ").map(String.init) } }
    }

    struct Expected {
        let block: Block
        var reason = OpenedBlock.Reason.chosen
        var similarity = 0.0
        var words = 0.0
        var standing = 0.0
        var score = 0.0
        var weight = 0.0

        init(_ block: Block) { self.block = block }
    }

    /// In the order of streams and positions.
    let blocks: [Block]
    let isAngular: Bool
    let blockSize: Int

    init(_ store: BlockStore) throws {
        let landmarks = try store.contents().landmarks
        (blocks, isAngular, blockSize) = try store.read { reader in
            var blocks: [Block] = []
            for (stream, _) in try reader.streams() {
                for number in try reader.blocks(of: stream) {
                    let record = try reader.block(number)
                    let vectors = try reader.vectors(of: number)
                    let dimension = reader.settings.dimension
                    blocks.append(
                        Block(
                            number: number, stream: stream, positions: try reader.positions(of: number),
                            landmarks: landmarks[number] ?? [],
                            vectors: stride(from: 0, to: vectors.count, by: dimension).map {
                                Array(vectors[$0..<$0 + dimension])
                            }, texts: try reader.texts(of: number), bytes: record.bytes))
                }
            }
            return (blocks, reader.settings.configuration.isAngular, reader.settings.configuration.blockSize)
        }
    }

    func likeness(_ query: [Float], _ vector: [Float]) -> Double {
        isAngular ? Reference.cosine(query, vector) : Reference.product(query, vector)
    }

    func aggregated(_ scores: [Double], _ options: OpeningOptions) -> Double {
        guard !scores.isEmpty else { return 0 }
        switch options.aggregation {
        case .maximum: return scores.max() ?? 0
        case .mean: return scores.reduce(0, +) / Double(scores.count)
        }
    }

    private func similarity(_ block: Block, _ queries: [[Float]], _ options: OpeningOptions) -> Double {
        aggregated(
            queries.map { query in
                let each = block.landmarks.map { likeness(query, $0) }
                switch options.landmarkScore {
                case .maximum: return each.max() ?? 0
                case .sum: return each.reduce(0, +)
                }
            }, options)
    }

    /// What an opening gives, in the order of streams and positions.
    /// - Parameter wanted: How many blocks each channel gives.
    func opening(_ queries: [[Float]], _ text: String?, _ options: OpeningOptions, wanted: Int = .max) -> [Expected] {
        let usesWords = text != nil && (options.lexicalWeight > 0 || queries.isEmpty)
        let terms = Set((text ?? "").split(separator: " ").map(String.init))
        let documents = blocks.filter { !$0.texts.isEmpty }.map(\.words)
        let inReach = blocks.filter { options.stream == nil || $0.stream == options.stream }
        var candidates: [UInt32: Expected] = [:]
        for query in queries {
            let nearest = inReach.sorted { left, right in
                (left.landmarks.map { likeness(query, $0) }.max() ?? 0)
                    > (right.landmarks.map { likeness(query, $0) }.max() ?? 0)
            }
            for block in nearest.prefix(wanted) { candidates[block.number] = Expected(block) }
        }
        if usesWords {
            let scored = inReach.map { ($0, Reference.bm25($0.words, terms, in: documents)) }.filter { $0.1 > 0 }
            for (block, words) in scored.sorted(by: { $0.1 > $1.1 }).prefix(wanted) {
                candidates[block.number, default: Expected(block)].words = words
            }
        }
        if options.stream != nil {
            for block in inReach.prefix(options.sinks) {
                candidates[block.number, default: Expected(block)].reason = .sink
            }
            for block in inReach.suffix(options.window) {
                candidates[block.number, default: Expected(block)].reason = .window
            }
        }
        var all = blocks.compactMap { candidates[$0.number] }
        for place in all.indices { all[place].similarity = similarity(all[place].block, queries, options) }
        let dense = Reference.standardized(all.map(\.similarity))
        let words = Reference.standardized(all.map(\.words))
        let share = usesWords ? (queries.isEmpty ? 1 : options.lexicalWeight) : 0
        for place in all.indices {
            all[place].standing = (1 - share) * dense[place] + share * words[place]
            all[place].score = share == 0 ? all[place].similarity : all[place].standing
        }
        return weighed(affordable(all, options), options)
    }

    /// What the budget has room for: the window from its end, sinks, and the others by their scores.
    private func affordable(_ all: [Expected], _ options: OpeningOptions) -> [Expected] {
        let order =
            all.filter { $0.reason == .window }.reversed() + all.filter { $0.reason == .sink }
            + all.filter { $0.reason == .chosen }.sorted { (-$0.score, $0.block.number) < (-$1.score, $1.block.number) }
        var spent = 0
        var opened: Set<UInt32> = []
        for candidate in order {
            let (cost, limit) =
                switch options.budget {
                case .blocks(let limit): (1, limit)
                case .members(let limit): (candidate.block.positions.count, limit)
                case .bytes(let limit): (candidate.block.bytes, limit)
                }
            guard spent + cost <= limit else { continue }
            spent += cost
            opened.insert(candidate.block.number)
        }
        return all.filter { opened.contains($0.block.number) }
    }

    private func weighed(_ opened: [Expected], _ options: OpeningOptions) -> [Expected] {
        var opened = opened
        switch options.weighing {
        case .softmax(let scale):
            let highest = opened.map(\.similarity).max() ?? 0
            let sum = opened.reduce(0) { $0 + exponential(scale * ($1.similarity - highest)) }
            for place in opened.indices {
                opened[place].weight = exponential(scale * (opened[place].similarity - highest)) / sum
            }
        case .stickBreaking(let scale):
            func share(_ place: Int) -> Double { 1 / (1 + exponential(-scale * opened[place].similarity)) }
            for place in opened.indices {
                opened[place].weight = opened.indices[(place + 1)...].reduce(share(place)) { $0 * (1 - share($1)) }
            }
        }
        return opened
    }

    /// The scores of the members of opened blocks.
    func memberScores(
        _ opened: [Expected], _ queries: [[Float]], _ text: String?, _ options: OpeningOptions
    ) -> [[Double]] {
        let usesWords = text != nil && opened.contains { !$0.block.texts.isEmpty }
        let usesVectors = !queries.isEmpty && opened.contains { !$0.block.vectors.isEmpty }
        let likenesses = opened.flatMap { expected -> [Double] in
            guard !expected.block.vectors.isEmpty else { return expected.block.positions.map { _ in 0 } }
            return expected.block.vectors.map { vector in
                aggregated(
                    queries.map { query in
                        let unit = isAngular ? Reference.unit(query).map { Float($0) } : query
                        return likeness(unit, vector)
                    }, options)
            }
        }
        let words = wordScores(opened, Set((text ?? "").split(separator: " ").map(String.init)))
        let share = usesWords ? (usesVectors ? options.lexicalWeight : 1) : 0
        let (dense, lexical) = (Reference.standardized(likenesses), Reference.standardized(words))
        let own = dense.indices.map { (usesVectors ? (1 - share) * dense[$0] : 0) + share * lexical[$0] }
        let places = opened.flatMap { expected in expected.block.positions.map { (expected.block.stream, $0) } }
        var start = 0
        return opened.map { expected in
            defer { start += expected.block.positions.count }
            return expected.block.positions.indices.enumerated().map { offset, _ in
                let place = start + offset
                let around = places.indices.filter { other in
                    let distance = Int(places[other].1) - Int(places[place].1)
                    return other != place && places[other].0 == places[place].0 && abs(distance) <= options.reach
                }
                return own[place] + 0.4 * (around.map { own[$0] }.max() ?? 0) + 0.3 * expected.standing
            }
        }
    }

    private func wordScores(_ opened: [Expected], _ terms: Set<String>) -> [Double] {
        let documents = opened.flatMap { expected in
            expected.block.positions.indices.enumerated().map { offset, _ in
                offset < expected.block.texts.count
                    ? expected.block.texts[offset].split(separator: " ").map(String.init) : []
            }
        }
        let mean = max(1, Double(documents.reduce(0) { $0 + $1.count }) / Double(documents.count))
        let rows = blocks.filter { !$0.texts.isEmpty }
        let members = Double(blocks.reduce(0) { $0 + $1.positions.count })
        let perBlock = members / Double(blocks.count)
        return documents.map { words in
            terms.reduce(0) { sum, term in
                let having = Double(rows.count { $0.words.contains(term) })
                let share = min(having / Double(rows.count), 1 - 0.5 / Double(rows.count))
                let frequency = ((1 - exponential(naturalLogarithm(1 - share) / perBlock)) * members).rounded()
                let weight = naturalLogarithm(1 + (members - frequency + 0.5) / (frequency + 0.5))
                let count = Double(words.count { $0 == term })
                return sum + weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * Double(words.count) / mean))
            }
        }
    }

    /// Expects an opening to be what it should be.
    func expect(_ opening: BlockOpening, is expected: [Expected], _ circumstances: String) {
        #expect(opening.blocks.map(\.number) == expected.map(\.block.number), "\(circumstances)")
        guard opening.blocks.count == expected.count else { return }
        for (opened, expected) in zip(opening.blocks, expected) {
            let what = "block \(opened.number), \(circumstances)"
            #expect(opened.stream == expected.block.stream, "\(what)")
            #expect(opened.positions == expected.block.positions, "\(what)")
            #expect(opened.texts == expected.block.texts, "\(what)")
            #expect(opened.reason == expected.reason, "\(what)")
            #expect(isNear(opened.similarity, expected.similarity), "\(what)")
            #expect(isNear(opened.words, expected.words, 1e-4), "\(what)")
            #expect(isNear(opened.score, expected.score, 1e-3), "\(what)")
            #expect(isNear(opened.weight, expected.weight, 1e-4), "\(what)")
        }
    }
}
