// Loci, Apache License 2.0.

import Loci
import LociAttributes

/// One recall: candidates, then stage after stage, each of which adds to the scores and says how much.
struct RecallPipeline {
    let reader: NamespaceReader
    let options: RecallOptions
    let now: Double
    let text: String
    let vector: [Float]?

    /// The units that answer, best first, with what each stage gave them.
    struct Ranked {
        let id: UnitID
        let score: Double
        let parts: [RecallStage: Double]
        let cosine: Double?
    }

    /// The kind whose units are searched: sessions are found by their turns.
    private var searched: UnitKind { options.unit == .session ? .turn : options.unit }

    func run() throws -> [Ranked] {
        guard let collection = try reader.collection(searched), try collection.count > 0 else { return [] }
        let stages = options.stages
        let question = try Question(
            text, vector: stages.contains(.dense) ? vector : nil, language: reader.settings.language,
            usesWords: stages.contains(.lexical), in: collection)
        let dimension = reader.settings.dimension
        let statistics =
            try reader.records.withValue(for: NamespaceKeys.statistics(of: searched)) {
                try KindStatistics(decoding: $0, dimension: dimension)
            } ?? KindStatistics(dimension: dimension)
        let search = CandidateSearch(
            reader: reader, collection: collection, kind: searched, options: options, question: question,
            statistics: statistics, filter: try filter())
        var pool = try search.run()
        guard !pool.items.isEmpty else { return [] }
        let channels = ChannelScores(question: question, options: options, statistics: statistics)
        score(&pool, channels)
        if stages.contains(.association), searched == .turn {
            let stage = AssociationStage(reader: reader)
            let masses = try stage.masses(from: pool)
            let added = stage.additions(masses, to: pool)
            if !added.isEmpty, search.filter == nil {
                pool = try search.extended(pool, by: added)
                score(&pool, channels)
            }
            stage.run(masses, on: &pool)
        }
        if stages.contains(.router), let vector = question.vector {
            try GranularityRouter(reader: reader, vector: vector).run(on: &pool)
        }
        if stages.contains(.recency) {
            TimeStages.recency(on: &pool, now: options.asOf ?? now, halfLife: options.halfLife)
        }
        if stages.contains(.importance) { TimeStages.importance(on: &pool) }
        if options.unit == .session {
            return try SessionRanking(reader: reader, question: question, text: text, options: options).rank(pool)
        }
        return try ranked(pool, collection)
    }

    private func score(_ pool: inout RecallPool, _ channels: ChannelScores) {
        channels.run(on: &pool)
        guard searched == .turn || searched == .block else { return }
        if options.stages.contains(.statements) { ContextStages.statements(on: &pool) }
        if options.stages.contains(.context) { ContextStages.context(on: &pool, reach: options.reach) }
        if options.stages.contains(.parent) { ContextStages.parent(on: &pool) }
    }

    private func ranked(_ pool: RecallPool, _ collection: Collection) throws -> [Ranked] {
        let isDiverse = options.stages.contains(.diversity)
        var best = pool.best(isDiverse ? min(pool.items.count, 3 * options.k) : options.k)
        var penalties: [Int: Double] = [:]
        if isDiverse {
            var vectors: [[Float]] = []
            try collection.forEach(of: best.map { pool.items[$0].id.vectorID }) { _, vector in vectors.append(vector) }
            let order = Diversity.order(
                best, scores: best.map { pool.items[$0].score }, vectors: vectors, share: options.diversity)
            best = order.prefix(options.k).map(\.place)
            penalties = Dictionary(uniqueKeysWithValues: order.map { ($0.place, $0.penalty) })
        }
        return best.map { place in
            let item = pool.items[place]
            var parts = pool.parts(of: place)
            parts[.diversity] = penalties[place]
            return Ranked(
                id: item.id, score: item.score + (penalties[place] ?? 0), parts: parts,
                cosine: vector == nil ? nil : item.cosine)
        }
    }

    /// What may be found at all: nil where all may, which costs nothing.
    private func filter() throws -> Filter? {
        var terms: [FilterTerm] = []
        func number(_ value: Double) -> FilterTerm { FilterTerm(.number(value)) }
        if let time = options.time {
            let (field, written) = (FilterTerm.field(UnitAttributes.time), FilterTerm.field(UnitAttributes.written))
            terms.append(
                (field.exists && field >= number(time.lowerBound) && field <= number(time.upperBound))
                    || (!field.exists && written >= number(time.lowerBound) && written <= number(time.upperBound)))
        }
        let (archived, expires) = (FilterTerm.field(UnitAttributes.archived), FilterTerm.field(UnitAttributes.expires))
        if let asOf = options.asOf {
            terms.append(.field(UnitAttributes.written) <= number(asOf))
        }
        if reader.settings.hidden > 0 {
            let moment = number(options.asOf ?? now)
            if !options.includesArchived {
                terms.append(options.asOf == nil ? !archived.exists : (!archived.exists || archived > moment))
            }
            terms.append(!expires.exists || expires > moment)
        }
        guard !terms.isEmpty else { return options.filter }
        let own = FilterTerm.all(terms)
        guard let given = options.filter else { return try Filter(own) }
        return try Filter(parsing: "(\(Filter(own))) and (\(given))")
    }
}

/// Sessions, ranked by the turns of theirs that were found and by the words of the whole.
private struct SessionRanking {
    /// How much the mean of the best turns counts; the rest is for the best.
    private static let meanShare = 0.5
    private static let usualInformation = 10.0
    private static let parts = 300

    let reader: NamespaceReader
    let question: Question
    let text: String
    let options: RecallOptions

    func rank(_ pool: RecallPool) throws -> [RecallPipeline.Ranked] {
        let words = try wordScores()
        return pool.sessions.map { run -> RecallPipeline.Ranked in
            let session = pool.items[run.lowerBound].id.session
            let best = run.max { (pool.items[$0].score, $1) < (pool.items[$1].score, $0) } ?? run.lowerBound
            let greatest = pool.items[best].score
            var parts = pool.parts(of: best)
            let lexical = words[session] ?? 0
            let parent = Self.meanShare * (ContextStages.meanOfBest(run.map { pool.items[$0].score }) - greatest)
            parts[.lexical, default: 0] += lexical
            parts[.parent, default: 0] += parent
            return RecallPipeline.Ranked(
                id: UnitID(kind: .session, session: session, ordinal: 1), score: greatest + parent + lexical,
                parts: parts,
                cosine: pool.items[best].cosine)
        }
        .sorted { ($0.score, $1.id) > ($1.score, $0.id) }.prefix(options.k).map { $0 }
    }

    /// What the words of each session as a whole give it.
    private func wordScores() throws -> [UInt32: Double] {
        guard options.stages.contains(.lexical), let words = question.words,
            let collection = try reader.collection(.session), try collection.count > 0
        else { return [:] }
        let terms = try Question(
            text, vector: nil, language: reader.settings.language, usesWords: true, in: collection)
        let gain = (Self.usualInformation / max(terms.information, 1e-3)).squareRoot()
        var scores: [UInt32: Double] = [:]
        for match in try collection.search(words: words, in: UnitAttributes.text, WordSearchOptions(k: Self.parts)) {
            guard let id = UnitID(.session, match.id) else { continue }
            scores[id.session] = max(scores[id.session] ?? 0, gain * match.score)
        }
        return scores
    }
}
