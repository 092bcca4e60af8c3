// Loci, Apache License 2.0.

extension Searcher {
    /// Measures every vector but some, and gives the nearest.
    ///
    /// For answers of any length: it sorts what is near enough when that has become twice as much as is kept, which is
    /// O(1) comparisons of numbers a vector but for a logarithm. `search`, which allocates nothing, keeps its answer
    /// sorted all the time, and moves half of it for every block that it measures.
    /// - Parameters:
    ///   - vector: `dimension` floats, at any address.
    ///   - view: What to search.
    ///   - count: The number of neighbours asked for, at least 1.
    ///   - asWalked: Whether distances are those that walks rank by, or else the most exact ones that the view has.
    ///   - radius: Neighbours are no farther.
    ///   - matching: What may be found, all live; `nil` for all.
    ///   - known: Slots that are left out.
    /// - Returns: Slots and distances, nearest first: `count`, or fewer where there are fewer.
    /// - Throws: `IndexError` for a vector that cannot be measured, a count below 1, or a damaged original.
    /// - Complexity: O(count of the view · dimension + n log n), where n is `count`; O(n) memory.
    package func scan(
        _ vector: RawSpan, in view: GraphView, count: Int, asWalked: Bool, within radius: Float,
        matching: SlotSet? = nil, except known: Set<UInt32>
    ) throws(IndexError) -> [(slot: UInt32, distance: Float)] {
        guard count >= 1 else { throw .parameter(name: "k", value: "\(count)", allowed: "at least 1") }
        try query.prepare(vector)
        let ranking = asWalked ? Self.walkRanking(of: view) : Self.fullRanking(of: view)
        var keys: [UInt64] = []
        var limit = UInt64.max
        let block = 64
        reserve(block)
        for start in stride(from: 0, to: view.slotCount, by: block) {
            var size = 0
            for slot in start..<min(start + block, view.slotCount) {
                let slot = UInt32(truncatingIfNeeded: slot)
                slots[size] = slot
                size &+= (matching?.bits.contains(slot) ?? view.states?.isLive(slot) ?? true) ? 1 : 0
            }
            try measure(size, ranking, in: view)
            for index in 0..<size {
                let key = SearchBuffer.key(distance: distances[index], slot: slots[index])
                if key < limit, !known.contains(slots[index]) { keys.append(key) }
            }
            if keys.count / 2 >= count {
                keys.sort()
                keys.removeSubrange(count...)
                limit = keys[count - 1]
            }
        }
        keys.sort()
        return keys.prefix(count).lazy
            .map { [self] in (SearchBuffer.slot($0), reported(SearchBuffer.distance($0), ranking)) }
            .prefix { $0.1 <= radius }
            .map { ($0.0, $0.1) }
    }
}
