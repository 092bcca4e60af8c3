// Loci, Apache License 2.0.

import LociText

extension BlockStore {
    /// Opens the blocks that matter to a text, by its vector and by its words.
    /// - Parameters:
    ///   - text: The text.
    ///   - options: Which, and how many.
    /// - Throws: `MemoryError.emptyQuery`, `.otherModel`, `.streamNotFound`, `.parameter`; `TextError`.
    public func open(_ text: String, _ options: OpeningOptions = OpeningOptions()) async throws -> BlockOpening {
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw MemoryError.emptyQuery }
        try options.validate()
        return try open(queries: try await embedder?.embed([text]) ?? [], text: text, options)
    }

    /// Opens the blocks that matter to some queries.
    ///
    /// What was opened is noted for eviction, and written with the next append, or by ``saveUses()``.
    /// - Parameters:
    ///   - queries: Vectors of the store's dimension; none to go by words alone.
    ///   - text: What words are looked for; nil to go by vectors alone.
    ///   - options: Which, and how many.
    /// - Throws: `MemoryError.emptyQuery`, `.otherModel`, `.streamNotFound`, `.parameter`.
    /// - Complexity: That of a search a query, whatever the number of blocks, and reading what is opened.
    public func open(
        queries: [[Float]], text: String? = nil, _ options: OpeningOptions = OpeningOptions()
    ) throws -> BlockOpening {
        let opening = try read { try open(queries: queries, text: text, options, in: $0) }
        note(NotedOpening(opening))
        return opening
    }

    /// Opens blocks of the store as a reader has it. Nothing is noted.
    /// - Throws: As ``open(queries:text:_:)``.
    package func open(
        queries: [[Float]], text: String?, _ options: OpeningOptions, in reader: BlockReader
    ) throws -> BlockOpening {
        try requireModel(of: reader.settings)
        return try reader.open(queries: queries, text: text, options)
    }

    /// Attends to the keys and values of the blocks of an opening, and notes how much attention each got.
    /// - Throws: As ``BlockReader/attend(_:over:_:)``.
    public func attend(
        _ queries: [[Float]], over opening: BlockOpening, _ options: AttentionOptions = AttentionOptions()
    ) throws -> BlockAttention {
        let attention = try read { try $0.attend(queries, over: opening.weighted, options) }
        note(NotedOpening(uses: Array(zip(opening.blocks.map(\.number), attention.masses))))
        return attention
    }
}

extension BlockReader {
    /// Opens the blocks that matter to some queries; see ``BlockStore/open(queries:text:_:)``. Nothing is noted.
    public func open(
        queries: [[Float]], text: String? = nil, _ options: OpeningOptions = OpeningOptions()
    ) throws -> BlockOpening {
        try options.validate()
        guard settings.blocks > 0 else { return BlockOpening(blocks: []) }
        let query = try BlockQuery(queries, text: text, options, in: settings)
        let candidates = try BlockCandidates(reader: self, query: query, options: options).run()
        let records = try blocks(candidates.map(\.block))
        let chosen = BlockBudget(options.budget).choose(candidates, records)
            .sorted { (records[$0].stream, records[$0].first) < (records[$1].stream, records[$1].first) }
        let weights = options.weighing.weights(chosen.map { candidates[$0].similarity })
        let texts = try chosen.map { try self.texts(of: candidates[$0].block) }
        let scores =
            options.scoresMembers
            ? try MemberScores(reader: self, query: query, options: options).run(
                zip(chosen, texts).map { place, texts in
                    MemberScores.Block(
                        record: records[place], standing: candidates[place].standing,
                        vectors: try vectors(of: candidates[place].block), texts: texts)
                }) : chosen.map { _ in [] }
        let stingy = stingyPositions(chosen.map { (records[$0], candidates[$0].reason) })
        var names: [UInt32: String] = [:]
        return BlockOpening(
            blocks: try chosen.enumerated().map { index, place in
                let (record, item) = (records[place], candidates[place])
                let name = try names[record.stream] ?? stream(record.stream).name
                names[record.stream] = name
                return OpenedBlock(
                    number: item.block, stream: name, positions: record.first..<record.end,
                    stingyPosition: stingy[index],
                    reason: item.reason, score: item.score, similarity: item.similarity, words: item.words,
                    weight: weights[index], memberScores: scores[index], texts: texts[index])
            })
    }

    private func stingyPositions(_ blocks: [(record: BlockRecord, reason: OpenedBlock.Reason)]) -> [UInt64] {
        let size = UInt64(settings.configuration.blockSize)
        let window = blocks.first { $0.reason == .window }?.record
        let far = blocks.filter { $0.reason != .window }.map(\.record)
        let places = StingyPositions.places(
            distances: far.map { record in
                guard let window, window.stream == record.stream, record.first < window.first else { return nil }
                return Int(clamping: (window.first - record.first) / size)
            })
        var next = 0
        return blocks.map { record, reason in
            if reason == .window, let window { return UInt64(far.count + 1) * size + record.first - window.first }
            defer { next += 1 }
            return UInt64(places[next]) * size
        }
    }
}

/// Chooses blocks as far as a budget goes.
struct BlockBudget {
    private let budget: OpeningOptions.Budget

    init(_ budget: OpeningOptions.Budget) { self.budget = budget }

    /// The places of those that are opened: first what is opened in any case, from the last blocks back, and then by scores. A block
    /// for which there is no room is left out, and smaller ones may still come.
    func choose(_ candidates: [BlockCandidates.Item], _ records: [BlockRecord]) -> [Int] {
        func rank(_ reason: OpenedBlock.Reason) -> Int { reason == .window ? 0 : reason == .sink ? 1 : 2 }
        let order = candidates.indices.sorted { left, right in
            let (first, second) = (candidates[left], candidates[right])
            if first.reason != second.reason { return rank(first.reason) < rank(second.reason) }
            switch first.reason {
            case .window: return records[left].first > records[right].first
            case .sink: return records[left].first < records[right].first
            case .chosen: return (first.score, right) > (second.score, left)
            }
        }
        var left: Int
        var chosen: [Int] = []
        switch budget {
        case .blocks(let count), .members(let count), .bytes(let count): left = count
        }
        for place in order where left > 0 {
            let cost = cost(of: records[place])
            guard cost <= left else { continue }
            left -= cost
            chosen.append(place)
        }
        return chosen
    }

    private func cost(of record: BlockRecord) -> Int {
        switch budget {
        case .blocks: 1
        case .members: record.count
        case .bytes: record.bytes
        }
    }
}

extension OpeningOptions.Weighing {
    /// The weights of blocks in the order of their positions.
    func weights(_ similarities: [Double]) -> [Double] {
        switch self {
        case .softmax(let scale):
            let highest = similarities.max() ?? 0
            let powers = similarities.map { exponential(scale * ($0 - highest)) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        case .stickBreaking(let scale):
            var left = 1.0
            return similarities.reversed().map { similarity in
                let share = 1 / (1 + exponential(-scale * similarity))
                defer { left *= 1 - share }
                return left * share
            }.reversed()
        }
    }
}
