// Loci, Apache License 2.0.

/// Personalised PageRank around some units, by forward push (Andersen, Chung, Lang, "Local graph partitioning using PageRank vectors",
/// 2006): mass that is not worth going on with stays where it is, so that the work is bounded by `1 / (restart · epsilon)` whatever the
/// size of the graph.
struct LocalPageRank: Equatable {
    /// The share of mass that stays at a unit when it is visited; the rest goes along its edges. MemGAS follows an edge with 0.1.
    var restart = 0.9
    /// Mass below this times the edges of a unit goes nowhere.
    var epsilon = 1e-4
    /// The most units whose edges are read.
    var limit = 1_000

    /// The mass at each unit.
    /// - Parameters:
    ///   - seeds: Where mass begins, and how much of it; scaled to 1.
    ///   - edges: The weighted edges of a unit.
    func run<Failure: Error>(
        from seeds: [(unit: UnitID, mass: Double)], edges: (UnitID) throws(Failure) -> [(unit: UnitID, weight: Float)]
    ) throws(Failure) -> [UnitID: Double] {
        let total = seeds.reduce(0) { $0 + max(0, $1.mass) }
        guard total > 0 else { return [:] }
        var (rank, residual): ([UnitID: Double], [UnitID: Double]) = ([:], [:])
        var known: [UnitID: [(unit: UnitID, weight: Float)]] = [:]
        // First in, first out, each unit once at a time: the order, and so the result, depends on nothing else.
        var (queue, waiting, next): ([UnitID], Set<UnitID>, Int) = ([], [], 0)
        for seed in seeds where seed.mass > 0 {
            residual[seed.unit, default: 0] += seed.mass / total
            if waiting.insert(seed.unit).inserted { queue.append(seed.unit) }
        }
        while next < queue.count {
            let unit = queue[next]
            next += 1
            waiting.remove(unit)
            let out: [(unit: UnitID, weight: Float)]
            if let edges = known[unit] {
                out = edges
            } else if known.count < limit {
                out = try edges(unit)
                known[unit] = out
            } else {
                out = []
            }
            guard let mass = residual[unit], mass > epsilon * Double(max(1, out.count)) else { continue }
            residual[unit] = 0
            let sum = out.reduce(0) { $0 + Double(max(0, $1.weight)) }
            guard sum > 0 else {
                rank[unit, default: 0] += mass
                continue
            }
            rank[unit, default: 0] += restart * mass
            for edge in out where edge.weight > 0 {
                residual[edge.unit, default: 0] += (1 - restart) * mass * Double(edge.weight) / sum
                if waiting.insert(edge.unit).inserted { queue.append(edge.unit) }
            }
        }
        for (unit, mass) in residual where mass > 0 { rank[unit, default: 0] += mass }
        return rank
    }
}
