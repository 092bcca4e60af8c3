// Loci, Apache License 2.0.

extension GraphEditor {
    /// Takes vectors out of the graph in place, after "In-place updates of a graph index for streaming approximate nearest
    /// neighbor search" (Xu et al., 2025, arXiv 2502.13826): a walk toward the vector finds most of the vertices that name
    /// it, and their edges are replaced by edges to its own neighbours.
    ///
    /// - Parameter slots: Live and linked. On return they are `.removed`, and nothing of the tree leads to or from them.
    ///   Their own lists stay, for those that still name them; `sweep` finds these.
    /// - Throws: `IndexError.corrupt` for a damaged graph or a slot that is not linked, and what editing throws.
    /// - Complexity: O(window · degree · dimension) a vector, and about as many lists edited as a vertex has in-neighbours.
    package func remove(_ slots: [UInt32]) throws {
        let order = Set(slots).sorted()
        for slot in order where !isLinked(slot) {
            throw IndexError.corrupt("slot \(slot) is to be removed, but the graph does not link it")
        }
        var done = 0
        while done < order.count {
            vectors.trim()
            let size = Self.batch(of: order.count - done, linked: live, total: live)
            try remove(batch: Array(order[done..<done + size]))
            done += size
        }
    }

    private func remove(batch: [UInt32]) throws {
        let (origin, window) = (entryPoint, Self.experiment.window)
        var near = Set(
            try map(batch) { worker, vertex in
                try worker.walk(toward: vertex, from: origin, .vector, window: window)
            }.joined())
        for vertex in batch {
            near.formUnion(try lists.neighbours(of: vertex))
            if vertex != entryPoint { near.insert(lists.parent(of: vertex)) }
            try lists.setState(.removed, of: vertex)
        }
        for vertex in batch { try cutOut(vertex) }
        live -= batch.count
        try repair(near.sorted())
    }

    /// Replaces the edges to slots that are not live, in the lists of those of some vertices that have such.
    ///
    /// - Parameter vertices: In rising order.
    func repair(_ vertices: [UInt32]) throws {
        var damaged: [(vertex: UInt32, candidates: [UInt32])] = []
        var needed: [UInt32] = []
        for vertex in vertices where isLinked(vertex) && lists.hasDeadEdge(vertex) {
            let list = try lists.neighbours(of: vertex)
            var candidates: Set<UInt32> = []
            for dead in list where !lists.isLive(dead) {
                candidates.formUnion(try lists.neighbours(of: dead).filter { isLinked($0) && $0 != vertex })
            }
            candidates.subtract(list)
            damaged.append((vertex, candidates.sorted()))
            needed.append(vertex)
            needed.append(contentsOf: list.filter(lists.isLive))
            needed.append(contentsOf: candidates)
        }
        try vectors.load(needed)
        let repaired = try map(damaged) { worker, task in
            try worker.repairedNeighbours(of: task.vertex, among: task.candidates)
        }
        for (task, neighbours) in zip(damaged, repaired) {
            // A vertex that is left alone with its parent.
            let alone = neighbours.isEmpty && task.vertex != entryPoint
            try lists.setNeighbours(of: task.vertex, alone ? [lists.parent(of: task.vertex)] : neighbours)
        }
    }
}
