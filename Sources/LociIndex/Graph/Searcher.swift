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
    private var task: Task?

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

    /// Vertices expanded and distances taken by the last walk.
    package var visitedCounts: (expanded: Int, distances: Int) { (greedy.expandedCount, greedy.distanceCount) }

    /// Candidates that the last search ranked anew after its walk; 0 where the walk's own order stood.
    package private(set) var rerankedCount = 0

    /// How candidates get the distances that they are ranked by in the end.
    private enum Ranking {
        /// As the walk measured them.
        case firstLevel
        /// By both levels of their codes.
        case secondLevel(RecordArray)
        /// By the vectors as they were given, in true units.
        case originals(OriginalRecords)
    }

    /// How far a search has come.
    private enum Stage {
        case scanning, walking(WalkField), ranking, finished
    }

    /// The search under way, from `begin` to `finish`.
    private struct Task {
        let view: GraphView
        let count: Int
        let ranking: Ranking
        var stage: Stage
        /// Whether the walk's own order is the answer.
        var isWalkOrder = false
    }

    /// How much of a collection is looked at.
    package enum Reach {
        /// The graph is walked with a window of so many candidates; without a graph, everything is measured.
        case window(Int)
        /// Everything is measured: by the vectors as they were given where the view has them, else by all levels of their
        /// codes.
        case everything
    }

    /// Finds near vectors by walking the graph, then ranks the window's candidates by the second level of their codes, or
    /// by the original vectors where there is none.
    /// - Parameters:
    ///   - vector: `dimension` floats.
    ///   - view: What to search; without a graph it is scanned.
    ///   - count: The number of neighbours asked for, at least 1.
    ///   - reach: How far to look. A window may be smaller than `count`: the candidates beyond it answer too.
    ///   - slots: Takes up to `count` slots, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found: `count`, or fewer when the view has fewer.
    /// - Throws: `IndexError` for a vector that cannot be measured, a count below 1, or a damaged graph.
    /// - Complexity: O(window · degree · dimension) time, or O(count of the view · dimension) for everything; no allocation
    ///   in the steady state.
    package func search(
        _ vector: UnsafePointer<Float>, in view: GraphView, count: Int, reach: Reach,
        slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) throws(IndexError) -> Int {
        try begin(vector, in: view, count: count, reach: reach)
        while try advance() {}
        return finish(slots: slots, distances: distances)
    }

    /// Starts a search, to be carried on by `advance` and ended by `finish`. The view must live that long; the vector is
    /// copied.
    /// - Throws: As `search`.
    package func begin(
        _ vector: UnsafePointer<Float>, in view: GraphView, count: Int, reach: Reach
    ) throws(IndexError) {
        guard count >= 1 else { throw .parameter(name: "k", value: "\(count)", allowed: "at least 1") }
        // Buffers are sized by it.
        let count = min(count, view.count)
        rerankedCount = 0
        try query.prepare(vector)
        guard case .window(let window) = reach, let adjacency = view.adjacency else {
            task = Task(view: view, count: count, ranking: Self.fullRanking(of: view), stage: .scanning)
            return
        }
        let ranking: Ranking =
            if let residuals = view.residuals {
                .secondLevel(residuals)
            } else if let originals = view.originals, view.layout.quantization != .float32 {
                .originals(originals)
            } else {
                .firstLevel
            }
        // A window of all vectors finds all that a larger one would.
        let expanded = max(1, min(window, view.count))
        var capacity = max(expanded, count)
        if case .firstLevel = ranking {} else { capacity += Self.rerankReserve }
        let field = WalkField(
            codes: view.codes, recordLines: view.layout.recordLines, adjacency: adjacency,
            maximumDegree: view.maximumDegree, count: view.count, entryPoint: view.entryPoint)
        try greedy.begin(field, window: expanded, capacity: capacity, wanted: count)
        task = Task(view: view, count: count, ranking: ranking, stage: .walking(field))
    }

    /// Does a step of a search: up to where it would wait for memory that it has asked for.
    /// - Returns: `false` when there is no more to do but `finish`.
    /// - Throws: As `search`.
    package func advance() throws(IndexError) -> Bool {
        switch task?.stage {
        case .walking(let field):
            greedy.measure(query.firstLevel)
            if try greedy.gather(field, onExpand: { _ in }) { return true }
            return collect()
        case .ranking:
            if let task { try rank(greedy.buffer.count, task.ranking, in: task.view) }
        case .scanning:
            try scan()
        case .finished, nil:
            break
        }
        task?.stage = .finished
        return false
    }

    /// Gives the neighbours out.
    /// - Parameters:
    ///   - slots: Takes up to as many as were asked for, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found.
    package func finish(slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>) -> Int {
        guard let task else { return 0 }
        self.task = nil
        let buffer = task.isWalkOrder ? greedy.buffer : best
        let found = min(task.count, buffer.count)
        var isTrue = false
        if case .originals = task.ranking { isTrue = true }
        for index in 0..<found {
            let distance = SearchBuffer.distance(buffer[index])
            slots[index] = SearchBuffer.slot(buffer[index])
            distances[index] = isTrue ? distance : query.finish(distance)
        }
        return found
    }

    /// What the most exact distances of a view are taken by.
    private static func fullRanking(of view: GraphView) -> Ranking {
        if let originals = view.originals {
            .originals(originals)
        } else if let residuals = view.residuals {
            .secondLevel(residuals)
        } else {
            .firstLevel
        }
    }

    /// Turns from walking to ranking, and asks for what that reads.
    /// - Returns: `false` when the walk's own distances stand.
    private func collect() -> Bool {
        guard let task else { return false }
        if case .firstLevel = task.ranking {
            self.task?.stage = .finished
            self.task?.isWalkOrder = true
            return false
        }
        let found = greedy.buffer.count
        rerankedCount = found
        reserve(found)
        let lines = (task.view.layout.residualBytes + 63) / 64
        for index in 0..<found {
            let slot = SearchBuffer.slot(greedy.buffer[index])
            slots[index] = slot
            if case .secondLevel(let residuals) = task.ranking { vk_prefetch_lines(residuals.record(slot), lines) }
        }
        best.reset(capacity: task.count)
        self.task?.stage = .ranking
        return true
    }

    /// Measures every vector.
    private func scan() throws(IndexError) {
        guard let task else { return }
        let block = 64
        reserve(block)
        best.reset(capacity: task.count)
        for start in stride(from: 0, to: task.view.count, by: block) {
            let size = min(block, task.view.count - start)
            for index in 0..<size { slots[index] = UInt32(truncatingIfNeeded: start + index) }
            try rank(size, task.ranking, in: task.view)
        }
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
