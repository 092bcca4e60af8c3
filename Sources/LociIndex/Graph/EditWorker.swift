// Loci, Apache License 2.0.

/// What one thread of an edit needs, and the steps that it takes for a vertex. None of them changes the graph.
final class EditWorker {
    private let graph: EditableGraph
    private let lists: EditableLists
    private let vectors: DecodedVectors
    private let state: QueryState
    private var greedy = GreedySearch()
    private var entry = EntrySearch()
    private var query: BuildQuery
    private var pruner: RobustPrune<DecodedVectors>
    private let decoded: UnsafeMutablePointer<Float>
    private var rows: [UnsafePointer<UInt8>?] = []
    private var distances: [Float] = []
    private var neighbours: [UInt32] = []

    init(_ graph: EditableGraph, lists: EditableLists, vectors: DecodedVectors, alpha: Float) {
        self.graph = graph
        self.lists = lists
        self.vectors = vectors
        // What was coded may decode to a little more than was allowed.
        let space = graph.coder.space
        var admission = space.admission
        admission.componentLimit = 2 * VectorSpace.componentLimit
        state = QueryState(
            layout: graph.coder.layout,
            space: VectorSpace(
                dimension: space.dimension, metric: space.metric, mean: space.mean, scale: space.scale,
                rotation: space.rotation, admission: admission))
        query = BuildQuery(layout: vectors.layout)
        pruner = RobustPrune(vectors: vectors, alpha: alpha)
        decoded = .allocate(capacity: graph.coder.layout.dimension)
    }

    deinit {
        greedy.deallocate()
        entry.deallocate()
        query.deallocate()
        pruner.deallocate()
        decoded.deallocate()
    }

    /// Where a walk begins, besides the entry point.
    enum Start {
        /// At the nearest of the entry table that are linked.
        case entries
        /// At the vector itself.
        case vector
    }

    /// Walks toward the vector of a slot, measuring by the codes.
    /// - Returns: The vertices that were expanded, each once, in rising order.
    /// - Throws: `IndexError` for a damaged graph.
    func walk(
        toward slot: UInt32, from entryPoint: UInt32, _ start: Start, window: Int
    ) throws(IndexError) -> [UInt32] {
        graph.coder.decode(
            record: graph.codes.record(slot), residual: graph.residuals?.record(slot), into: decoded)
        let layout = graph.coder.layout
        try state.prepare(UnsafeBufferPointer(start: decoded, count: layout.dimension).span.bytes)
        let field = WalkField(
            codes: graph.codes, recordLines: layout.recordLines, sketches: graph.sketches,
            sketchLines: layout.sketches?.lines ?? 0, adjacency: lists.lists, maximumDegree: lists.maximumDegree,
            count: graph.slots, states: lists.states, entryPoint: entryPoint)
        try greedy.begin(field, WalkExtent(window: window), hidden: nil)
        switch start {
        case .vector: greedy.enter(slot, field)
        case .entries:
            guard let entries = graph.entries else { break }
            entry.seeds(of: state, in: entries) { seed in
                // A slot that the table names may hold nothing, or a vector that is not linked yet.
                guard seed < field.limit, lists.parent(of: seed) != SpanningTree.none else { return }
                greedy.enter(seed, field)
            }
        }
        var expanded: [UInt32] = []
        expanded.reserveCapacity(2 * window)
        let distance = state.firstLevel
        let bound = state.sketchBounds
        repeat {
            if !greedy.isSifting || greedy.sift(bound, field) { greedy.measure(distance) }
        } while try greedy.gather(field, onExpand: { expanded.append(SearchBuffer.slot($0)) })
        expanded.sort()
        var kept = 0
        for vertex in expanded where kept == 0 || expanded[kept - 1] != vertex {
            expanded[kept] = vertex
            kept += 1
        }
        expanded.removeLast(expanded.count - kept)
        return expanded
    }

    /// The keys of some slots by their distances from a vertex, in rising order. All must be loaded.
    func keys(of slots: [UInt32], from vertex: UInt32) -> [UInt64] {
        if rows.count < slots.count {
            rows = [UnsafePointer<UInt8>?](repeating: nil, count: slots.count)
            distances = [Float](repeating: 0, count: slots.count)
        }
        for (index, slot) in slots.enumerated() { rows[index] = vectors.record(slot) }
        query.prepare(vectors.record(vertex))
        rows.withUnsafeBufferPointer { rows in
            distances.withUnsafeMutableBufferPointer { distances in
                guard let rows = rows.baseAddress, let distances = distances.baseAddress else { return }
                query.measure(rows, count: slots.count, output: distances)
            }
        }
        var keys: [UInt64] = []
        keys.reserveCapacity(slots.count)
        for (index, slot) in slots.enumerated() {
            keys.append(SearchBuffer.key(distance: distances[index], slot: slot))
        }
        keys.sort()
        return keys
    }

    /// The edges of a new vertex, chosen among candidates that are loaded.
    func forwardEdges(of vertex: UInt32, among candidates: [UInt32], degree: Int) -> [UInt64] {
        var keys = keys(of: candidates, from: vertex)
        pruner.prune(vertex: vertex, candidates: &keys, degree: degree)
        return keys
    }

    /// The neighbours that a vertex with a full list is to have when edges are added, its children always among them;
    /// `nil` where none of the added is worth a place: a list is only written where that gains something.
    /// - Parameters:
    ///   - added: Keys by the distance from the vertex, of vectors that are loaded, as those of its live neighbours
    ///     are.
    /// - Throws: `IndexError.corrupt` for a damaged list.
    func neighbours(of vertex: UInt32, adding added: [UInt64], degree: Int) throws(IndexError) -> [UInt32]? {
        try lists.neighbours(of: vertex, into: &neighbours)
        neighbours.removeAll { !lists.isLive($0) }
        var keys = keys(of: neighbours, from: vertex) + added
        keys.sortUnique()
        let children = neighbours.filter { lists.parent(of: $0) == vertex }
        pruner.prune(vertex: vertex, candidates: &keys, required: children, degree: degree)
        let chosen = keys.map(SearchBuffer.slot)
        return added.contains { chosen.contains(SearchBuffer.slot($0)) } ? chosen : nil
    }

    /// Those of some candidates that are to take the places of edges that a vertex lost, one for each: in directions that
    /// the edges which are left do not cover, as far as there are such, then the nearest.
    /// - Parameters:
    ///   - list: The edges that are left.
    ///   - candidates: None of the list. Loaded, as the list and the vertex are.
    func replacements(for lost: Int, of vertex: UInt32, beside list: [UInt32], among candidates: [UInt32]) -> [UInt32] {
        guard lost > 0 else { return [] }
        var keys = keys(of: list + candidates, from: vertex)
        pruner.prune(vertex: vertex, candidates: &keys, required: list, degree: list.count + lost)
        return keys.map(SearchBuffer.slot).filter { !list.contains($0) }
    }
}
