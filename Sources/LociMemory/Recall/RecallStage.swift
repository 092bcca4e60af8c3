// Loci, Apache License 2.0.

/// A step of a recall, which can be left out.
public enum RecallStage: String, Sendable, CaseIterable, CustomStringConvertible {
    /// The nearness of vectors.
    case dense
    /// The words that question and unit have in common.
    case lexical
    /// Words of the turns around count, too.
    case spread
    /// What says much counts more than what asks, or greets.
    case statements
    /// The best of the turns around lifts a turn.
    case context
    /// The best turns of a session lift its others.
    case parent
    /// Summaries, keywords and other granularities lift their session, the surer the more.
    case router
    /// What is linked to the best is taken in.
    case association
    /// What is long ago fades.
    case recency
    /// What matters more counts more.
    case importance
    /// What says the same as a better one counts less.
    case diversity

    /// The place among all stages.
    var order: Int {
        switch self {
        case .dense: 0
        case .lexical: 1
        case .spread: 2
        case .statements: 3
        case .context: 4
        case .parent: 5
        case .router: 6
        case .association: 7
        case .recency: 8
        case .importance: 9
        case .diversity: 10
        }
    }

    /// The name.
    public var description: String { rawValue }

    /// What it does, in a line.
    public var summary: String {
        switch self {
        case .dense: "nearness of vectors, without what all units have in common"
        case .lexical: "words in common, the rarer the more"
        case .spread: "words of the turns around"
        case .statements: "what says much before what asks or greets"
        case .context: "the best of the turns around lifts a turn"
        case .parent: "the best turns of a session lift its others"
        case .router: "summaries and other granularities lift their session (1/H)"
        case .association: "what is linked to the best is taken in (local PageRank)"
        case .recency: "what is long ago fades"
        case .importance: "what matters more counts more"
        case .diversity: "no two that say the same (MMR)"
        }
    }
}

/// How the nearness of vectors and the words in common are made one score.
public enum ChannelFusion: Sendable, Equatable {
    /// Each by how sure it is of this question: the nearer the nearest vector is, the more vectors count; the more the
    /// words of the question tell, the less each of them does. See `docs/memory.md`.
    case adaptive
    /// Each as standard deviations above its mean, with a share of the vectors from 0 to 1.
    case zScore(dense: Double)
    /// Each from 0 for its worst to 1 for its best, with a share of the vectors from 0 to 1.
    case minMax(dense: Double)
    /// By ranks: Σ 1 / (k + rank) (Cormack, Clarke, Büttcher, 2009).
    case reciprocalRank(k: Double)
}
