// Loci, Apache License 2.0.

/// What one thread of a build needs, and the two steps that it takes for a vertex.
final class BuildWorker {
    private let vectors: BuildVectors
    private let graph: BuildGraph
    private var query: BuildQuery
    private var greedy = GreedySearch()
    private var pruner: RobustPrune<BuildVectors>
    private var candidates: [UInt64] = []

    init(vectors: BuildVectors, graph: BuildGraph, alpha: Float) {
        self.vectors = vectors
        self.graph = graph
        query = BuildQuery(layout: vectors.layout)
        pruner = RobustPrune(vectors: vectors, alpha: alpha)
    }

    deinit {
        query.deallocate()
        greedy.deallocate()
        pruner.deallocate()
    }

    /// Finds a new vertex's neighbours in the graph as it stands, among all vertices that the search expands.
    func linkForward(_ vertex: UInt32, entryPoint: UInt32, window: Int, degree: Int) throws(IndexError) {
        query.prepare(vectors.record(vertex))
        var expanded = candidates
        candidates = []
        expanded.removeAll(keepingCapacity: true)
        try greedy.walk(
            WalkField(graph, of: vectors, entryPoint: entryPoint), distance: query, window: window,
            onExpand: { expanded.append($0 & ~1) })
        expanded.sortUnique()
        pruner.prune(vertex: vertex, candidates: &expanded, degree: degree)
        graph.setEdges(of: vertex, expanded)
        candidates = expanded
    }

    /// Gives a vertex the back edges of a batch; prunes when there are more than fit.
    func linkBack(_ edges: BackEdges, group: Int, degree: Int) {
        let (vertex, added) = edges[group]
        graph.edges(of: vertex, into: &candidates)
        candidates.append(contentsOf: added)
        candidates.sortUnique()
        if candidates.count > graph.maximumDegree {
            pruner.prune(vertex: vertex, candidates: &candidates, degree: degree)
        }
        graph.setEdges(of: vertex, candidates)
    }
}

/// The workers of a build or an edit, one a thread.
struct WorkerPool<Worker>: @unchecked Sendable {
    // Safe to share: `Parallel` runs one block at a time for each worker's number.
    let workers: [Worker]
}

extension [UInt64] {
    /// Sorts keys and drops repeats (a vertex may be expanded twice when the visited filter forgot it).
    mutating func sortUnique() {
        sort()
        var kept = 0
        for index in indices where index == 0 || self[index] != self[kept - 1] {
            self[kept] = self[index]
            kept += 1
        }
        removeLast(count - kept)
    }
}
