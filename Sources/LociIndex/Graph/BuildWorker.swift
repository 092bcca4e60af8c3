// Loci, Apache License 2.0.

/// What one thread of a build needs, and the two steps that it takes for a vertex.
final class BuildWorker {
    private let vectors: BuildVectors
    private let graph: BuildGraph
    private var query: BuildQuery
    private var greedy = GreedySearch()
    private var pruner: RobustPrune
    private var candidates: [UInt64] = []

    init(vectors: BuildVectors, graph: BuildGraph, alpha: Float) {
        self.vectors = vectors
        self.graph = graph
        query = BuildQuery(vectors: vectors)
        pruner = RobustPrune(vectors: vectors, alpha: alpha)
    }

    deinit {
        query.deallocate()
        greedy.deallocate()
        pruner.deallocate()
    }

    /// Finds a new vertex's neighbours in the graph as it stands, among all vertices that the search expands.
    func linkForward(_ vertex: UInt32, entryPoint: UInt32, window: Int, degree: Int) throws(IndexError) {
        query.prepare(vertex)
        var expanded = candidates
        candidates = []
        expanded.removeAll(keepingCapacity: true)
        try greedy.walk(
            WalkField(graph, of: vectors, entryPoint: entryPoint), distance: query, window: window,
            onExpand: { expanded.append($0 & ~1) })
        sortUnique(&expanded)
        pruner.prune(vertex: vertex, candidates: &expanded, degree: degree)
        graph.setEdges(of: vertex, expanded)
        candidates = expanded
    }

    /// Gives a vertex the back edges of a batch; prunes when there are more than fit.
    func linkBack(_ edges: BackEdges, group: Int, degree: Int) {
        let (vertex, added) = edges[group]
        graph.edges(of: vertex, into: &candidates)
        candidates.append(contentsOf: added)
        sortUnique(&candidates)
        if candidates.count > graph.maximumDegree {
            pruner.prune(vertex: vertex, candidates: &candidates, degree: degree)
        }
        graph.setEdges(of: vertex, candidates)
    }

    /// Sorts keys and drops repeats (a vertex may be expanded twice when the visited filter forgot it).
    private func sortUnique(_ keys: inout [UInt64]) {
        keys.sort()
        var kept = 0
        for index in keys.indices where index == 0 || keys[index] != keys[kept - 1] {
            keys[kept] = keys[index]
            kept += 1
        }
        keys.removeLast(keys.count - kept)
    }
}

/// The workers of a build, one a thread.
struct WorkerPool: @unchecked Sendable {
    // Safe to share: `Parallel` runs one block at a time for each worker's number.
    let workers: [BuildWorker]
}

/// The edges back to a batch of new vertices, grouped by the vertex that they start from.
struct BackEdges: Sendable {
    private let groups: [Range<Int>]
    private let edges: [Edge]

    private struct Edge {
        let from: UInt32
        /// Distance and slot of the new vertex.
        let key: UInt64
    }

    init(of batch: ArraySlice<UInt32>, in graph: BuildGraph) {
        var edges: [Edge] = []
        edges.reserveCapacity(batch.count * graph.maximumDegree)
        var keys: [UInt64] = []
        for vertex in batch {
            graph.edges(of: vertex, into: &keys)
            for key in keys {
                let back = SearchBuffer.key(distance: SearchBuffer.distance(key), slot: vertex)
                edges.append(Edge(from: SearchBuffer.slot(key), key: back))
            }
        }
        edges.sort { ($0.from, $0.key) < ($1.from, $1.key) }
        var groups: [Range<Int>] = []
        var start = 0
        for index in edges.indices where index + 1 == edges.count || edges[index + 1].from != edges[index].from {
            groups.append(start..<index + 1)
            start = index + 1
        }
        self.edges = edges
        self.groups = groups
    }

    var groupCount: Int { groups.count }

    /// A vertex, and the keys of its new neighbours.
    subscript(group: Int) -> (vertex: UInt32, added: [UInt64]) {
        let range = groups[group]
        return (edges[range.lowerBound].from, edges[range].map(\.key))
    }
}
