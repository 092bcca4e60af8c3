// Loci, Apache License 2.0.

/// How far a walk goes, and what it keeps.
///
/// A walk ends at a candidate that is `stretch` times as far as the best `wanted`-th, as in "Distance Adaptive Beam Search
/// for Provably Accurate Graph-Based Nearest Neighbor Search" (Al-Jazzazi et al., 2025, arXiv 2505.15636): a query whose
/// neighbours stand out ends early, and one whose neighbours have many rivals goes on. At the same recall that takes a
/// quarter to a third fewer distances than a window of fixed size (`docs/performance.md`). We differ in two limits: so
/// many candidates are followed at least, since coarse distances of near duplicates tell nothing, and so many at most.
struct WalkExtent {
    /// Only the best so many candidates are followed.
    let most: Int
    /// So many are followed whatever their distance.
    let least: Int
    /// How many neighbours must be found, whatever the limits.
    let wanted: Int
    /// The best so many are kept whatever their distance; at least `least` and `wanted`.
    let kept: Int
    /// Infinite where distance ends nothing.
    let stretch: Float
    /// What makes a distance one that is proportional to a squared Euclidean one, when it is added; `nil` where nothing
    /// does, and `stretch` is of the distance from the nearest candidate.
    let offset: Float?
    /// The walk does not end before this distance, times `stretch`: that of a search for all that is so near.
    let radius: Float

    /// About how many candidates walks follow on average.
    var typical: Int { stretch < .infinity && radius == -.infinity ? 2 * least : most }

    /// How many candidates there is to be room for.
    var capacity: Int { max(most, kept) }

    /// A window of fixed size: the best `window` candidates are followed, and nothing else ends the walk.
    init(window: Int, kept: Int = 0, wanted: Int = 1) {
        self.init(
            most: window, least: window, wanted: wanted, kept: max(kept, window, wanted), stretch: .infinity, offset: 0,
            radius: -.infinity)
    }

    /// A window of typical size: a walk follows as many candidates on average, if `growth` is right, and from half to
    /// three times as many. A window smaller than `wanted` is one of fixed size: the `wanted`-th best candidate of so
    /// short a walk says little.
    /// - Parameters:
    ///   - count: How many vectors there are.
    ///   - wanted: How many neighbours are asked for.
    ///   - ranked: How many candidates are kept for ranking.
    ///   - offset: See there.
    static func typical(
        window: Int, of count: Int, wanted: Int, ranked: Int, growth: DistanceGrowth, offset: Float
    ) -> WalkExtent {
        guard window > wanted else { return WalkExtent(window: window, kept: ranked, wanted: wanted) }
        let least = (window + 1) / 2
        return WalkExtent(
            most: min(mostFactor * window, count), least: least, wanted: wanted, kept: max(ranked, least, wanted),
            stretch: growth.factor(from: wanted, to: window), offset: offset, radius: -.infinity)
    }

    /// All within a distance: as far beyond it as a window goes beyond the tenth neighbour.
    /// - Parameters:
    ///   - radius: The distance.
    ///   - limit: Of more candidates than so many, and what a window may follow besides, the nearest are kept.
    ///   - window: As of `typical`.
    ///   - count: How many vectors there are.
    ///   - growth: Of their distances.
    ///   - offset: See there.
    static func within(
        _ radius: Float, limit: Int, window: Int, of count: Int, growth: DistanceGrowth, offset: Float?
    ) -> WalkExtent {
        let beyond = mostFactor * window
        let most = limit < count - min(beyond, count) ? limit + beyond : count
        let least = offset == nil ? window : (window + 1) / 2
        return WalkExtent(
            most: most, least: least, wanted: 1, kept: least,
            stretch: growth.factor(from: typicalCount, to: max(window, typicalCount)), offset: offset, radius: radius)
    }

    private static let typicalCount = 10

    init(most: Int, least: Int, wanted: Int, kept: Int, stretch: Float, offset: Float?, radius: Float) {
        self.most = most
        self.least = least
        self.wanted = wanted
        self.kept = kept
        self.stretch = stretch
        self.offset = offset
        self.radius = radius
    }

    /// What a walk may take besides the typical. At equal recall 2, 3, 4 and 6 are as fast on WordNet-MiniLM and SIFT
    /// descriptors; more makes the slowest queries slower.
    private static let mostFactor = 3
}
