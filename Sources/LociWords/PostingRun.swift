// Loci, Apache License 2.0.

/// Postings of one term as they are held in memory: three arrays, since a block of 512 postings would be as many arrays of
/// positions, which made an edit five times as slow.
///
/// A run is also a log of changes, in the order in which they came: a posting whose frequency is 0 says that its document has the
/// term no more. `settled` makes changes of a log that can be merged.
package struct PostingRun: Equatable {
    /// The documents.
    package private(set) var slots: [UInt32] = []
    /// How often each has the term.
    package private(set) var frequencies: [UInt32] = []
    /// Of each posting the first position, then how many places each one is beyond the place after the one before.
    private(set) var gaps: [UInt32] = []

    /// A run without postings.
    package init() {}

    /// How many postings there are.
    package var count: Int { slots.count }

    /// A posting, and where its gaps begin.
    package struct Place: Equatable {
        package fileprivate(set) var index = 0
        fileprivate var gap = 0

        /// The first posting.
        package init() {}
    }

    /// Goes to the next posting; there must be one at the place.
    package func advance(_ place: inout Place) {
        place.gap += PostingBlock.positionCount(frequencies[place.index])
        place.index += 1
    }

    /// Adds a posting at the end.
    ///
    /// - Parameters:
    ///   - slot: The document, below 2³² − 1.
    ///   - positions: All places where the term occurs, rising, of which the first `PostingBlock.maximumPositions` are kept; none for a
    ///     document that has the term no more.
    /// - Returns: How many postings there are now.
    @discardableResult
    package mutating func append(slot: UInt32, positions: [UInt32]) -> Int {
        slots.append(slot)
        frequencies.append(UInt32(clamping: positions.count))
        var next: UInt32 = 0
        for position in positions.prefix(PostingBlock.maximumPositions) {
            gaps.append(position &- next)
            next = position &+ 1
        }
        return count
    }

    /// Adds the postings of a block at the end.
    ///
    /// - Throws: `badPostings`.
    package mutating func append(_ block: RawSpan) throws(WordsError) {
        let header = try PostingBlock(header: block)
        try header.readSlots(block, appendingTo: &slots)
        let first = frequencies.count
        try header.readFrequencies(block, appendingTo: &frequencies)
        let count = frequencies[first...].reduce(0) { $0 + PostingBlock.positionCount($1) }
        let firstGap = gaps.count
        try header.readGaps(block, count: count, appendingTo: &gaps)
        // Narrower ones do not lead so far.
        guard header.positionWidth >= 24 else { return }
        var end = firstGap
        for frequency in frequencies[first...] {
            let own = end..<end + PostingBlock.positionCount(frequency)
            guard gaps[own].reduce(UInt64(own.count), { $0 + UInt64($1) }) <= UInt64(UInt32.max) + 1 else {
                throw .badPostings(reason: "a position is out of range")
            }
            end = own.upperBound
        }
    }

    private mutating func append(_ other: PostingRun, from start: Place, to end: Place) {
        guard start.index < end.index else { return }
        slots += other.slots[start.index..<end.index]
        frequencies += other.frequencies[start.index..<end.index]
        gaps += other.gaps[start.gap..<end.gap]
    }

    /// The positions that are kept of a posting.
    package func positions(at place: Place) -> [UInt32] {
        var next: UInt32 = 0
        return gaps[place.gap..<place.gap + PostingBlock.positionCount(frequencies[place.index])].map { gap in
            let position = next &+ gap
            next = position &+ 1
            return position
        }
    }

    /// Whether a posting says of its document what one of another run says of its own.
    package func isSame(_ place: Place, as other: PostingRun, at otherPlace: Place) -> Bool {
        let count = PostingBlock.positionCount(frequencies[place.index])
        guard frequencies[place.index] == other.frequencies[otherPlace.index] else { return false }
        return gaps[place.gap..<place.gap + count].elementsEqual(other.gaps[otherPlace.gap..<otherPlace.gap + count])
    }

    /// The last change of each slot, in the order of slots.
    ///
    /// - Complexity: O(n log n), and O(n) where they came in this order.
    package func settled() -> PostingRun {
        if zip(slots, slots.dropFirst()).allSatisfy({ $0 < $1 }) { return self }
        var places: [Place] = []
        places.reserveCapacity(count)
        var place = Place()
        while place.index < count {
            places.append(place)
            advance(&place)
        }
        places.sort { (slots[$0.index], $0.index) < (slots[$1.index], $1.index) }
        var settled = PostingRun()
        for (index, place) in places.enumerated() {
            if index + 1 < count, slots[places[index + 1].index] == slots[place.index] { continue }
            var end = place
            advance(&end)
            settled.append(self, from: place, to: end)
        }
        return settled
    }

    /// Makes changes.
    ///
    /// - Parameters:
    ///   - changes: A log that was settled.
    ///   - place: The first change to make; it is moved beyond the last one that was made.
    ///   - limit: Changes of slots from this one on are not made; `nil` for all.
    /// - Returns: How many slots came and were not there before, less those that went.
    /// - Complexity: O(postings + changes)
    package mutating func merge(_ changes: PostingRun, from place: inout Place, below limit: UInt32?) -> Int {
        var merged = PostingRun()
        merged.slots.reserveCapacity(count + changes.count - place.index)
        var growth = 0
        var old = Place()
        while place.index < changes.count {
            let slot = changes.slots[place.index]
            if let limit, slot >= limit { break }
            var end = old
            while end.index < count, slots[end.index] < slot { advance(&end) }
            merged.append(self, from: old, to: end)
            old = end
            if old.index < count, slots[old.index] == slot {
                advance(&old)
                growth -= 1
            }
            let change = place
            changes.advance(&place)
            if changes.frequencies[change.index] > 0 {
                merged.append(changes, from: change, to: place)
                growth += 1
            }
        }
        merged.append(self, from: old, to: Place(index: count, gap: gaps.count))
        self = merged
        return growth
    }
}

extension PostingRun.Place {
    fileprivate init(index: Int, gap: Int) {
        self.index = index
        self.gap = gap
    }
}
