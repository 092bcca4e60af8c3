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
    /// The vertices that were connected near a vertex, in order: where others of the same place can be connected. Without
    /// it each of many thousand equal vectors would look through all that came before it.
    private var connected: [UInt32: ConnectedVertices] = [:]
    private var stack: [UInt32] = []

    init(vectors: BuildVectors, graph: BuildGraph, entryPoint: UInt32, window: Int) {
        self.vectors = vectors
        self.graph = graph
        self.entryPoint = entryPoint
        self.window = window
        query = BuildQuery(layout: vectors.layout)
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
        query.prepare(vectors.record(vertex))
        try greedy.walk(
            WalkField(graph, of: vectors, entryPoint: entryPoint), distance: query, window: window,
            onExpand: { _ in })
        var queue: [UInt32] = (0..<greedy.buffer.count).map { SearchBuffer.slot(greedy.buffer[$0]) }
        let nearest = SearchBuffer.slot(greedy.buffer[0])
        defer { connected[nearest, default: ConnectedVertices()].append(vertex) }
        let hasRoom = { [graph] (vertex: UInt32) in graph.degree(of: vertex) < graph.maximumDegree }
        if let place = queue.first(where: hasRoom) { return append(vertex, to: place) }
        if let place = connected[nearest]?.first(where: hasRoom) { return append(vertex, to: place) }
        var seen = Set(queue)
        var next = 0
        while next < queue.count {
            let candidate = queue[next]
            next += 1
            if hasRoom(candidate) { return append(vertex, to: candidate) }
            let list = graph.adjacency[Int(candidate)]
            for neighbour in Adjacency.neighbours(list, maximumDegree: graph.maximumDegree)
            where seen.insert(neighbour).inserted {
                queue.append(neighbour)
            }
        }
        splice(vertex, after: nearest)
    }

    private func append(_ vertex: UInt32, to place: UInt32) {
        graph.append(edge: SearchBuffer.key(distance: distance(to: place), slot: vertex), to: place)
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
        var row: UnsafePointer<UInt8>? = vectors.record(slot)
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

/// Vertices in the order in which they were connected. One that is found full stays so, and is not looked at again.
private struct ConnectedVertices {
    private var vertices: [UInt32] = []
    private var start = 0

    mutating func append(_ vertex: UInt32) { vertices.append(vertex) }

    mutating func first(where hasRoom: (UInt32) -> Bool) -> UInt32? {
        while start < vertices.count, !hasRoom(vertices[start]) { start += 1 }
        return start < vertices.count ? vertices[start] : nil
    }
}
