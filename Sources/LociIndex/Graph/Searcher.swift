// Loci, Apache License 2.0.

import CVectorKernels

/// Answers queries over a `GraphView`, with all the memory it needs: after the first query of a size, none is allocated.
///
/// One for each thread that searches.
package final class Searcher {
    package let query: QueryState
    private var greedy = GreedySearch()
    private var best = SearchBuffer()
    private var rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private var residuals: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private var slots: UnsafeMutablePointer<UInt32>
    private var distances: UnsafeMutablePointer<Float>
    /// An original vector as floats.
    private let loaded: UnsafeMutablePointer<Float>
    private var allocated = 64

    package init(layout: CodeLayout, space: VectorSpace) {
        query = QueryState(layout: layout, space: space)
        loaded = .allocate(capacity: layout.dimension)
        rows = .allocate(capacity: allocated)
        residuals = .allocate(capacity: allocated)
        slots = .allocate(capacity: allocated)
        distances = .allocate(capacity: allocated)
    }

    deinit {
        greedy.deallocate()
        best.deallocate()
        loaded.deallocate()
        rows.deallocate()
        residuals.deallocate()
        slots.deallocate()
        distances.deallocate()
    }

    /// How many candidates beyond the window are re-ranked: measured by coarse codes, some of the true neighbours fall
    /// just outside a small window, and re-ranking costs little beside the walk. On Fashion-MNIST with `lvq4x8` it lifts
    /// recall@10 at window 10 from 0.907 to 0.967 at the same number of distances (the "split buffer" of SVS).
    private static let rerankReserve = 10

    /// Vertices expanded and distances taken by the last search.
    package var visitedCounts: (expanded: Int, distances: Int) { (greedy.expandedCount, greedy.distanceCount) }

    /// How candidates get the distances that they are ranked by in the end.
    private enum Ranking {
        /// As the walk measured them.
        case firstLevel
        /// By both levels of their codes.
        case secondLevel(RecordArray)
        /// By the vectors as they were given, in true units.
        case originals(OriginalRecords)
    }

    /// Finds near vectors by walking the graph, then ranks the window's candidates by the second level of their codes, or
    /// by the original vectors where there is none.
    /// - Parameters:
    ///   - vector: `dimension` floats.
    ///   - view: What to search; without a graph it is scanned.
    ///   - count: The number of neighbours asked for, at least 1.
    ///   - window: The number of candidates that are kept while walking; `count` if it is less.
    ///   - slots: Takes up to `count` slots, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found: `count`, or fewer when the view has fewer.
    /// - Throws: `IndexError` for a vector that cannot be measured, a count below 1, or a damaged graph.
    /// - Complexity: O(window · degree · dimension) time, no allocation in the steady state.
    package func search(
        _ vector: UnsafePointer<Float>, in view: GraphView, count: Int, window: Int,
        slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) throws(IndexError) -> Int {
        guard let adjacency = view.adjacency else {
            return try scan(vector, in: view, count: count, slots: slots, distances: distances)
        }
        let count = try Self.bounded(count, by: view)
        // A window of all vectors finds all that a larger one would.
        let window = max(count, min(window, view.count))
        let ranking: Ranking =
            if let residuals = view.residuals {
                .secondLevel(residuals)
            } else if let originals = view.originals, view.layout.quantization != .float32 {
                .originals(originals)
            } else {
                .firstLevel
            }
        var capacity = window
        if case .firstLevel = ranking {} else { capacity += Self.rerankReserve }
        try query.prepare(vector)
        try greedy.walk(
            distance: query.firstLevel, codes: view.codes, lines: view.layout.recordLines, adjacency: adjacency,
            maximumDegree: view.maximumDegree, count: view.count, entryPoint: view.entryPoint,
            window: window, capacity: capacity, onExpand: { _ in })
        if case .firstLevel = ranking {
            return report(greedy.buffer, ranking, count: count, slots: slots, distances: distances)
        }
        let found = greedy.buffer.count
        reserve(found)
        for index in 0..<found {
            let slot = SearchBuffer.slot(greedy.buffer[index])
            self.slots[index] = slot
            if case .secondLevel(let residuals) = ranking {
                vk_prefetch_lines(residuals.record(slot), (view.layout.residualBytes + 63) / 64)
            }
        }
        best.reset(capacity: count)
        try rank(found, ranking, in: view)
        return report(best, ranking, count: count, slots: slots, distances: distances)
    }

    /// Measures every vector of the view: by the vectors as they were given where the view has them, else by all levels of
    /// their codes.
    ///
    /// - Parameters:
    ///   - vector: `dimension` floats.
    ///   - view: With or without a graph.
    ///   - count: The number of neighbours asked for, at least 1.
    ///   - slots: Takes up to `count` slots, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found.
    /// - Throws: `IndexError` for a vector that cannot be measured, or a count below 1.
    /// - Complexity: O(count of the view · dimension).
    package func scan(
        _ vector: UnsafePointer<Float>, in view: GraphView, count: Int,
        slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) throws(IndexError) -> Int {
        let count = try Self.bounded(count, by: view)
        let ranking: Ranking =
            if let originals = view.originals {
                .originals(originals)
            } else if let residuals = view.residuals {
                .secondLevel(residuals)
            } else {
                .firstLevel
            }
        try query.prepare(vector)
        let block = 64
        reserve(block)
        best.reset(capacity: count)
        for start in stride(from: 0, to: view.count, by: block) {
            let size = min(block, view.count - start)
            for index in 0..<size { self.slots[index] = UInt32(truncatingIfNeeded: start + index) }
            try rank(size, ranking, in: view)
        }
        return report(best, ranking, count: count, slots: slots, distances: distances)
    }

    /// Measures the vectors of the first `count` of `slots`, and keeps the best.
    private func rank(_ count: Int, _ ranking: Ranking, in view: GraphView) throws(IndexError) {
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
        for index in 0..<count { best.insert(SearchBuffer.key(distance: distances[index], slot: slots[index])) }
    }

    private func report(
        _ buffer: SearchBuffer, _ ranking: Ranking, count: Int, slots: UnsafeMutablePointer<UInt32>,
        distances: UnsafeMutablePointer<Float>
    ) -> Int {
        let found = min(count, buffer.count)
        var isTrue = false
        if case .originals = ranking { isTrue = true }
        for index in 0..<found {
            let distance = SearchBuffer.distance(buffer[index])
            slots[index] = SearchBuffer.slot(buffer[index])
            distances[index] = isTrue ? distance : query.finish(distance)
        }
        return found
    }

    /// As many neighbours as are asked for and there are: buffers are sized by it.
    private static func bounded(_ count: Int, by view: GraphView) throws(IndexError) -> Int {
        guard count >= 1 else { throw .parameter(name: "k", value: "\(count)", allowed: "at least 1") }
        return min(count, view.count)
    }

    private func reserve(_ count: Int) {
        guard count > allocated else { return }
        rows.deallocate()
        residuals.deallocate()
        slots.deallocate()
        distances.deallocate()
        allocated = count
        rows = .allocate(capacity: allocated)
        residuals = .allocate(capacity: allocated)
        slots = .allocate(capacity: allocated)
        distances = .allocate(capacity: allocated)
    }
}
