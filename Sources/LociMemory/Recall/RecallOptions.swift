// Loci, Apache License 2.0.

public import LociAttributes

/// What is recalled, and how.
public struct RecallOptions: Sendable, Equatable {
    /// The granularity of what is given back: turns, whole sessions, or units of another kind.
    public var unit: UnitKind = .turn
    /// How many units, 1 to 1,000.
    public var k = 10
    /// About how many tokens they may have together, at four bytes a token; nil for any number.
    public var tokenBudget: Int?
    /// The steps that are taken.
    public var stages = RecallOptions.standardStages
    /// How vectors and words are made one score.
    public var fusion = ChannelFusion.adaptive
    /// How many candidates each channel gives, 10 to 10,000.
    public var candidates = 50
    /// How many turns before and after a turn are those around it, 0 to 10.
    public var reach = 2
    /// Only what happened in this time, in seconds since the beginning of 1970; of what has no time, when it was written.
    public var time: ClosedRange<Double>?
    /// The memory as it was at this time: what was written later is not there, what was archived later is.
    public var asOf: Double?
    /// Whether archived units are given as well.
    public var includesArchived = false
    /// Only units whose attributes match, such as `.meta.topic == "travel"`; see `docs/filters.md`.
    public var filter: Filter?
    /// The age at which what happened counts half, in days, where recency counts.
    public var halfLife = 30.0
    /// How much what says the same counts against a unit, from 0 to 1, where diversity counts.
    public var diversity = 0.3
    /// Whether what is given is in the order of time; else the best is first.
    public var isInTimeOrder = false

    /// The stages that have earned their place; `docs/benchmarks/memory.md` has the figures. The router gains nothing, and association
    /// loses. Diversity gains a point on one set and nothing on the other, but pushes down what corrects an older statement, and is much
    /// like it. Recency is for the caller, who knows whether old things matter less.
    public static let standardStages: Set<RecallStage> = [
        .dense, .lexical, .spread, .statements, .context, .parent, .importance,
    ]

    /// The usual.
    public init() {}

    /// - Throws: `MemoryError.parameter`.
    func validate() throws(MemoryError) {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(MemoryError) {
            guard range.contains(value) else {
                throw .parameter(name: name, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("k", k, 1...1_000)
        try check("candidates", candidates, 10...10_000)
        try check("reach", reach, 0...10)
        if let tokenBudget { try check("the token budget", tokenBudget, 1...10_000_000) }
        guard stages.contains(.dense) || stages.contains(.lexical) else {
            throw .parameter(name: "stages", value: "neither dense nor lexical", allowed: "with one of them at least")
        }
        func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws(MemoryError) {
            guard range.contains(value) else {
                throw .parameter(name: name, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("the half-life", halfLife, 0.001...1e6)
        try check("the diversity", diversity, 0...1)
        switch fusion {
        case .zScore(let share), .minMax(let share): try check("the share of vectors", share, 0...1)
        case .reciprocalRank(let k): try check("the k of reciprocal ranks", k, 0...1e6)
        case .adaptive: break
        }
        guard asOf?.isFinite ?? true, time.map({ $0.lowerBound.isFinite && $0.upperBound.isFinite }) ?? true else {
            throw .parameter(name: "time", value: "not finite", allowed: "seconds since the beginning of 1970")
        }
    }
}
