// Loci, Apache License 2.0.

import CVectorKernels

/// Answers queries over a `GraphView`, with all the memory it needs: after the first query of a size, none is allocated.
///
/// One for each thread that searches.
package final class Searcher {
    package let query: QueryState
    /// Behind a pointer that turns can go round.
    let walk: UnsafeMutablePointer<QueryWalk>
    private var best = SearchBuffer()
    private var entry = EntrySearch()
    private(set) var rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private(set) var residuals: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private(set) var slots: UnsafeMutablePointer<UInt32>
    private(set) var distances: UnsafeMutablePointer<Float>
    /// An original vector as floats.
    let loaded: UnsafeMutablePointer<Float>
    private var allocated = 64
    private var task: Task?

    package init(layout: CodeLayout, space: VectorSpace) {
        query = QueryState(layout: layout, space: space)
        walk = .allocate(capacity: 1)
        walk.initialize(to: QueryWalk())
        loaded = .allocate(capacity: layout.dimension)
        rows = .allocate(capacity: allocated)
        residuals = .allocate(capacity: allocated)
        slots = .allocate(capacity: allocated)
        distances = .allocate(capacity: allocated)
    }

    deinit {
        walk.pointee.deallocate()
        walk.deallocate()
        best.deallocate()
        entry.deallocate()
        loaded.deallocate()
        rows.deallocate()
        residuals.deallocate()
        slots.deallocate()
        distances.deallocate()
    }

    /// How many candidates beyond the window and k are kept, and how many beyond k are re-ranked: measured by coarse
    /// codes, some of the true neighbours fall a few places too far. On Fashion-MNIST with `lvq4x8` ten more lift
    /// recall@10 at window 10 from 0.907 to 0.967 at the same number of distances (the "split buffer" of SVS). A small
    /// window's walk is too short for many to pay. At large ones, 30 are as good as all for k = 10 on WordNet-MiniLM (384
    /// dimensions); codes of fewer dimensions are rougher: on SIFT descriptors (128), 30 lose 0.001 of recall at window
    /// 200, and 60 nothing.
    private static func reserve(count: Int, window: Int, dimension: Int) -> Int {
        min(4 + window / 2, (20 + count) * max(1, 256 / max(1, dimension)))
    }

    /// Vertices expanded, distances taken and sketches looked at by the last walk.
    package var visitedCounts: (expanded: Int, distances: Int, sketches: Int) {
        let search = walk.pointee.search
        return (search.expandedCount, search.distanceCount, search.estimateCount)
    }

    /// How many candidates of its walk the last search ranks anew; 0 where the walk's own order stands.
    package private(set) var rerankedCount = 0

    /// How far a search has come.
    private enum Stage {
        case scanning, walking, ranking, finished
    }

    /// The search under way, from `begin` to `finish`.
    private struct Task {
        let view: GraphView
        let count: Int
        let ranking: Ranking
        /// How many candidates of a walk are ranked.
        let depth: Int
        /// Neighbours are no farther.
        let radius: Float
        var stage: Stage
        /// What may be found; `nil` for all.
        let matching: SlotSet?
        /// Whether the codes of all that matches are looked at, instead of a walk.
        var isScan = false
        /// Whether the walk goes over all, and what does not match is dropped after it.
        var isDropping = false
        /// Whether the walk's own order is the answer.
        var isWalkOrder = false
    }

    /// How much of a collection is looked at.
    package enum Reach {
        /// The graph is walked with a window of so many candidates; without a graph, everything is measured.
        case window(Int)
        /// The same for all within a distance: the nearest of them, if there are more than are asked for.
        case within(Float, window: Int)
        /// Everything is measured: by the vectors as they were given where the view has them, else by all levels of their
        /// codes. Those within a distance are given.
        case everything(within: Float = .infinity)
        /// The graph is walked as if everything matched, and what does not is dropped in the end.
        case dropping(window: Int)
        /// Every code of what matches is looked at, and as many candidates are ranked as by a walk with such a window; where
        /// there is no graph, or nothing was said of what matches, everything is measured.
        case codes(within: Float = .infinity, window: Int)
    }

    /// Finds near vectors by walking the graph, then ranks the window's candidates by the second level of their codes, or
    /// by the original vectors where there is none.
    /// - Parameters:
    ///   - vector: `dimension` floats, at any address.
    ///   - view: What to search; without a graph it is scanned.
    ///   - count: The number of neighbours asked for, at least 1.
    ///   - reach: How far to look. A window may be smaller than `count`: the candidates beyond it answer too.
    ///   - matching: What may be found, all live; `nil` for all. A walk that finds too few of them turns into a scan of
    ///     their codes.
    ///   - slots: Takes up to `count` slots, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found: `count`, or fewer when the view has fewer that match.
    /// - Throws: `IndexError` for a vector that cannot be measured, a count below 1, or a damaged graph.
    /// - Complexity: O(window · degree · dimension) time, or O(count of the view · dimension) for everything; no allocation
    ///   in the steady state.
    package func search(
        _ vector: RawSpan, in view: GraphView, count: Int, reach: Reach, matching: SlotSet? = nil,
        slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) throws(IndexError) -> Int {
        try begin(vector, in: view, count: count, reach: reach, matching: matching)
        while try advance() {}
        return finish(slots: slots, distances: distances)
    }

    /// Starts a search, to be carried on by `advance` and ended by `finish`. The view must live that long; the vector is
    /// copied.
    /// - Parameter hidden: A slot that a walk does not see. A vector of the view is searched so as if it were a query from
    ///   elsewhere; otherwise it would find itself first, and its neighbours in its own list. Scans see all.
    /// - Throws: As `search`.
    package func begin(
        _ vector: RawSpan, in view: GraphView, count: Int, reach: Reach, matching: SlotSet? = nil,
        hidden: UInt32? = nil
    ) throws(IndexError) {
        guard count >= 1 else { throw .parameter(name: "k", value: "\(count)", allowed: "at least 1") }
        if let matching, matching.limit != view.slotCount {
            throw .parameter(
                name: "set of slots", value: "of \(matching.limit)", allowed: "one of \(view.slotCount)")
        }
        // Buffers are sized by it.
        let available = matching?.count ?? view.count
        let count = min(count, available)
        rerankedCount = 0
        try query.prepare(vector)
        let (asked, radius): (Int?, Float) =
            switch reach {
            case .window(let window), .dropping(let window): (window, .infinity)
            case .within(let radius, let window): (window, radius)
            case .everything(let radius): (nil, radius)
            case .codes(let radius, let window): (matching == nil ? nil : window, radius)
            }
        guard let asked, view.adjacency != nil, available > 0 else {
            task = Task(
                view: view, count: count, ranking: Self.fullRanking(of: view), depth: 0, radius: radius,
                stage: .scanning, matching: matching)
            return
        }
        // A window of all vectors finds all that a larger one would.
        let window = max(1, min(asked, view.count))
        let ranking = Self.walkRanking(of: view)
        let reserve = Self.reserve(count: count, window: window, dimension: view.layout.dimension)
        // All that may be near enough is ranked.
        var depth = radius < .infinity ? available : count + reserve
        if case .dropping = reach { depth = min(view.count, depth * view.count / available) }
        var task = Task(
            view: view, count: count, ranking: ranking, depth: depth, radius: radius, stage: .walking,
            matching: matching)
        if case .dropping = reach { task.isDropping = matching != nil }
        self.task = task
        if case .codes = reach, let matching {
            beginScan(task, of: matching, window: window)
        } else {
            try beginWalk(task, window: window, hidden: hidden)
        }
    }

    /// How many slots of those that match a walk begins at: entry points that match may be far off, or none.
    private static let matchingSeeds = 32

    private func beginWalk(_ task: Task, window: Int, hidden: UInt32?) throws(IndexError) {
        guard let field = field(of: task) else { return }
        let extent = extent(
            in: task.view, count: task.count, window: window, ranking: task.ranking, depth: task.depth,
            radius: task.radius)
        try walk.pointee.begin(
            field, query: query, extent: extent, hidden: hidden
        ) {
            (search) throws(IndexError) in
            if let matching = task.matching, !task.isDropping {
                for slot in matching.sample(Self.matchingSeeds) { search.enter(slot, field) }
            }
            guard let entries = task.view.entries else { return }
            var damaged: UInt32?
            entry.seeds(of: query, in: entries) { slot in
                if slot < field.limit { search.enter(slot, field) } else { damaged = slot }
            }
            if let damaged {
                throw .corrupt("the entry table names slot \(damaged), but there are \(task.view.slotCount) slots")
            }
        }
    }

    private func beginScan(_ task: Task, of matching: SlotSet, window: Int) {
        guard let field = field(of: task) else { return }
        self.task?.isScan = true
        self.task?.isDropping = false
        let extent =
            if task.radius < .infinity {
                self.extent(
                    in: task.view, count: task.count, window: window, ranking: task.ranking, depth: task.depth,
                    radius: task.radius)
            } else {
                WalkExtent(window: min(task.depth, matching.count))
            }
        walk.pointee.beginScan(field, of: matching.bits, query: query, extent: extent)
    }

    private func field(of task: Task) -> WalkField? {
        let view = task.view
        guard let adjacency = view.adjacency else { return nil }
        return WalkField(
            codes: view.codes, recordLines: view.layout.recordLines, sketches: view.sketches,
            sketchLines: view.layout.sketches?.lines ?? 0, adjacency: adjacency, maximumDegree: view.maximumDegree,
            count: view.slotCount, states: view.states, matching: task.isDropping ? nil : task.matching?.bits,
            entryPoint: view.entryPoint)
    }

    /// How far a walk goes. A window of everything is taken at its word, and so is every window where distances are not
    /// those of a space.
    private func extent(
        in view: GraphView, count: Int, window: Int, ranking: Ranking, depth: Int, radius: Float
    ) -> WalkExtent {
        if radius < .infinity {
            return .within(
                query.unfinished(radius), limit: count, window: window, of: view.count, growth: view.growth,
                offset: query.squaredOffset)
        }
        var ranked = 0
        if case .firstLevel = ranking {} else { ranked = depth }
        guard window < view.count, let offset = query.squaredOffset else {
            return WalkExtent(window: window, kept: ranked, wanted: count)
        }
        return .typical(
            window: window, of: view.count, wanted: count, ranked: ranked, growth: view.growth, offset: offset)
    }

    /// Does a step of a search: up to where it would wait for memory that it has asked for.
    /// - Returns: `false` when there is no more to do but `finish`.
    /// - Throws: As `search`.
    package func advance() throws(IndexError) -> Bool { try advance { _ in } }

    /// Does the same.
    /// - Parameter onExpand: Called with the key of a vertex that the walk expands.
    @inline(__always)
    func advance(onExpand: (UInt64) -> Void) throws(IndexError) -> Bool {
        switch task?.stage {
        case .walking:
            return try walk.pointee.step(onExpand: onExpand) || collect()
        case .ranking:
            if let task { try rank(rerankedCount, task.ranking, in: task.view) }
        case .scanning:
            try scan()
        case .finished, nil:
            break
        }
        task?.stage = .finished
        return false
    }

    /// Whether a walk is under way.
    var isWalking: Bool { if case .walking = task?.stage { true } else { false } }

    /// Gives the neighbours out.
    /// - Parameters:
    ///   - slots: Takes up to as many as were asked for, nearest first.
    ///   - distances: Takes their distances.
    /// - Returns: How many were found.
    package func finish(slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>) -> Int {
        guard let task else { return 0 }
        self.task = nil
        let buffer = task.isWalkOrder ? walk.pointee.search.buffer : best
        for index in 0..<min(task.count, buffer.count) {
            let distance = reported(SearchBuffer.distance(buffer[index]), task.ranking)
            if distance > task.radius { return index }
            slots[index] = SearchBuffer.slot(buffer[index])
            distances[index] = distance
        }
        return min(task.count, buffer.count)
    }

    /// Turns from walking to ranking, and asks for what that reads.
    /// - Returns: `false` when the walk's own distances stand.
    private func collect() -> Bool {
        guard let task else { return false }
        let isWalkOrder = if case .firstLevel = task.ranking { !task.isDropping } else { false }
        let buffer = walk.pointee.search.buffer
        var found = isWalkOrder ? buffer.count : min(buffer.count, task.depth)
        if !isWalkOrder { reserve(found) }
        if task.isDropping, let matching = task.matching {
            var kept = 0
            for index in 0..<found {
                slots[kept] = SearchBuffer.slot(buffer[index])
                kept += matching.bits.contains(slots[kept]) ? 1 : 0
            }
            found = kept
        } else if !isWalkOrder {
            for index in 0..<found { slots[index] = SearchBuffer.slot(buffer[index]) }
        }
        if let matching = task.matching, !task.isScan, task.radius == .infinity, found < task.count {
            beginScan(task, of: matching, window: task.depth)
            return true
        }
        if isWalkOrder {
            self.task?.stage = .finished
            self.task?.isWalkOrder = true
            return false
        }
        rerankedCount = found
        if case .secondLevel(let residuals) = task.ranking {
            let lines = (task.view.layout.residualBytes + 63) / 64
            for index in 0..<found { vk_prefetch_lines(residuals.record(slots[index]), lines) }
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
        let view = task.view
        for start in stride(from: 0, to: view.slotCount, by: block) {
            var size = 0
            for slot in start..<min(start + block, view.slotCount) {
                let slot = UInt32(truncatingIfNeeded: slot)
                slots[size] = slot
                size &+= (task.matching?.bits.contains(slot) ?? view.states?.isLive(slot) ?? true) ? 1 : 0
            }
            try rank(size, task.ranking, in: view)
        }
    }

    /// Measures the vectors of the first `count` of `slots`, and keeps the best.
    private func rank(_ count: Int, _ ranking: Ranking, in view: GraphView) throws(IndexError) {
        try measure(count, ranking, in: view)
        best.insert(distances, slots, count: count)
    }

    /// Makes room to measure so many vectors at once.
    func reserve(_ count: Int) {
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
