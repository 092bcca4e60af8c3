// Loci, Apache License 2.0.

/// What a memory answers to a question.
public struct Recall: Sendable, Equatable {
    /// A unit that answers, and why.
    public struct Passage: Sendable, Equatable {
        /// The unit.
        public let unit: MemoryUnit
        /// What is to be read: the text with who said it, or what a filter hook left of it.
        public let text: String
        /// Higher is better; only scores of one recall can be compared.
        public let score: Double
        /// What each stage gave to the score.
        public let parts: [RecallStage: Double]
        /// The cosine of the angle between the vectors of the question and the unit; for a session, that of its best turn; nil where vectors
        /// did not count.
        public let cosine: Double?
        /// About how many tokens the text has.
        public let tokens: Int
    }

    /// The units, the best first, or in the order of time.
    public let passages: [Passage]
    /// About how many tokens they have together.
    public var tokens: Int { passages.reduce(0) { $0 + $1.tokens } }

    /// All passages as one text, a line each.
    public var text: String { passages.map(\.text).joined(separator: "\n") }
}

/// Looks at what was found and drops what has nothing to do with the question, or shortens it, as a model may.
public protocol RecallFilter: Sendable {
    /// What is to be kept of passages, in their order: nil for nothing, else a text.
    /// - Throws: Whatever ends the recall.
    func filter(_ passages: [Recall.Passage], question: String) async throws -> [String?]
}

extension Memory {
    /// About how many tokens a text has: one for four bytes, as byte-pair vocabularies of English text come to.
    static func tokens(of text: String) -> Int { (text.utf8.count + 3) / 4 }

    /// Finds what answers a question.
    ///
    /// ```swift
    /// let recall = try await memory.recall("Where does Ana live?")
    /// ```
    /// - Parameters:
    ///   - question: The question, in plain words.
    ///   - options: What is asked for.
    ///   - vector: The question's vector by the memory's model; nil to have the store's embedder make it.
    ///   - filter: Looks at what was found before it is given; nil for none.
    /// - Returns: The passages; none of a memory with nothing in it.
    /// - Throws: `MemoryError.namespaceNotFound`, `.emptyQuery`, `.parameter`, `.otherModel`, `.badVector`; `TextError`.
    /// - Complexity: That of a search by vector and one by words, and O(candidates · (dimension + words)); it does not grow with
    ///   the memory beyond what these do.
    public func recall(
        _ question: String, _ options: RecallOptions = RecallOptions(), vector: [Float]? = nil,
        filter: (any RecallFilter)? = nil
    ) async throws -> Recall {
        try Self.check(question, options)
        var vector = vector
        if vector == nil, options.stages.contains(.dense), store.embedder != nil {
            vector = try await store.vectors(of: [question]).first
        }
        let found = try passages(question, options, vector: vector)
        guard let filter else { return Recall(taking: found, options) }
        let kept = try await filter.filter(found, question: question)
        guard kept.count == found.count else {
            throw MemoryError.hook(
                name: "the filter",
                reason: "it gave \(kept.count) texts for \(found.count) passages; give one each, or nil")
        }
        return Recall(
            taking: zip(found, kept).compactMap { passage, text in
                text.map { text in
                    Recall.Passage(
                        unit: passage.unit, text: text, score: passage.score, parts: passage.parts,
                        cosine: passage.cosine, tokens: Self.tokens(of: text))
                }
            }, options)
    }

    /// The passages that answer a question, best first, of one moment.
    func passages(_ question: String, _ options: RecallOptions, vector: [Float]?) throws -> [Recall.Passage] {
        try read { reader in
            if let vector {
                try store.requireModel(of: reader.settings, namespace)
                try UnitAdmission.validate(vector, dimension: reader.settings.dimension, index: 0)
            }
            let pipeline = RecallPipeline(
                reader: reader, options: options, now: store.clock(), text: question, vector: vector)
            return try pipeline.run().compactMap { ranked in
                guard let unit = try reader.unit(ranked.id) else { return nil }
                return Recall.Passage(
                    unit: unit, text: unit.spokenText, score: ranked.score, parts: ranked.parts, cosine: ranked.cosine,
                    tokens: Self.tokens(of: unit.spokenText))
            }
        }
    }
}
