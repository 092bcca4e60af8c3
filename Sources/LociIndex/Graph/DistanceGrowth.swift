// Loci, Apache License 2.0.

/// How squared distances grow from one neighbour of a vector to the next: by a power of the rank, as in a space of some
/// local dimension m, whose r-th neighbour is about r^(1/m) times as far as the first.
///
/// Learned with a graph, so that a window, which counts candidates, can be told as a distance. All arithmetic is rounded
/// as IEEE 754 says, so it is the same everywhere.
package struct DistanceGrowth: Sendable, Equatable {
    /// The factor by which the squared distance grows when the rank doubles, less one, in 4096ths; at least 1.
    package let units: UInt16

    /// Where nothing was learned: 1.07. Vectors of Fashion-MNIST have 1.10, of WordNet-MiniLM 1.09, SIFT descriptors 1.06.
    package static let typical = DistanceGrowth(units: 287)

    private static let unit: Float = 0x1p-12

    package init(units: UInt16) {
        self.units = max(1, units)
    }

    /// From the squared distances of two neighbours of some vectors, the farther of 16 times the rank.
    /// - Parameter ratios: The farther distance in units of the nearer, for each vector; at least one.
    init(sixteenfold ratios: [Float]) {
        let doubling = ratios.sorted()[ratios.count / 2].squareRoot().squareRoot()
        let units = ((doubling - 1) / Self.unit).rounded()
        // Written so that it holds for NaN.
        self.init(units: units < Float(UInt16.max) ? UInt16(max(0, units)) : .max)
    }

    private var perDoubling: Float { 1 + Float(units) * Self.unit }

    /// How many times as far, in squares, as the neighbour of one rank that of a higher is; from one power of two to the
    /// next in a straight line.
    func factor(from: Int, to: Int) -> Float {
        var rank = max(1, from)
        var factor: Float = 1
        while rank <= to / 2 {
            rank *= 2
            factor *= perDoubling
        }
        return factor * (1 + (perDoubling - 1) * Float(max(0, to - rank)) / Float(rank))
    }

    /// Learns from the neighbours of some vectors of a finished graph, as walks find them.
    /// - Parameters:
    ///   - field: The graph, measured by the vectors that it is built on.
    ///   - seed: Which vectors are asked.
    /// - Throws: As `GreedySearch.walk`.
    /// - Complexity: That of 256 searches.
    static func learn(
        over field: WalkField, vectors: BuildVectors, seed: UInt64
    ) throws(IndexError) -> DistanceGrowth {
        // Inner products are no distances.
        guard vectors.metric != .ip, vectors.count >= leastCount else { return .typical }
        var query = BuildQuery(layout: vectors.layout)
        var search = GreedySearch()
        defer {
            query.deallocate()
            search.deallocate()
        }
        var generator = SplitMix64(seed: seed)
        var ratios: [Float] = []
        for _ in 0..<sampleCount {
            query.prepare(vectors.record(UInt32(generator.next(below: vectors.count))))
            try search.walk(field, distance: query, window: 2 * farRank, onExpand: { _ in })
            // The vector itself has rank 0.
            guard search.buffer.count > farRank else { continue }
            let near = SearchBuffer.distance(search.buffer[farRank / 16])
            if near > 0 { ratios.append(SearchBuffer.distance(search.buffer[farRank]) / near) }
        }
        return ratios.isEmpty ? .typical : DistanceGrowth(sixteenfold: ratios)
    }

    static let farRank = 128
    static let sampleCount = 256
    /// In fewer vectors than so many the far rank is not among neighbours.
    static let leastCount = 1024
}
