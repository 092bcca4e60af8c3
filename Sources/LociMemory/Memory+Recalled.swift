// Loci, Apache License 2.0.

extension Memory {
    /// Says what is wrong with a question and its options, before a vector is made of it.
    /// - Throws: `MemoryError.emptyQuery`, `.badUnit`, `.parameter`.
    package static func check(_ question: String, _ options: RecallOptions) throws {
        try options.validate()
        guard question.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw MemoryError.emptyQuery
        }
        try UnitAdmission.validateText(question, index: 0)
    }

    /// What answers a question whose vector was made already, as ``recall(_:_:vector:filter:)`` gives it.
    /// - Parameter vector: Nil where vectors do not count.
    package func recalled(_ question: String, _ options: RecallOptions, vector: [Float]?) throws -> Recall {
        try Self.check(question, options)
        return Recall(taking: try passages(question, options, vector: vector), options)
    }
}

extension Recall {
    /// The best passages as far as the budget reaches; what does not fit any more is passed over for what does.
    init(taking passages: [Passage], _ options: RecallOptions) {
        var taken: [Passage] = []
        var tokens = 0
        for passage in passages where tokens + passage.tokens <= options.tokenBudget ?? .max {
            tokens += passage.tokens
            taken.append(passage)
        }
        if options.isInTimeOrder { taken.sort { $0.unit.id < $1.unit.id } }
        self.init(passages: taken)
    }
}
