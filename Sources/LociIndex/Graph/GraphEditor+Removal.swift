// Loci, Apache License 2.0.

extension GraphEditor {
    /// How many of the nearest vertices a removal looks at for edges to what is removed. Of 28 edges to a vector of
    /// Fashion-MNIST it finds 24; on WordNet-MiniLM 64 leave half as many more for the sweep, 128 a third fewer, and
    /// the recall is the same.
    private static let removalWindow = 96

    /// Takes vectors out of the graph in place, after "In-place updates of a graph index for streaming approximate
    /// nearest neighbor search" (Xu et al., 2025, arXiv 2502.13826): a walk toward a vector finds most of the vertices
    /// that name it, and their edges are replaced by edges to its own neighbours.
    ///
    /// Where we differ: the walk begins at the vector itself, whose neighbours are all that is wanted; an edge is
    /// replaced by one, chosen among the vector's neighbours as robust pruning would beside the edges that are left, and
    /// no edges are added to what the vector led to, since the tree keeps that within reach. Of a stream of
    /// Fashion-MNIST that drifts until none of the first 30,000 vectors is left, that leaves recall@10 0.9973 at window
    /// 20, as much as a graph that is built anew has (0.9970); to take the nearest, which took half of the time, left
    /// 0.9876, since edges in few directions were left in the end. A list that is longer than pruning leaves it is not
    /// filled: that leaves 0.9961, in 5 % fewer distances. To prune the list together with all that the vector
    /// led to, as FreshDiskANN does, makes lists shorter: on 9,000 vectors of WordNet-MiniLM of which a twentieth was
    /// replaced 40 times that left 0.960 where the nearest left 0.967.
    /// - Parameter slots: Live and linked. On return they are `.removed`, and nothing of the tree leads to or from
    ///   them. Their own lists stay, for those that still name them; `sweep` finds these. Where they were all, there is
    ///   no entry point any more.
    /// - Throws: `IndexError.corrupt` for a damaged graph or a slot that is not linked, and what editing throws.
    /// - Complexity: O(degree · dimension) for each vertex that names a vector, and about as many lists edited.
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
        let (origin, window) = (entryPoint, Self.removalWindow)
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
    /// - Parameter vertices: In rising order.
    func repair(_ vertices: [UInt32]) throws {
        let degree = parameters.prunedDegree
        var damaged: [Damage] = []
        var needed: [UInt32] = []
        for vertex in vertices where isLinked(vertex) && lists.hasDeadEdge(vertex) {
            let list = try lists.neighbours(of: vertex)
            var damage = Damage(vertex: vertex, live: list.filter(lists.isLive))
            damage.lost = min(list.count, degree) - damage.live.count
            if damage.lost > 0 {
                var candidates: Set<UInt32> = []
                for dead in list where !lists.isLive(dead) {
                    // A slot that was free may have a vector again that is not linked yet.
                    candidates.formUnion(try lists.neighbours(of: dead).filter { isLinked($0) && $0 != vertex })
                }
                damage.candidates = candidates.subtracting(list).sorted()
                needed.append(vertex)
                needed.append(contentsOf: damage.live)
                needed.append(contentsOf: damage.candidates)
            }
            damaged.append(damage)
        }
        try vectors.load(needed)
        let replacements = try map(damaged) { worker, damage in
            worker.replacements(
                for: damage.lost, of: damage.vertex, beside: damage.live, among: damage.candidates)
        }
        for (damage, added) in zip(damaged, replacements) {
            let list = damage.live + added
            // What is left alone names its parent: every list leads somewhere.
            let isAlone = list.isEmpty && damage.vertex != entryPoint
            try lists.setNeighbours(of: damage.vertex, isAlone ? [lists.parent(of: damage.vertex)] : list)
        }
    }

    /// A list that names slots which are not live.
    private struct Damage {
        let vertex: UInt32
        /// Those of the list that are live.
        let live: [UInt32]
        /// How many edges are to take the places of the others, and to what: none where enough are left.
        var lost = 0
        var candidates: [UInt32] = []
    }
}
