// Loci, Apache License 2.0.

extension GraphEditor {
    /// How many vertices are asked one after the other to take a child, nearest hosts first, before one way down the tree is gone.
    private static let askedInOrder = 64

    /// Makes a vertex the child of one of some hosts, the first that can take it, or of a vertex below them in the
    /// tree.
    ///
    /// A host takes it where its list has room, or an edge that leads to none of its children. One that has neither has
    /// only children, and these are asked next; since a leaf of the tree has none, one is found. Where many vectors are equal, whole
    /// subtrees have no room, and to ask them all made each insertion slower than the one before (100,000 equal vectors took
    /// minutes): so after the first ones a way down is drawn, which ends after few steps.
    /// - Parameters:
    ///   - vertex: None of the hosts is below it in the tree.
    ///   - hosts: In the tree, at least one.
    func attach(_ vertex: UInt32, below hosts: [UInt32]) throws {
        var queue = hosts
        var seen = Set(hosts)
        var next = 0
        while next < min(queue.count, Self.askedInOrder) {
            let host = queue[next]
            next += 1
            if try takes(host, vertex) { return try lists.setParent(host, of: vertex) }
            for child in try children(of: host) where seen.insert(child).inserted { queue.append(child) }
        }
        var random = SplitMix64(seed: UInt64(vertex))
        var host = queue.isEmpty ? vertex : queue[random.next(below: queue.count)]
        // No way down is longer, unless a damaged tree has a circle.
        for _ in 0..<(queue.isEmpty ? 0 : graph.slots) {
            if try takes(host, vertex) { return try lists.setParent(host, of: vertex) }
            let children = try children(of: host)
            guard !children.isEmpty else { break }
            host = children[random.next(below: children.count)]
        }
        throw IndexError.corrupt("the tree of the graph has no leaf below slot \(hosts.first ?? SpanningTree.none)")
    }

    private func children(of host: UInt32) throws -> [UInt32] {
        try lists.neighbours(of: host).filter { lists.parent(of: $0) == host }
    }

    /// How many children a host may be given, a quarter of a list: an edge to a child cannot be dropped for a better one.
    /// Where most edges lead to a few, as by inner product of vectors of three components and uneven length, these had
    /// nothing but children in the end: recall@10 was 0.76 of 3,000 vectors where a fresh graph has 0.93, with half of a
    /// list 0.86, with a quarter 0.95.
    private var childLimit: Int { max(1, lists.maximumDegree / 4) }

    /// Makes a vertex the neighbour of a host, if the host can take it: in place of one that is not live, or in a free
    /// place, or in place of the farthest that is not its child.
    private func takes(_ host: UInt32, _ vertex: UInt32) throws -> Bool {
        var list = try lists.neighbours(of: host)
        let droppable = list.filter { lists.parent(of: $0) != host }
        guard list.count - droppable.count < childLimit else { return false }
        if list.contains(vertex) { return true }
        if let dead = droppable.first(where: { !lists.isLive($0) }), let place = list.firstIndex(of: dead) {
            list[place] = vertex
        } else if list.count < lists.maximumDegree {
            list.append(vertex)
        } else if !droppable.isEmpty {
            try vectors.load(droppable + [host])
            let farthest = worker.keys(of: droppable, from: host).last.map(SearchBuffer.slot)
            guard let place = list.firstIndex(where: { $0 == farthest }) else { return false }
            list[place] = vertex
        } else {
            return false
        }
        try lists.setNeighbours(of: host, list)
        return true
    }

    /// Takes a vertex out of the tree, and gives its children to its parent and to each other.
    ///
    /// A child goes to one that names it already, where there is such; else to the nearest that can take it. The parent
    /// has a place, that of the edge to the vertex. Of several children, those that are attached take the next ones:
    /// the subtrees below them are disjoint, so no circle can come about. The first child of the entry point takes
    /// over.
    func cutOut(_ vertex: UInt32) throws {
        let parent = lists.parent(of: vertex)
        var children = try children(of: vertex)
        try lists.setParent(SpanningTree.none, of: vertex)
        var hosts: [UInt32]
        if vertex == entryPoint {
            let heir = children.firstIndex(where: lists.isLive) ?? children.indices.first
            entryPoint = heir.map { children.remove(at: $0) } ?? SpanningTree.none
            if entryPoint == SpanningTree.none { return }
            try lists.setParent(SpanningTree.none, of: entryPoint)
            hosts = [entryPoint]
        } else {
            guard Int(parent) < graph.slots else {
                throw IndexError.corrupt("slot \(vertex) has the parent \(parent), but there are \(graph.slots) slots")
            }
            hosts = [parent]
        }
        for child in children {
            if let host = hosts.first(where: { lists.hasEdge(from: $0, to: child) }) {
                try lists.setParent(host, of: child)
            } else if let host = hosts.first(where: hasSpare), try takes(host, child) {
                try lists.setParent(host, of: child)
            } else {
                try vectors.load(hosts + [child])
                try attach(child, below: worker.keys(of: hosts, from: child).map(SearchBuffer.slot))
            }
            hosts.append(child)
        }
    }

    /// Whether a vertex can take another without giving up an edge to a live one.
    private func hasSpare(_ host: UInt32) -> Bool {
        let record = lists.lists.record(host)
        for place in 0..<lists.maximumDegree {
            let neighbour = Adjacency.neighbour(record, place)
            if neighbour == Adjacency.unused { return true }
            if Int(neighbour) < graph.slots, !lists.isLive(neighbour), lists.parent(of: neighbour) != host {
                return true
            }
        }
        return false
    }
}
