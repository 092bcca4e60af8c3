// Loci, Apache License 2.0.

/// What lifts a unit beside its own words and vector: how much it says, the turns around it, and its session.
enum ContextStages {
    private static let (statementGain, statementCap) = (5.0, 4.0)
    private static let contextShare = 0.3
    private static let parentShare = 0.1
    /// How many of the best turns stand for a session.
    static let best = 3

    /// A turn that says something is evidence more often than a greeting or a question is, whatever words they share with the
    /// question that is asked.
    static func statements(on pool: inout RecallPool) {
        for place in pool.items.indices {
            let count = pool.items[place].words.statements
            pool.add(statementGain * count / (count + statementCap), by: .statements, to: place)
        }
    }

    /// The greatest score among a turn and those around it (REFORM's window max-pool, arXiv 2506.01215).
    static func context(on pool: inout RecallPool, reach: Int) {
        let scores = pool.items.map(\.score)
        for place in pool.items.indices {
            var greatest = scores[place]
            pool.forEachNeighbour(of: place, within: reach) { other, _ in greatest = max(greatest, scores[other]) }
            pool.add(contextShare * greatest, by: .context, to: place)
        }
    }

    /// The mean of the best turns of the session.
    static func parent(on pool: inout RecallPool) {
        for run in pool.sessions {
            let mean = meanOfBest(run.map { pool.items[$0].score })
            for place in run { pool.add(parentShare * mean, by: .parent, to: place) }
        }
    }

    static func meanOfBest(_ scores: [Double]) -> Double {
        let best = scores.sorted(by: >).prefix(best)
        return best.isEmpty ? 0 : best.reduce(0, +) / Double(best.count)
    }
}
