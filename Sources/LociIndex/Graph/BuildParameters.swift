// Loci, Apache License 2.0.

/// How a graph is built.
public struct BuildParameters: Sendable, Equatable {
    /// The most out-neighbours of a vector: R, from 4 to 512. More find more, and cost 4 bytes each and time.
    public var maximumDegree: Int
    /// The window of the searches that look for neighbours: L, at least the degree. More find better ones, slower.
    public var window: Int
    /// How much farther than the way through another neighbour an edge may be and still be kept; `nil` for the metric's
    /// default. At least 1 for `l2` and `cosine`; above 0 and at most 1 for `ip`. For `cosine` a value below 1 is taken
    /// as its inverse, since both conventions are in use.
    public var alpha: Float?
    /// Decides the order of insertion and the rotation. Same input, seed and version: same bytes.
    public var seed: UInt64

    /// The defaults that the measurements in `docs/benchmarks` were taken with.
    public init(maximumDegree: Int = 32, window: Int = 128, alpha: Float? = nil, seed: UInt64 = 42) {
        self.maximumDegree = maximumDegree
        self.window = window
        self.alpha = alpha
        self.seed = seed
    }

    /// The default alpha: 1.2 for distances, 0.95 for inner product, as in Vamana's and SVS's papers.
    public static func standardAlpha(_ metric: Metric) -> Float { metric == .ip ? 0.95 : 1.2 }

    /// The alpha to prune with.
    /// - Parameter metric: The collection's.
    /// - Throws: `IndexError.parameter` for a value out of range.
    package func effectiveAlpha(_ metric: Metric) throws(IndexError) -> Float {
        guard let alpha else { return Self.standardAlpha(metric) }
        guard alpha.isFinite, alpha > 0, alpha <= 10 else {
            throw .parameter(name: "alpha", value: "\(alpha)", allowed: "a positive number of at most 10")
        }
        switch metric {
        case .ip:
            guard alpha <= 1 else {
                throw .parameter(name: "alpha", value: "\(alpha)", allowed: "at most 1 for the metric ip")
            }
            return alpha
        case .l2:
            guard alpha >= 1 else {
                throw .parameter(name: "alpha", value: "\(alpha)", allowed: "at least 1 for the metric l2")
            }
            return alpha
        case .cosine:
            return alpha < 1 ? 1 / alpha : alpha
        }
    }

    /// The degree that a full list is pruned to: a little under the bound, so that the next few back edges need no
    /// pruning. SVS found this to make builds much faster at the same recall.
    var prunedDegree: Int { maximumDegree >= 16 ? maximumDegree - 4 : maximumDegree }

    /// - Throws: `IndexError.parameter` for what is out of range.
    package func validate(metric: Metric) throws(IndexError) {
        guard Adjacency.degreeLimits.contains(maximumDegree) else {
            throw .parameter(
                name: "degree", value: "\(maximumDegree)",
                allowed: "from \(Adjacency.degreeLimits.lowerBound) to \(Adjacency.degreeLimits.upperBound)")
        }
        guard window >= maximumDegree, window <= 10_000 else {
            throw .parameter(
                name: "build window", value: "\(window)", allowed: "from the degree, \(maximumDegree), to 10000")
        }
        _ = try effectiveAlpha(metric)
    }
}
