// Loci, Apache License 2.0.

import LociIndex

/// The choice among measured candidates: it reads no vector and no file.
struct PlanChoice {
    let goal: BuildGoal
    /// By rising bytes.
    let candidates: [BuildPlan.Candidate]
    /// The number of neighbours that recall was counted over, of all queries together.
    let neighbours: Int
    let isScanned: Bool

    /// What more lines a query may touch than with the fewest, for the sake of bytes.
    private static let spareLines = 1.25

    /// Whether a candidate takes no more than it may.
    func isAffordable(_ candidate: BuildPlan.Candidate) -> Bool {
        candidate.bytesPerVector <= goal.maximumBytesPerVector.map(Double.init) ?? .infinity
    }

    /// The chosen candidate; `nil` when none reaches the goal.
    func choice() -> BuildPlan.Choice? {
        let affordable = candidates.filter { isAffordable($0) && !$0.points.isEmpty }
        guard let recall = goal.recall else { return bestRecall(affordable) }
        let reaching = affordable.compactMap { candidate in
            Self.point(of: candidate, reaching: recall).map { BuildPlan.Measured(candidate: candidate, point: $0) }
        }
        guard let fewest = reaching.map(\.point.linesPerQuery).min(),
            let chosen = reaching.first(where: { $0.point.linesPerQuery <= Self.spareLines * fewest })
        else { return nil }
        let smaller = affordable.prefix { $0 != chosen.candidate }
        let slower = reaching.first.flatMap { $0.candidate == chosen.candidate ? nil : $0.candidate }
        let missed = Self.best(of: smaller.filter { Self.point(of: $0, reaching: recall) == nil })
        return BuildPlan.Choice(measured: chosen, missed: missed, slower: slower)
    }

    /// What to say when there is no choice. Candidates that are not affordable count only where they were measured.
    var shortfall: BuildPlan.Shortfall {
        let needed =
            if let recall = goal.recall {
                candidates.first { Self.point(of: $0, reaching: recall) != nil }
            } else {
                candidates.first
            }
        return BuildPlan.Shortfall(
            goal: goal, best: Self.best(of: candidates.filter(isAffordable)), needed: needed, isScanned: isScanned)
    }

    /// The fewest lines among those whose recall the queries do not tell from the best.
    private func bestRecall(_ affordable: [BuildPlan.Candidate]) -> BuildPlan.Choice? {
        let standard = affordable.compactMap { candidate in
            Self.standardPoint(of: candidate).map { BuildPlan.Measured(candidate: candidate, point: $0) }
        }
        guard let best = standard.map(\.point.expectedRecall).max() else { return nil }
        let counted = Double(max(1, neighbours))
        // One more miss and one more hit than there were: no finite number of queries shows that nothing is missed.
        let share = (best * counted + 1) / (counted + 2)
        let error = (share * (1 - share) / counted).squareRoot()
        let equal = standard.filter { $0.point.expectedRecall >= best - 2 * error }
        guard let chosen = equal.min(by: { $0.point.linesPerQuery < $1.point.linesPerQuery }) else { return nil }
        return BuildPlan.Choice(measured: chosen, missed: nil, slower: nil)
    }

    /// The smallest window that should reach a recall.
    private static func point(of candidate: BuildPlan.Candidate, reaching recall: Double) -> BuildPlan.Point? {
        candidate.points.first { $0.expectedRecall >= recall }
    }

    /// What searches that name no window reach.
    private static func standardPoint(of candidate: BuildPlan.Candidate) -> BuildPlan.Point? {
        candidate.points.last { $0.expectedWindow <= SearchOptions.standardWindow } ?? candidate.points.first
    }

    /// See `BuildPlan.decisivePoint(of:)`.
    static func decisivePoint(of candidate: BuildPlan.Candidate, goal: BuildGoal) -> BuildPlan.Point? {
        guard let recall = goal.recall else { return standardPoint(of: candidate) }
        return point(of: candidate, reaching: recall) ?? best(of: [candidate])?.point
    }

    /// The largest recall, of the smallest candidate and window that reach it.
    private static func best(of candidates: [BuildPlan.Candidate]) -> BuildPlan.Measured? {
        var best: BuildPlan.Measured?
        for candidate in candidates {
            for point in candidate.points where point.expectedRecall > best?.point.expectedRecall ?? -1 {
                best = BuildPlan.Measured(candidate: candidate, point: point)
            }
        }
        return best
    }
}

extension BuildPlan {
    /// The window of a candidate that decides about it: the smallest that should reach the recall, or else the one of its
    /// largest; without a recall, that of searches that name none.
    /// - Returns: `nil` for a candidate that was not measured.
    public func decisivePoint(of candidate: Candidate) -> Point? {
        PlanChoice.decisivePoint(of: candidate, goal: goal)
    }
}
