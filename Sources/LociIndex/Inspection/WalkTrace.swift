// Loci, Apache License 2.0.

/// The way that a walk took: the vertices whose neighbours it looked at, in their order.
package struct WalkTrace: Sendable, Equatable {
    /// A vertex whose neighbours were looked at.
    package struct Hop: Sendable, Equatable {
        package let slot: UInt32
        /// The hop that met it first; nil for where the walk began.
        package let origin: Int?
        /// How far it is, as the walk measured it by first-level codes, and as the metric reports distances.
        package let distance: Float
        /// How many of its neighbours the walk had not met before.
        package let met: Int
    }

    /// Where the walk began: the entry point, and the nearest of the table of entries.
    package private(set) var entries: [UInt32] = []
    package private(set) var hops: [Hop] = []
    /// The hop that met a slot first, -1 for the entries.
    private var origins: [UInt32: Int] = [:]

    /// Over how many links a slot was met, from where the walk began; nil for one that was not met.
    package func depth(of slot: UInt32) -> Int? {
        guard var hop = origins[slot] else { return nil }
        var depth = 0
        while hop >= 0 {
            depth += 1
            hop = hops[hop].origin ?? -1
        }
        return depth
    }

    fileprivate mutating func enter(_ slots: UnsafeBufferPointer<UInt32>) {
        entries = Array(slots)
        for slot in slots { origins[slot] = -1 }
    }

    fileprivate mutating func expand(_ slot: UInt32, distance: Float, met: UnsafeBufferPointer<UInt32>) {
        let origin = origins[slot].flatMap { $0 < 0 ? nil : $0 }
        // The walk's filter of vertices that were met forgets some; what met them first counts.
        for neighbour in met where origins[neighbour] == nil { origins[neighbour] = hops.count }
        hops.append(Hop(slot: slot, origin: origin, distance: distance, met: met.count))
    }
}

extension Searcher {
    /// Searches as `search` does, and notes the way of the walk.
    /// - Returns: The way, without hops where everything was measured, and how many neighbours were found.
    /// - Throws: As `search`.
    package func trace(
        _ vector: RawSpan, in view: GraphView, count: Int, reach: Reach, hidden: UInt32? = nil,
        slots: UnsafeMutablePointer<UInt32>, distances: UnsafeMutablePointer<Float>
    ) throws(IndexError) -> (trace: WalkTrace, found: Int) {
        try begin(vector, in: view, count: count, reach: reach, hidden: hidden)
        var trace = WalkTrace()
        if isWalking { trace.enter(walk.pointee.search.waiting) }
        var goesOn = true
        while goesOn {
            var expanded: UInt64?
            goesOn = try advance { expanded = $0 }
            guard let expanded else { continue }
            trace.expand(
                SearchBuffer.slot(expanded), distance: query.finish(SearchBuffer.distance(expanded)),
                met: walk.pointee.search.waiting)
        }
        return (trace, finish(slots: slots, distances: distances))
    }
}

extension GreedySearch {
    /// The slots that wait to be measured, until the walk goes on.
    fileprivate var waiting: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: slots, count: pending) }
}
