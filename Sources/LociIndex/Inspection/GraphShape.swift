// Loci, Apache License 2.0.

/// How a graph is linked: what tells a sound graph from one that walks get lost in.
package struct GraphShape: Sendable, Equatable {
    /// How many vectors link to 0, 1, 2, … others.
    package private(set) var outDegrees: [Int]
    /// How many vectors are linked to by 0, 1, 2, … others.
    package private(set) var inDegrees: [Int] = []
    /// How many vectors are 0, 1, 2, … links from the entry point.
    package private(set) var hops: [Int] = []
    /// How many vectors no way leads to.
    package private(set) var unreached = 0
    /// How many places of lists name a vector that was removed, until they are swept.
    package private(set) var staleLinks = 0

    /// - Parameters:
    ///   - view: What to look at; its memory must be sound.
    ///   - adjacency: Its neighbour lists.
    /// - Throws: `IndexError.corrupt` for a slot that does not exist.
    /// - Complexity: O(slots · degree) time, O(slots) memory.
    package init(_ view: GraphView, adjacency: RecordArray) throws(IndexError) {
        outDegrees = [Int](repeating: 0, count: view.maximumDegree + 1)
        var received = [UInt32](repeating: 0, count: view.slotCount)
        let slots = 0..<UInt32(view.slotCount)
        func isLive(_ slot: UInt32) -> Bool { view.states?.isLive(slot) ?? true }
        for slot in slots where isLive(slot) {
            let record = adjacency.record(slot)
            var degree = 0
            for place in 0..<view.maximumDegree {
                let neighbour = Adjacency.neighbour(record, place)
                if neighbour == Adjacency.unused { break }
                guard neighbour < view.slotCount else {
                    throw .corrupt(
                        "slot \(slot) has the neighbour \(neighbour), but there are \(view.slotCount) slots")
                }
                if isLive(neighbour) {
                    degree += 1
                    received[Int(neighbour)] += 1
                } else {
                    staleLinks += 1
                }
            }
            outDegrees[degree] += 1
        }
        guard view.count > 0 else { return }
        guard view.entryPoint < view.slotCount else {
            throw .corrupt("the entry point \(view.entryPoint) is not below \(view.slotCount)")
        }
        let reach = GraphReach(view, adjacency: adjacency, from: view.entryPoint)
        for slot in slots where isLive(slot) {
            Self.count(Int(received[Int(slot)]), in: &inDegrees)
            let hops = reach.hops[Int(slot)]
            if hops == GraphReach.unreached { unreached += 1 } else { Self.count(Int(hops), in: &self.hops) }
        }
    }

    private static func count(_ value: Int, in histogram: inout [Int]) {
        while histogram.count <= value { histogram.append(0) }
        histogram[value] += 1
    }
}
