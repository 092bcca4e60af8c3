// Loci, Apache License 2.0.

import Loci
import LociText

extension Memory {
    /// The kinds of units that can be made of turns.
    public static let derivedKinds: Set<UnitKind> = [.block, .summary, .keyword, .questionAnswer]

    /// Makes units of the turns of sessions that have none, or whose turns have changed since: blocks, summaries, keywords, questions
    /// with answers.
    ///
    /// Nothing of this happens when something is remembered: call it when there is time. Each has the turns that it was made of as its
    /// provenance, and the key `derived/<kind>/<session number>/<n>`; where the turns have changed, it is changed in place. Where they
    /// are gone, it goes. What was done is kept when the work ends early, session by session, and a call that finds all up to date writes
    /// nothing. A session that gives no keywords or questions is looked at again each time.
    ///
    /// Of a long session there are several summaries: one for each part of up to 1,000 turns and 64 KiB. Vectors are made by the
    /// store's embedder, or are the mean of those of the turns where there is none.
    /// - Parameters:
    ///   - kinds: What is to be made.
    ///   - sessions: The caller's names of the sessions; nil for all.
    ///   - summarizer: Makes summaries.
    ///   - keywordExtractor: Makes keywords.
    ///   - questionMaker: Makes questions with answers; it is needed for these.
    ///   - blockTurns: How many turns a block has, 2 to 1,000.
    ///   - again: Whether to make all anew, as after a change of hooks.
    ///   - progress: Called with how many sessions are done, of how many. What it throws ends the work.
    /// - Returns: How many units were written.
    /// - Throws: `MemoryError.namespaceNotFound`, `.sessionNotFound`, `.parameter`, `.otherModel`, `.hook`; `TextError`; what a hook
    ///   throws: of its session and kind nothing is written then.
    @discardableResult
    public func derive(
        _ kinds: Set<UnitKind>, sessions: [String]? = nil, summarizer: any Summarizer = ExtractiveSummarizer(),
        keywordExtractor: any KeywordExtractor = WeightedKeywordExtractor(),
        questionMaker: (any QuestionMaker)? = nil, blockTurns: Int = 5, again: Bool = false,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws -> Int {
        if let kind = kinds.subtracting(Self.derivedKinds).min(by: { $0.rawValue < $1.rawValue }) {
            throw MemoryError.parameter(name: "a kind", value: "\(kind)", allowed: "block, summary, keyword or qa")
        }
        guard (2...UnitAdmission.maximumProvenance).contains(blockTurns) else {
            throw MemoryError.parameter(
                name: "the turns of a block", value: "\(blockTurns)", allowed: "2 to \(UnitAdmission.maximumProvenance)"
            )
        }
        if kinds.contains(.questionAnswer), questionMaker == nil {
            throw MemoryError.parameter(
                name: "the maker of questions", value: "none", allowed: "given where questions are to be made")
        }
        let hooks = DerivationHooks(
            memory: self, summarizer: summarizer, keywordExtractor: keywordExtractor, questionMaker: questionMaker)
        let numbers = try numbers(of: sessions)
        var count = 0
        for (done, number) in numbers.enumerated() {
            try progress(done, numbers.count)
            for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) {
                try Task.checkCancellation()
                let turns = kind == .block ? blockTurns : UnitAdmission.maximumProvenance
                count += try await derive(kind, of: number, turnsEach: turns, again: again, hooks)
            }
        }
        try progress(numbers.count, numbers.count)
        return count
    }

    /// The numbers of sessions, in the order in which they began.
    private func numbers(of sessions: [String]?) throws -> [UInt32] {
        try read { reader in
            guard let sessions else { return try reader.sessions().map(\.number) }
            return try Set(
                sessions.map { name in
                    guard let number = try reader.sessionNumber(name) else { throw MemoryError.sessionNotFound(name) }
                    return number
                }
            ).sorted()
        }
    }

    private func derive(
        _ kind: UnitKind, of number: UInt32, turnsEach count: Int, again: Bool, _ hooks: DerivationHooks
    ) async throws -> Int {
        let now = store.clock()
        let found: SessionDerivation? = try read { reader in
            // It may have been forgotten since the work began.
            guard try reader.records.value(for: NamespaceKeys.session(number)) != nil else { return nil }
            return try SessionDerivation(kind, of: number, turnsEach: count, again: again, now: now, reader)
        }
        guard var work = found, !work.isEmpty else { return 0 }
        for (part, source) in work.stale {
            for (text, place) in zip(try await hooks.texts(kind, source), work.keys.numbers(ofPart: part)) {
                work.drafts.append(SessionDerivation.Draft(key: work.keys.key(place), text: text, source: source))
            }
        }
        let isEmbedded = store.embedder != nil && !work.drafts.isEmpty
        let vectors = isEmbedded ? try await store.vectors(of: work.drafts.map(\.text)) : nil
        let done = work
        return try write { writer in
            if let vectors {
                try store.requireModel(of: writer.settings, namespace)
                for (place, vector) in vectors.enumerated() {
                    try UnitAdmission.validate(vector, dimension: writer.settings.dimension, index: place)
                }
            }
            return try done.write(vectors, in: &writer, now: store.clock())
        }
    }
}

/// What makes texts out of turns.
private struct DerivationHooks {
    let memory: Memory
    let summarizer: any Summarizer
    let keywordExtractor: any KeywordExtractor
    let questionMaker: (any QuestionMaker)?

    /// The texts that a part gives, in their order.
    /// - Throws: `MemoryError.hook` for what cannot be stored; what the hook throws.
    func texts(_ kind: UnitKind, _ source: DerivedSource) async throws -> [String] {
        switch kind {
        case .turn, .session: return []
        case .block: return [DerivedText.joined(source.turns)]
        case .summary:
            return [try DerivedText.checked(try await summarizer.summarize(source.turns), of: "the summarizer")]
        case .keyword:
            let words = try await keywordExtractor.keywords(of: source.turns, in: memory)
            guard let text = DerivedText.keywords(words) else { return [] }
            return [try DerivedText.checked(text, of: "the keyword extractor")]
        case .questionAnswer:
            let made = try await questionMaker?.questions(on: source.turns) ?? []
            return try made.prefix(DerivedKey.questionsPerPart).map { pair in
                for part in [pair.question, pair.answer] { _ = try DerivedText.checked(part, of: "the question maker") }
                return try DerivedText.checked(pair.text, of: "the question maker")
            }
        }
    }
}
