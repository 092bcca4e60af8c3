// Loci, Apache License 2.0.

extension Searcher {
    /// How candidates get the distances that they are ranked by in the end.
    enum Ranking {
        /// As the walk measured them.
        case firstLevel
        /// By both levels of their codes.
        case secondLevel(RecordArray)
        /// By the vectors as they were given, in true units.
        case originals(OriginalRecords)
    }

    /// A distance that was ranked by, as the metric reports it.
    func reported(_ measured: Float, _ ranking: Ranking) -> Float {
        if case .originals = ranking { return measured }
        return query.finish(measured)
    }

    /// What the distances that a walk's candidates are ranked by are taken by.
    static func walkRanking(of view: GraphView) -> Ranking {
        if let residuals = view.residuals {
            .secondLevel(residuals)
        } else if let originals = view.originals, !view.layout.quantization.isExact {
            .originals(originals)
        } else {
            .firstLevel
        }
    }

    /// What the most exact distances of a view are taken by.
    static func fullRanking(of view: GraphView) -> Ranking {
        // Originals would tell more of a vector than its signs, which is all that a query against binary codes is.
        if let originals = view.originals, view.layout.quantization != .binary {
            .originals(originals)
        } else if let residuals = view.residuals {
            .secondLevel(residuals)
        } else {
            .firstLevel
        }
    }

    /// Writes to `distances` how far the vectors of the first `count` of `slots` are.
    func measure(_ count: Int, _ ranking: Ranking, in view: GraphView) throws(IndexError) {
        switch ranking {
        case .firstLevel:
            for index in 0..<count { rows[index] = view.codes.record(slots[index]) }
            query.firstLevel(rows, count: count, output: distances)
        case .secondLevel(let residualRecords):
            for index in 0..<count {
                rows[index] = view.codes.record(slots[index])
                residuals[index] = residualRecords.record(slots[index])
            }
            query.secondLevel(rows: rows, residuals: residuals, count: count, output: distances)
        case .originals(let originals):
            for index in 0..<count {
                originals.load(slots[index], dimension: view.layout.dimension, into: loaded)
                distances[index] = try query.distance(to: loaded)
            }
        }
    }
}
