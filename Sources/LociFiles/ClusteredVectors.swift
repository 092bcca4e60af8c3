// Loci, Apache License 2.0.

/// Vectors in clusters, for trials and benchmarks: row i is a function of the seed, the shape and i alone.
///
/// Clusters are of uneven size, and components of uneven variance, as in the vectors of real models. Each row is a
/// cluster's centre plus near-Gaussian noise. Only additions, multiplications and divisions are used, each rounded as
/// IEEE 754 demands, so that every machine makes the same bytes.
///
/// Rows from `count` on are defined too, and drawn from the same clusters: they make good queries.
///
/// ```swift
/// let vectors = try ClusteredVectors(count: 10_000, dimension: 128, seed: 1)
/// let base = (0..<vectors.count).map(vectors.row)
/// let queries = (vectors.count..<vectors.count + 100).map(vectors.row)
/// ```
public struct ClusteredVectors: Sendable {
    /// The number of rows that were asked for.
    public let count: Int

    /// The number of values in each row.
    public let dimension: Int

    /// The number of clusters.
    public let clusters: Int

    /// The width of a cluster against the spread of the centres.
    public let spread: Float

    private let seed: UInt64
    private let scales: [Float]

    // Each kind of number has a stream of its own, so that none depends on how many of another were drawn.
    private enum Stream: UInt64 {
        case scale = 1
        case centre, cluster, noise
    }

    /// Makes a generator.
    ///
    /// - Parameter clusters: the number of clusters, or nil for the square root of `count`, rounded down. Give it to
    ///   have the same rows whatever the count.
    /// - Parameter spread: the standard deviation inside a cluster, as a share of that among the centres.
    /// - Throws: `badSetting` when a number is not in its range.
    /// - Complexity: O(`dimension`) time and memory.
    public init(
        count: Int, dimension: Int, seed: UInt64, clusters: Int? = nil, spread: Float = 0.5
    ) throws(VectorFileError) {
        guard count > 0 else { throw .badSetting(name: "count", value: count, allowed: "above 0") }
        guard (1...VectorFileLimits.dimension).contains(dimension) else {
            throw .badSetting(
                name: "dimension", value: dimension, allowed: "in 1 ... \(VectorFileLimits.dimension)")
        }
        let clusters = clusters ?? max(1, Int(Double(count).squareRoot()))
        guard clusters > 0 else { throw .badSetting(name: "clusters", value: clusters, allowed: "above 0") }
        self.count = count
        self.dimension = dimension
        self.seed = seed
        self.clusters = clusters
        self.spread = spread
        scales = (0..<dimension).map { column in
            let uniform = ClusteredVectors.uniform(
                ClusteredVectors.hash(seed, .scale, UInt64(column)))
            // From 0.1 to 1, most of them small: a few components carry most of the variance.
            return 0.1 + 0.9 * uniform * uniform * uniform
        }
    }

    /// The row at an index; rows from `count` on are further draws from the same clusters.
    ///
    /// - Complexity: O(`dimension`).
    public func row(_ index: Int) -> [Float] {
        let index = UInt64(bitPattern: Int64(index))
        let cluster = UInt64(cluster(ofRow: index))
        let centre = ClusteredVectors.hash(seed, .centre, cluster)
        let noise = ClusteredVectors.hash(seed, .noise, index)
        return (0..<dimension).map { column in
            let column64 = UInt64(column)
            let middle = ClusteredVectors.gaussian(ClusteredVectors.mix(centre &+ column64 &* golden))
            let offset = ClusteredVectors.gaussian(ClusteredVectors.mix(noise &+ column64 &* golden))
            return scales[column] * (middle + spread * offset)
        }
    }

    /// The cluster that a row belongs to, in `0 ..< clusters`; the density falls, so that low numbers are larger.
    func cluster(ofRow index: UInt64) -> Int {
        let uniform = ClusteredVectors.uniform(ClusteredVectors.hash(seed, .cluster, index))
        let place = Double(uniform) * Double(uniform) * Double(clusters)
        return min(Int(place), clusters - 1)
    }

    /// A number of a stream, by its index.
    private static func hash(_ seed: UInt64, _ stream: Stream, _ index: UInt64) -> UInt64 {
        mix(mix(seed &+ stream.rawValue &* golden) &+ index &* golden)
    }

    /// The output function of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
    private static func mix(_ state: UInt64) -> UInt64 {
        var bits = state &+ golden
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// In 0 ..< 1, from the upper 24 bits, which a float holds exactly.
    private static func uniform(_ bits: UInt64) -> Float {
        Float(bits >> 40) / 16_777_216
    }

    /// Mean 0, variance 1, within ±3.47: the sum of four 16-bit uniforms (Irwin-Hall), whose variance is 4/12.
    private static func gaussian(_ bits: UInt64) -> Float {
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Float(sum) - 131_070) / 65_536 * 1.732_050_8
    }
}

/// The odd number nearest to 2^64 divided by the golden ratio, the increment of SplitMix64.
private let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
