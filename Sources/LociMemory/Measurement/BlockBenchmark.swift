// Loci, Apache License 2.0.

public import Loci
public import LociFiles

/// Cuts conversations into blocks of one store, asks all questions, and compares the turns that opened blocks hold with what is known to
/// answer: beside the nearest of all turns.
public struct BlockBenchmark: Sendable {
    /// What is opened, and by what.
    public struct Options: Sendable {
        /// Members of a block, and landmarks.
        public var configuration = BlockConfiguration()
        /// The share of all turns that may be opened.
        public var budget = 0.025

        /// The usual.
        public init() {}
    }

    /// What one way to find turns reached.
    public struct Result: Sendable {
        /// What it is called.
        public let name: String
        /// Of the best turns of what was opened.
        public let metrics: RetrievalMetrics
        /// The share of the answers that opened blocks hold; of the exhaustive scan, one.
        public let held: Double
        /// Blocks and turns that were opened, in the mean.
        public let (blocks, turns): (Double, Double)
        /// Milliseconds of an opening: the median, and what one in a hundred exceeds.
        public let latency: (p50: Double, p99: Double)
    }

    /// A question with the places of the turns that answer it.
    private struct Asked {
        let text: String
        let vector: [Float]
        let evidence: Set<Int>
    }

    /// How many blocks, landmarks and turns there are.
    public let info: BlockStore.Info
    private let store: BlockStore
    private let options: Options
    private var questions: [Asked] = []
    private var vectors: [Float] = []
    private let dimension: Int
    private var starts: [String: Int] = [:]

    /// Appends all conversations, a stream each session.
    /// - Parameters:
    ///   - set: The conversations.
    ///   - turns: A vector for each turn.
    ///   - queries: A vector for each question.
    ///   - database: Has no store of blocks of the name `bench`.
    ///   - options: Of the blocks.
    ///   - progress: Called with how many conversations are appended, of how many.
    /// - Throws: `MemoryError.badConversations` for files of other numbers of rows.
    public init(
        _ set: ConversationSet, turns: VectorFile, queries: VectorFile, in database: Database, _ options: Options,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws {
        let counts = set.counts
        for (file, count, what) in [(turns, counts.turns, "turns"), (queries, counts.queries, "questions")]
        where file.count != count || file.dimension != turns.dimension {
            throw MemoryError.badConversations(
                path: file.path,
                reason:
                    "it has \(file.count) vectors of \(file.dimension) numbers; there are \(count) \(what), and turns have "
                    + "\(turns.dimension)")
        }
        (self.options, dimension) = (options, turns.dimension)
        store = try BlockStore(database, name: "bench", embedder: nil, options.configuration)
        var (row, query) = (0, 0)
        for (index, conversation) in set.conversations.enumerated() {
            try progress(index, set.conversations.count)
            var places: [String: Int] = [:]
            var parts: [(stream: String, members: BlockMembers)] = []
            for (number, session) in conversation.sessions.enumerated() where !session.turns.isEmpty {
                let name = "\(index)/\(number)"
                starts[name] = row
                var members = BlockMembers(count: session.turns.count)
                for turn in session.turns {
                    places[turn.id] = row
                    members.texts.append(turn.speaker.map { "\($0): \(turn.text)" } ?? turn.text)
                    members.vectors += try turns.row(row)
                    row += 1
                }
                vectors += members.vectors
                parts.append((name, members))
            }
            try await store.append(parts)
            for asked in conversation.queries {
                let evidence = Set(asked.evidence.compactMap { places[$0] })
                if !evidence.isEmpty {
                    questions.append(Asked(text: asked.text, vector: try queries.row(query), evidence: evidence))
                }
                query += 1
            }
        }
        info = try store.info()
    }

    /// Asks all questions of all turns, one by one: what opened blocks are compared with.
    public func exhaustive() -> Result {
        var metrics = RetrievalMetrics()
        var times: [Double] = []
        let units = normalised(vectors)
        for question in questions {
            let start = ContinuousClock.now
            let query = normalised(question.vector)
            let scores = (0..<units.count / dimension).map { row in
                dotProduct(units[row * dimension..<(row + 1) * dimension], query[...])
            }
            times.append((ContinuousClock.now - start) / .milliseconds(1))
            let best = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(RecallBenchmark.depth)
            metrics.add(hits: best.map { question.evidence.contains($0) }, wanted: question.evidence.count)
        }
        return Result(
            name: "all turns, by vectors", metrics: metrics, held: 1, blocks: Double(info.blocks),
            turns: Double(info.members), latency: Self.percentiles(times))
    }

    /// Asks all questions.
    /// - Parameters:
    ///   - name: What the result is called.
    ///   - usesWords: Whether words count beside vectors.
    ///   - progress: Called with how many questions are answered, of how many.
    public func run(
        _ name: String, usesWords: Bool, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Result {
        var opening = OpeningOptions()
        opening.budget = .members(max(1, Int(options.budget * Double(info.members))))
        var metrics = RetrievalMetrics()
        var times: [Double] = []
        var (held, blocks, turns) = (0.0, 0, 0)
        for (index, question) in questions.enumerated() {
            try progress(index, questions.count)
            let start = ContinuousClock.now
            let opened = try store.open(
                queries: [question.vector], text: usesWords ? question.text : nil, opening)
            let best = opened.bestMembers(RecallBenchmark.depth)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
            let hits = best.map { member in
                question.evidence.contains((starts[member.stream] ?? 0) + Int(member.position))
            }
            metrics.add(hits: hits, wanted: question.evidence.count)
            let places = Set(
                opened.blocks.flatMap { block in
                    block.positions.map { (starts[block.stream] ?? 0) + Int($0) }
                })
            held += Double(question.evidence.intersection(places).count) / Double(question.evidence.count)
            (blocks, turns) = (blocks + opened.blocks.count, turns + opened.memberCount)
        }
        let count = Double(max(1, questions.count))
        return Result(
            name: name, metrics: metrics, held: held / count, blocks: Double(blocks) / count,
            turns: Double(turns) / count,
            latency: Self.percentiles(times))
    }

    private func normalised(_ vectors: [Float]) -> [Float] {
        var units = vectors
        for start in stride(from: 0, to: units.count, by: dimension) {
            let length = dotProduct(units[start..<start + dimension], units[start..<start + dimension]).squareRoot()
            for index in start..<start + dimension { units[index] = Float(Double(units[index]) / max(length, 1e-30)) }
        }
        return units
    }

    static func percentiles(_ times: [Double]) -> (p50: Double, p99: Double) {
        let sorted = times.sorted()
        func percentile(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }
        return (percentile(0.5), percentile(0.99))
    }
}
