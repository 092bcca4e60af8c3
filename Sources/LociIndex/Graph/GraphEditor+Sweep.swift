// Loci, Apache License 2.0.

extension GraphEditor {
    /// Looks at some lists, and replaces their edges to slots that are not live: those that removals did not find. At
    /// the end of a round over all lists no list names what was removed before the round, and these slots become free.
    ///
    /// A light form of the consolidation of FreshDiskANN (Singh et al., 2021, arXiv 2105.09613), which goes over the
    /// whole graph at once.
    /// - Parameters:
    ///   - position: Where the last sweep said that the next goes on; 0 at first.
    ///   - count: How many lists to look at, at the most.
    /// - Returns: Where the next sweep goes on, and how many slots became free.
    /// - Throws: `IndexError.corrupt` for a damaged graph, and what editing throws.
    package func sweep(from position: UInt32, lists count: Int) throws -> (position: UInt32, freed: Int) {
        let start = min(Int(position), graph.slots)
        let end = start + min(max(0, count), graph.slots - start)
        vectors.trim()
        try repair((start..<end).map { UInt32($0) })
        return end < graph.slots ? (UInt32(end), 0) : (0, try endRound())
    }

    private func endRound() throws -> Int {
        var freed = 0
        for slot in 0..<UInt32(graph.slots) {
            switch lists.states?.state(of: slot) {
            case .leaving:
                try lists.setState(.free, of: slot)
                freed += 1
            case .removed: try lists.setState(.leaving, of: slot)
            case .live, .free, nil: break
            }
        }
        return freed
    }
}
