// Loci, Apache License 2.0.

import CVectorKernels

extension GreedySearch {
    /// How many slots a scan asks for at once: a few cache lines each, as many as memory answers together.
    private static let blockSize = 64

    /// Finds the neighbours of a vertex that match, or their neighbours: where few match, the way from one that does to the
    /// next leads over others.
    ///
    /// After ACORN (Patel et al., SIGMOD 2024, arXiv 2403.04871): only what matches is measured and expanded, and neighbours
    /// that do not match are bridges to theirs. Where we differ: the graph is the one that there is, without longer lists,
    /// and bridges are taken, nearest first, only until as many are found as a list has places.
    /// - Parameter list: The neighbour list of the vertex.
    /// - Returns: How many of `slots` were found.
    /// - Throws: `IndexError.corrupt` for a neighbour that does not exist.
    @inline(never)
    mutating func gatherMatching(
        _ matching: SlotBits, _ list: UnsafePointer<UInt8>, _ field: WalkField
    ) throws(IndexError) -> Int {
        let adjacency = field.adjacency
        var found = 0
        // From the end of the array, where what is found does not come.
        var bridge = Self.most
        for place in 0..<field.maximumDegree {
            let neighbour = Adjacency.neighbour(list, place)
            guard neighbour < field.limit else {
                if neighbour == Adjacency.unused { break }
                throw field.corrupt(neighbour)
            }
            guard visited.insert(neighbour) == 1, neighbour != hidden else { continue }
            if matching.contains(neighbour) {
                slots[found] = neighbour
                found &+= 1
            } else if field.states?.isLive(neighbour) ?? true {
                bridge &-= 1
                slots[bridge] = neighbour
                vk_prefetch_lines(adjacency.record(neighbour), field.adjacencyLines)
            }
        }
        let enough = field.maximumDegree
        var next = Self.most
        while next > bridge, found < enough {
            next &-= 1
            let list = adjacency.record(slots[next])
            for place in 0..<field.maximumDegree where found < bridge {
                let neighbour = Adjacency.neighbour(list, place)
                guard neighbour < field.limit else {
                    if neighbour == Adjacency.unused { break }
                    throw field.corrupt(neighbour)
                }
                guard matching.contains(neighbour), visited.insert(neighbour) == 1, neighbour != hidden else {
                    continue
                }
                slots[found] = neighbour
                found &+= 1
            }
        }
        return found
    }

    /// Asks for the next matching slots of a scan.
    /// - Returns: `false` when all were given.
    mutating func gatherNext(_ matching: SlotBits, _ field: WalkField) -> Bool {
        let found = matching.next(from: &position, into: slots, count: Self.blockSize)
        guard found > 0 else { return false }
        request(found, field)
        return true
    }
}
