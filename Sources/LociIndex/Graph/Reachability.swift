// Loci, Apache License 2.0.

/// Makes sure that every vertex can be reached from the entry point.
///
/// Pruning can leave a vertex without an in-edge: of thousands of equal vectors each list keeps only one. Such a vertex
/// gets an edge from the nearest reachable one that has room; where none has, it is spliced into an edge.
struct Reachability {
    private let vectors: BuildVectors
    private let graph: BuildGraph
    private let entryPoint: UInt32
    private let window: Int
    private var query: BuildQuery
    private var greedy = GreedySearch()
    private var isReached: [Bool]
    private var stack: [UInt32] = []

    init(vectors: BuildVectors, graph: BuildGraph, entryPoint: UInt32, window: Int) {
        self.vectors = vectors
        self.graph = graph
        self.entryPoint = entryPoint
        self.window = window
        query = BuildQuery(vectors: vectors)
        isReached = [Bool](repeating: false, count: vectors.count)
    }

    func deallocate() {
        query.deallocate()
        greedy.deallocate()
    }

    /// Connects what cannot be reached, in the order of slots.
    /// - Throws: `IndexError.cancelled` when the observer wants to stop.
    /// - Complexity: O(edges), and a search for each vertex that is connected.
    mutating func connectAll(observer: some BuildObserver) throws(IndexError) {
        let progress = BuildProgress(stage: .connecting, total: vectors.count, observer: observer)
        markReachable(from: entryPoint)
        for vertex in 0..<UInt32(vectors.count) {
            if vertex % 1024 == 0 {
                try progress.checkCancelled()
                progress.advance(min(1024, vectors.count - Int(vertex)))
            }
            guard !isReached[Int(vertex)] else { continue }
            try connect(vertex)
            markReachable(from: vertex)
        }
    }

    /// Adds an edge to `vertex` from the nearest reachable vertex that has room, as far as a search can tell, or else from
    /// the first with room that is found breadth-first from there, or else splices it in.
    private mutating func connect(_ vertex: UInt32) throws(IndexError) {
        query.prepare(vertex)
        try greedy.walk(
            distance: query, codes: vectors.records.records, lines: vectors.recordLines,
            adjacency: graph.adjacency.records, maximumDegree: graph.maximumDegree, count: graph.count,
            entryPoint: entryPoint, window: window, capacity: window, onExpand: { _ in })
        var queue: [UInt32] = (0..<greedy.buffer.count).map { SearchBuffer.slot(greedy.buffer[$0]) }
        var seen = Set(queue)
        var next = 0
        while next < queue.count {
            let candidate = queue[next]
            next += 1
            if graph.degree(of: candidate) < graph.maximumDegree {
                graph.append(edge: SearchBuffer.key(distance: distance(to: candidate), slot: vertex), to: candidate)
                return
            }
            let list = graph.adjacency[Int(candidate)]
            for neighbour in Adjacency.neighbours(list, maximumDegree: graph.maximumDegree)
            where seen.insert(neighbour).inserted {
                queue.append(neighbour)
            }
        }
        splice(vertex, after: SearchBuffer.slot(greedy.buffer[0]))
    }

    /// Puts `vertex` in the middle of the last edge of `origin`: what that edge reached is reached through `vertex`, whose
    /// own edges nothing reachable depends on.
    private func splice(_ vertex: UInt32, after origin: UInt32) {
        var edges: [UInt64] = []
        graph.edges(of: origin, into: &edges)
        guard let last = edges.popLast() else { return }
        edges.append(SearchBuffer.key(distance: distance(to: origin), slot: vertex))
        graph.setEdges(of: origin, edges)
        let target = SearchBuffer.slot(last)
        var own: [UInt64] = []
        graph.edges(of: vertex, into: &own)
        own.removeAll { SearchBuffer.slot($0) == target }
        if own.count == graph.maximumDegree { own.removeLast() }
        own.append(SearchBuffer.key(distance: distance(to: target), slot: target))
        graph.setEdges(of: vertex, own)
    }

    private func distance(to slot: UInt32) -> Float {
        var row: UnsafePointer<UInt8>? = UnsafePointer(vectors.records[Int(slot)])
        var distance: Float = 0
        query(&row, count: 1, output: &distance)
        return distance
    }

    private mutating func markReachable(from start: UInt32) {
        isReached[Int(start)] = true
        stack.append(start)
        while let vertex = stack.popLast() {
            let list = graph.adjacency[Int(vertex)]
            for place in 0..<graph.maximumDegree {
                let neighbour = Adjacency.neighbour(list, place)
                if neighbour == Adjacency.unused { break }
                if !isReached[Int(neighbour)] {
                    isReached[Int(neighbour)] = true
                    stack.append(neighbour)
                }
            }
        }
    }
}
