// Loci, Apache License 2.0.

extension DistanceGrowth {
    /// Learns from the neighbours of some vectors of a collection as it is, as searches find them.
    /// - Parameters:
    ///   - view: With a graph; its memory must stay as long as this runs.
    ///   - coder: Of the view's codes.
    ///   - seed: Which vectors are asked.
    /// - Returns: `nil` where nothing can be learned.
    /// - Throws: As `Searcher.search`.
    /// - Complexity: That of 256 searches.
    package static func learn(
        in view: GraphView, coder: VectorCoder, seed: UInt64
    ) throws(IndexError) -> DistanceGrowth? {
        // Inner products are no distances.
        guard coder.space.metric != .ip, view.count >= leastCount else { return nil }
        let searcher = Searcher(layout: view.layout, space: coder.space)
        var generator = SplitMix64(seed: seed)
        var slots = [UInt32](repeating: 0, count: farRank + 1)
        var distances = [Float](repeating: 0, count: farRank + 1)
        var vector = [Float](repeating: 0, count: view.layout.dimension)
        var ratios: [Float] = []
        for _ in 0..<sampleCount {
            var slot: UInt32
            repeat {
                slot = UInt32(generator.next(below: view.slotCount))
            } while view.states.map { !$0.isLive(slot) } ?? false
            coder.decode(record: view.codes.record(slot), residual: view.residuals?.record(slot), into: &vector)
            let found = try searcher.search(
                vector.span.bytes, in: view, count: farRank + 1, reach: .window(2 * farRank), slots: &slots,
                distances: &distances)
            // The vector itself has rank 0.
            guard found > farRank, distances[farRank / 16] > 0 else { continue }
            ratios.append(max(1, distances[farRank] / distances[farRank / 16]))
        }
        return ratios.isEmpty ? nil : DistanceGrowth(sixteenfold: ratios)
    }
}
