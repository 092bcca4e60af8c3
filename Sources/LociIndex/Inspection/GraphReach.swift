// Loci, Apache License 2.0.

/// How many links each vector of a graph is from the entry point, breadth-first over vectors alone.
package struct GraphReach {
    /// What stands for a slot that no way leads to, or that holds no vector.
    package static let unreached = UInt32.max

    /// The number of links to each slot.
    package private(set) var hops: [UInt32]

    /// - Parameters:
    ///   - view: What to walk; its memory must be sound. Slots that lists name beyond the last are passed over.
    ///   - entryPoint: Where to begin: a slot of the view.
    /// - Complexity: O(slots · degree).
    package init(_ view: GraphView, adjacency: RecordArray, from entryPoint: UInt32) {
        hops = [UInt32](repeating: Self.unreached, count: view.slotCount)
        hops[Int(entryPoint)] = 0
        var queue = [entryPoint]
        var next = 0
        while next < queue.count {
            let slot = queue[next]
            next += 1
            let record = adjacency.record(slot)
            for place in 0..<view.maximumDegree {
                let neighbour = Adjacency.neighbour(record, place)
                if neighbour == Adjacency.unused { break }
                guard neighbour < view.slotCount, view.states?.isLive(neighbour) ?? true,
                    hops[Int(neighbour)] == Self.unreached
                else { continue }
                hops[Int(neighbour)] = hops[Int(slot)] + 1
                queue.append(neighbour)
            }
        }
    }
}
