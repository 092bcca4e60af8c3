// Loci, Apache License 2.0.

extension Searcher {
    /// Measures some vectors.
    /// - Parameters:
    ///   - vector: The query: `dimension` floats, at any address.
    ///   - wanted: The slots of the vectors, below the view's number of slots.
    ///   - view: What holds them.
    ///   - asWalked: Whether distances are those that walks rank by, or else the most exact ones that the view has.
    ///   - output: Takes a distance for each slot, as the metric reports it.
    /// - Throws: `IndexError` for a query that cannot be measured, or a damaged original.
    /// - Complexity: O(slots · dimension).
    package func measure(
        _ vector: RawSpan, to wanted: [UInt32], in view: GraphView, asWalked: Bool,
        into output: UnsafeMutablePointer<Float>
    ) throws(IndexError) {
        try query.prepare(vector)
        let ranking = asWalked ? Self.walkRanking(of: view) : Self.fullRanking(of: view)
        let block = 64
        reserve(block)
        for start in stride(from: 0, to: wanted.count, by: block) {
            let size = min(block, wanted.count - start)
            for index in 0..<size { slots[index] = wanted[start + index] }
            try measure(size, ranking, in: view)
            for index in 0..<size { output[start + index] = reported(distances[index], ranking) }
        }
    }
}
