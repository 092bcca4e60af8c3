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
    private var allocated = 64
    private let kernels = Kernels.active

    package init(layout: CodeLayout, space: VectorSpace) {
        query = QueryState(layout: layout, space: space)
        rows = .allocate(capacity: allocated)
        residuals = .allocate(capacity: allocated)
        slots = .allocate(capacity: allocated)
        distances = .allocate(capacity: allocated)
    }

    deinit {
        greedy.deallocate()
        best.deallocate()
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

    /// Finds near vectors by walking the graph, then ranks the window's candidates by both levels of their codes.
    /// - Parameters:
    ///   - vector: `dimension` floats.
    ///   - view: With a graph.
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
        try query.prepare(vector)
        try greedy.walk(
            distance: query.firstLevel, codes: view.codes, lines: view.layout.recordLines, adjacency: adjacency,
            maximumDegree: view.maximumDegree, count: view.count, entryPoint: view.entryPoint,
            window: window, capacity: window + (view.residuals == nil ? 0 : Self.rerankReserve), onExpand: { _ in })
        guard let residualRecords = view.residuals else {
            return report(greedy.buffer, count: count, slots: slots, distances: distances)
        }
        let found = greedy.buffer.count
        reserve(found)
        for index in 0..<found {
            let slot = SearchBuffer.slot(greedy.buffer[index])
            rows[index] = view.codes.record(slot)
            residuals[index] = residualRecords.record(slot)
            vk_prefetch_lines(residuals[index], (view.layout.residualBytes + 63) / 64)
            self.slots[index] = slot
        }
        best.reset(capacity: count)
        rank(found)
        return report(best, count: count, slots: slots, distances: distances)
    }

    /// Measures every vector of the view, by both levels of their codes.
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
        try query.prepare(vector)
        let kernel = query.firstLevel
        let block = 64
        reserve(block)
        best.reset(capacity: count)
        for start in stride(from: 0, to: view.count, by: block) {
            let size = min(block, view.count - start)
            for index in 0..<size {
                let slot = UInt32(truncatingIfNeeded: start + index)
                rows[index] = view.codes.record(slot)
                if let residualRecords = view.residuals { residuals[index] = residualRecords.record(slot) }
                self.slots[index] = slot
            }
            if view.residuals != nil {
                rank(size)
            } else {
                kernel(rows, count: size, output: self.distances)
                for index in 0..<size {
                    best.insert(SearchBuffer.key(distance: self.distances[index], slot: self.slots[index]))
                }
            }
        }
        return report(best, count: count, slots: slots, distances: distances)
    }

    /// Measures the gathered rows by both levels, and keeps the best.
    private func rank(_ count: Int) {
        query.secondLevel(rows: rows, residuals: residuals, count: count, output: distances)
        for index in 0..<count { best.insert(SearchBuffer.key(distance: distances[index], slot: slots[index])) }
    }

    private func report(
        _ buffer: SearchBuffer, count: Int, slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) -> Int {
        let found = min(count, buffer.count)
        for index in 0..<found {
            slots[index] = SearchBuffer.slot(buffer[index])
            distances[index] = query.finish(SearchBuffer.distance(buffer[index]))
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
