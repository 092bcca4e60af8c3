// Loci, Apache License 2.0.

import Loci
public import LociFiles

/// Remembers conversations, each in a namespace of its own, asks all questions, and compares what is recalled with what is known to
/// answer.
public struct RecallBenchmark {
    /// A way to recall that is measured.
    public struct Configuration: Sendable {
        /// What it is called.
        public let name: String
        /// What is asked for; the unit and the number are the benchmark's.
        public let options: RecallOptions

        /// A way to recall.
        public init(_ name: String, _ options: RecallOptions) { (self.name, self.options) = (name, options) }
    }

    /// What one configuration reached.
    public struct Result: Sendable {
        /// What the configuration is called.
        public let name: String
        /// Of all questions.
        public let metrics: RetrievalMetrics
        /// Of those of each category, in the order of the names.
        public let categories: [(name: String, metrics: RetrievalMetrics)]
        /// Milliseconds that a recall of ten took: the median, and what one in a hundred exceeds.
        public let latency: (p50: Double, p99: Double)
    }

    /// When all is remembered and asked, in seconds since the beginning of 1970. The text of a time has not always as many bytes, bytes
    /// decide how many units are linked into the graph together, and so what is found of a hundred thousand turns would depend on the
    /// clock.
    public static let moment = 1_700_000_000.0

    /// The conversations.
    public let set: ConversationSet
    private let store: MemoryStore
    /// A vector for each question; nil where the store's embedder makes them.
    private let queries: VectorFile?
    private var remembered: [(memory: Memory, turns: [String: UnitID])] = []
    /// How many turns were remembered a second.
    public private(set) var turnsPerSecond = 0.0

    /// Remembers all conversations.
    /// - Parameters:
    ///   - set: The conversations.
    ///   - turns: A vector for each turn; nil to have the store's embedder make them.
    ///   - queries: A vector for each question; nil to have the store's embedder make them.
    ///   - summaries: A vector for each session's summary; nil to leave summaries out, or to have the store's embedder make them.
    ///   - store: Has no embedder where vectors are given, and none of the namespaces. Its clock should stand at ``moment``.
    ///   - progress: Called with how many conversations are remembered, of how many.
    /// - Throws: `MemoryError.badConversations` for files of other numbers of rows.
    public init(
        _ set: ConversationSet, turns: VectorFile?, queries: VectorFile?, summaries: VectorFile?, in store: MemoryStore,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws {
        let counts = set.counts
        let files = [
            (turns, counts.turns, "turns"), (queries, counts.queries, "questions"),
            (summaries, counts.sessions, "sessions"),
        ]
        for (file, count, what) in files {
            guard let file else { continue }
            guard file.count == count else {
                throw MemoryError.badConversations(
                    path: file.path, reason: "it has \(file.count) vectors, and there are \(count) \(what)")
            }
            guard file.dimension == turns?.dimension ?? file.dimension else {
                throw MemoryError.badConversations(
                    path: file.path,
                    reason: "its vectors have \(file.dimension) numbers, and those of turns \(turns?.dimension ?? 0)")
            }
        }
        (self.set, self.store, self.queries) = (set, store, queries)
        var (row, summaryRow) = (0, 0)
        let start = ContinuousClock.now
        for (index, conversation) in set.conversations.enumerated() {
            try progress(index, set.conversations.count)
            let memory = try store.memory("bench/\(index)")
            var units: [NewUnit] = []
            var names: [String?] = []
            for (number, session) in conversation.sessions.enumerated() {
                // Sessions are told apart by their place: names need not be different.
                let name = "\(number) \(session.id.prefix(100))"
                for turn in session.turns {
                    // A turn without text keeps its place, and a vector.
                    let text = turn.text.allSatisfy(\.isWhitespace) ? "…" : turn.text
                    units.append(NewUnit(session: name, text: text, speaker: turn.speaker, vector: try turns?.row(row)))
                    names.append(turn.id)
                    row += 1
                }
                if summaries != nil || turns == nil, let summary = session.summary, !summary.allSatisfy(\.isWhitespace)
                {
                    let vector = try summaries?.row(summaryRow)
                    units.append(NewUnit(.summary, session: name, text: String(summary.prefix(8_000)), vector: vector))
                    names.append(nil)
                }
                summaryRow += 1
            }
            var ids: [UnitID] = []
            while ids.count < units.count {
                let portion = units[ids.count...].prefix(Memory.maximumUnitsPerCall)
                ids += try await memory.remember(Array(portion)).map(\.id)
            }
            var turnIDs: [String: UnitID] = [:]
            for (name, id) in zip(names, ids) {
                // Of two turns of one name the first is meant.
                if let name, turnIDs[name] == nil { turnIDs[name] = id }
            }
            remembered.append((memory, turnIDs))
        }
        try progress(set.conversations.count, set.conversations.count)
        let elapsed = ContinuousClock.now - start
        turnsPerSecond = Double(counts.turns) / max(1e-9, elapsed / .seconds(1))
    }

    /// How deep rankings are looked at.
    static let depth = 100

    /// Asks all questions in one way.
    public func run(_ configuration: Configuration, unit: UnitKind) async throws -> Result {
        var metrics = RetrievalMetrics()
        var categories: [String: RetrievalMetrics] = [:]
        var times: [Double] = []
        var row = 0
        var (options, deep) = (configuration.options, configuration.options)
        (options.unit, options.k) = (unit, 10)
        (deep.unit, deep.k) = (unit, Self.depth)
        for (conversation, (memory, turns)) in zip(set.conversations, remembered) {
            for query in conversation.queries {
                let vector = try await vector(of: query, row: row)
                row += 1
                let evidence = Set(query.evidence.compactMap { turns[$0] })
                let wanted = unit == .session ? Set(evidence.map { Self.session(of: $0) }) : evidence
                guard !wanted.isEmpty else { continue }
                let start = ContinuousClock.now
                _ = try await memory.recall(query.text, options, vector: vector)
                times.append((ContinuousClock.now - start) / .milliseconds(1))
                let ranking = try memory.read { reader in
                    try RecallPipeline(
                        reader: reader, options: deep, now: store.clock(), text: query.text, vector: vector
                    ).run()
                }
                let hits = ranking.map { wanted.contains(unit == .session ? Self.session(of: $0.id) : $0.id) }
                metrics.add(hits: hits, wanted: wanted.count)
                categories[query.category ?? "none", default: RetrievalMetrics()].add(hits: hits, wanted: wanted.count)
            }
        }
        times.sort()
        func percentile(_ share: Double) -> Double {
            times.isEmpty ? 0 : times[min(times.count - 1, Int(share * Double(times.count)))]
        }
        return Result(
            name: configuration.name, metrics: metrics,
            categories: categories.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            latency: (percentile(0.5), percentile(0.99)))
    }

    private func vector(of query: ConversationSet.Query, row: Int) async throws -> [Float]? {
        if let queries { return try queries.row(row) }
        return try await store.vectors(of: [query.text]).first
    }

    private static func session(of id: UnitID) -> UnitID { UnitID(kind: .session, session: id.session, ordinal: 1) }

    /// Vectors alone, words alone, ranks and standard deviations of both, then the stages of a usual recall one after the other, and
    /// each other stage on top of these.
    public static var everyStage: [Configuration] {
        func configuration(
            _ name: String, _ stages: Set<RecallStage>, _ fusion: ChannelFusion = .adaptive
        ) -> Configuration {
            var options = RecallOptions()
            (options.stages, options.fusion) = (stages, fusion)
            return Configuration(name, options)
        }
        var list = [
            configuration("dense", [.dense]), configuration("BM25", [.lexical]),
            configuration("RRF", [.dense, .lexical], .reciprocalRank(k: 60)),
            configuration("z-score .6/.4", [.dense, .lexical], .zScore(dense: 0.6)),
        ]
        var stages: Set<RecallStage> = [.dense, .lexical]
        list.append(configuration("adaptive", stages))
        for stage in [RecallStage.spread, .statements, .context, .parent] {
            stages.insert(stage)
            list.append(configuration("+ \(stage)", stages))
        }
        list.append(configuration("default", RecallOptions.standardStages))
        for stage in [RecallStage.router, .association, .diversity] {
            list.append(configuration("default, \(stage)", RecallOptions.standardStages.union([stage])))
        }
        return list
    }
}
