// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociWords

/// What blocks are opened for.
struct BlockQuery {
    /// Vectors; of unit length where only directions count.
    let vectors: [[Float]]
    /// The words of a text that tell something; none where words do not count.
    let words: [ContentWords.Word]
    let text: WordQuery?

    /// - Throws: `MemoryError.parameter`, `.emptyQuery`.
    init(_ queries: [[Float]], text: String?, _ options: OpeningOptions, in settings: BlockSettings) throws {
        guard queries.allSatisfy({ $0.count == settings.dimension && $0.allSatisfy(\.isFinite) }) else {
            let other = queries.first { $0.count != settings.dimension }
            throw MemoryError.parameter(
                name: "a query",
                value: other.map { "\($0.count) numbers" } ?? "a vector with a number that is not finite",
                allowed: "\(settings.dimension) finite numbers, as the store's vectors have")
        }
        vectors = try queries.map { query in
            guard settings.configuration.isAngular else { return query }
            let length = query.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length > 0 else {
                throw MemoryError.parameter(name: "a query", value: "zero", allowed: "a vector with a direction")
            }
            return query.map { Float(Double($0) / length) }
        }
        guard let text, options.lexicalWeight > 0 || queries.isEmpty else {
            (words, self.text) = ([], nil)
            guard !queries.isEmpty else { throw MemoryError.emptyQuery }
            return
        }
        let content = try ContentWords(text, WordAnalyser.usable(settings.configuration.language))
        (words, self.text) = (content.words, content.query)
        if queries.isEmpty, content.words.isEmpty { throw MemoryError.emptyQuery }
    }
}

/// The blocks that an opening considers: those with the nearest landmarks, those with the most words in common, and those that are opened
/// in any case.
struct BlockCandidates {
    /// One of them.
    struct Item {
        let block: UInt32
        var reason = OpenedBlock.Reason.chosen
        var similarity = 0.0
        var words = 0.0
        /// What it is chosen by.
        var score = 0.0
        /// The same, standardized among the candidates.
        var standing = 0.0
    }

    let reader: BlockReader
    let query: BlockQuery
    let options: OpeningOptions

    func run() throws -> [Item] {
        guard let landmarks = reader.landmarks else { return [] }
        var items: [UInt32: Item] = [:]
        func note(_ block: UInt32, _ change: (inout Item) -> Void) {
            change(&items[block, default: Item(block: block)])
        }
        let stream = try options.stream.map { name in
            guard let found = try reader.stream(name) else { throw MemoryError.streamNotFound(name) }
            return found.number
        }
        if let stream { try always(of: stream) { block, reason in note(block) { $0.reason = reason } } }
        let filter = try stream.map { try Filter(.field(BlockAttributes.stream) == .init(.number(Double($0)))) }
        let wanted = wantedCandidates
        for vector in query.vectors {
            var search = SearchOptions(k: wanted)
            search.filter = filter
            for neighbor in try landmarks.neighbours(of: vector, search) {
                if let block = neighbor.id.block { note(block) { _ in } }
            }
        }
        if let text = query.text {
            let search = WordSearchOptions(k: wanted, filter: filter)
            for match in try landmarks.search(words: text, in: BlockAttributes.text, search) {
                if let block = match.id.block { note(block) { $0.words = match.score } }
            }
        }
        var sorted = items.values.sorted { $0.block < $1.block }
        try measure(&sorted, landmarks)
        score(&sorted)
        return sorted
    }

    /// How many blocks each channel gives.
    private var wantedCandidates: Int {
        let settings = reader.settings
        let blocks =
            switch options.budget {
            case .blocks(let count): count
            case .members(let count): count / settings.configuration.blockSize + 1
            case .bytes(let count): min(count / max(1, settings.bytes / max(1, settings.blocks)), 100_000) + 1
            }
        return min(max(1, settings.blocks), min(blocks, 100_000) * options.candidateFactor)
    }

    /// The first and the last blocks of a stream.
    private func always(of stream: UInt32, _ note: (UInt32, OpenedBlock.Reason) -> Void) throws {
        guard options.sinks + options.window > 0 else { return }
        var left = options.sinks
        if left > 0 {
            try reader.forEachBlock(of: stream) { block in
                note(block, .sink)
                left -= 1
                return left > 0
            }
        }
        if options.window > 0 {
            let next = try reader.stream(stream).next
            let reach = UInt64(options.window) * UInt64(reader.settings.configuration.blockSize)
            var last: [UInt32] = []
            // Blocks of a stream are full but for the last, so that the window cannot begin before this.
            try reader.forEachBlock(of: stream, from: next > reach ? next - reach : 0) { block in
                last.append(block)
                return true
            }
            for block in last.suffix(options.window) { note(block, .window) }
        }
    }

    /// Measures how like the landmarks of each are to the queries.
    private func measure(_ items: inout [Item], _ landmarks: Loci.Collection) throws {
        guard !query.vectors.isEmpty, !items.isEmpty else { return }
        let ids = items.map { VectorID(block: $0.block) }
        let isAngular = reader.settings.configuration.isAngular
        var similarities: [[Double]] = []
        switch options.landmarkScore {
        case .maximum:
            similarities = try landmarks.distances(from: query.vectors, to: ids).map { distances in
                distances.map { isAngular ? 1 - Double($0) : -Double($0) }
            }
        case .sum:
            similarities = query.vectors.map { _ in [] }
            try landmarks.forEachRow(of: ids) { _, vectors in
                // A collection may keep the lengths that landmarks were given with.
                let lengths = vectors.map { isAngular ? dotProduct($0[...], $0[...]).squareRoot() : 1 }
                for (place, query) in query.vectors.enumerated() {
                    similarities[place].append(
                        zip(vectors, lengths).reduce(0) { sum, landmark in
                            sum + (landmark.1 > 0 ? dotProduct(query[...], landmark.0[...]) / landmark.1 : 0)
                        })
                }
            }
        }
        for place in items.indices {
            items[place].similarity = options.aggregation.of(similarities.map { $0[place] })
        }
    }

    private func score(_ items: inout [Item]) {
        let dense = ChannelScores.standardized(items.map(\.similarity))
        let words = ChannelScores.standardized(items.map(\.words))
        let share = query.text == nil ? 0 : query.vectors.isEmpty ? 1 : options.lexicalWeight
        for place in items.indices {
            items[place].standing = (1 - share) * dense[place] + share * words[place]
            items[place].score = share == 0 ? items[place].similarity : items[place].standing
        }
    }
}

extension OpeningOptions.Aggregation {
    /// The scores of several queries made one.
    func of(_ scores: [Double]) -> Double {
        switch self {
        case .maximum: scores.max() ?? 0
        case .mean: scores.reduce(0, +) / Double(max(1, scores.count))
        }
    }
}

/// The inner product of two vectors of the same number of components.
func dotProduct(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>) -> Double {
    zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
}
