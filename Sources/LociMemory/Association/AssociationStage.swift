// Loci, Apache License 2.0.

/// What is linked to the best units is taken in, by the mass that walks from them along the links bring there.
struct AssociationStage {
    /// From how many of the best units mass begins; MemGAS has 15.
    private static let seeds = 15
    /// How many units may come that no channel found.
    private static let additions = 30
    /// What a unit of the most mass gets, as a share of the distance between the best and the median score.
    private static let share = 0.3

    let reader: NamespaceReader

    /// The units that links lead to, and the mass there, seeds left out.
    func masses(from pool: RecallPool) throws -> [(unit: UnitID, mass: Double)] {
        guard reader.settings.edges > 0 else { return [] }
        let seeds = pool.best(Self.seeds).map { pool.items[$0] }
        guard let least = seeds.last?.score else { return [] }
        let begin = seeds.map { (unit: $0.id, mass: $0.score - least + 1e-3) }
        let ranks = try LocalPageRank().run(from: begin) { try reader.edges(of: $0) }
        let known = Set(seeds.map(\.id))
        return ranks.filter { !known.contains($0.key) }.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { (unit: $0.key, mass: $0.value) }
    }

    /// The units that are to be added to a pool.
    func additions(_ masses: [(unit: UnitID, mass: Double)], to pool: RecallPool) -> [UnitID] {
        Array(masses.lazy.map(\.unit).filter { pool.place(of: $0) == nil }.prefix(Self.additions))
    }

    func run(_ masses: [(unit: UnitID, mass: Double)], on pool: inout RecallPool) {
        guard let most = masses.first?.mass, most > 0 else { return }
        let scale = Self.share * pool.spread
        for (unit, mass) in masses {
            guard let place = pool.place(of: unit) else { continue }
            pool.add(scale * mass / most, by: .association, to: place)
        }
    }
}
