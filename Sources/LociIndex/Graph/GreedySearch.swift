// Loci, Apache License 2.0.

import CVectorKernels

/// The walk that queries and builds share: best-first over the graph, with a window of candidates (Algorithm 1 of
/// Subramanya et al., "DiskANN", NeurIPS 2019).
///
/// The loop is bound by memory, so it asks for lines early: the neighbour lists of the two candidates that will likely
/// come next are prefetched before the current distances are taken, and all records of a neighbour list before the first
/// distance. A walk goes in half steps, so that several can take turns while memory answers: `gather` finds what is to be
/// measured, and `measure` does it; where there are sketches, `sift` comes between.
///
/// Not for use from two threads at once.
struct GreedySearch {
    var buffer = SearchBuffer()
    var visited = VisitedFilter()
    var rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    var slots: UnsafeMutablePointer<UInt32>
    private var distances: UnsafeMutablePointer<Float>
    /// A vertex that the walk does not see; `Adjacency.unused` for none.
    var hidden = Adjacency.unused
    /// How many of `rows` and `slots` wait to be measured.
    var pending = 0
    /// Whether `rows` are sketches, so that `sift` comes before `measure`.
    var isSifting = false
    /// Where a scan goes on.
    var position = 0
    /// How many vertices the last walk expanded, how many distances it took, and how many sketches it looked at.
    private(set) var expandedCount = 0
    private(set) var distanceCount = 0
    private(set) var estimateCount = 0

    /// How many slots there is room for: a list, and as much again where only some of what is met is to be found.
    static let most = 2 * Adjacency.degreeLimits.upperBound

    init() {
        let most = Self.most
        rows = .allocate(capacity: most)
        slots = .allocate(capacity: most)
        distances = .allocate(capacity: most)
    }

    func deallocate() {
        buffer.deallocate()
        visited.deallocate()
        rows.deallocate()
        slots.deallocate()
        distances.deallocate()
    }

    /// Walks from the entry point until the `window` best candidates are all expanded; they are left in `buffer`.
    /// - Parameter onExpand: Called with the key of each vertex that is expanded.
    /// - Throws: As `begin` and `gather`.
    @inline(__always)
    mutating func walk<Distance: DistanceFunction>(
        _ field: WalkField, distance: Distance, window: Int, onExpand: (UInt64) -> Void
    ) throws(IndexError) {
        try begin(field, WalkExtent(window: window), hidden: nil)
        repeat { measure(distance) } while try gather(field, onExpand: onExpand)
    }

    /// Starts a walk: the entry point waits to be measured.
    /// - Parameters:
    ///   - extent: How far it goes.
    ///   - hidden: A vertex that the walk is not to see, as if it were not there; the entry point is always seen.
    /// - Throws: `IndexError.corrupt` for an entry point that does not exist or holds no vector, or an impossible degree.
    mutating func begin(_ field: WalkField, _ extent: WalkExtent, hidden: UInt32?) throws(IndexError) {
        guard field.maximumDegree > 0, field.maximumDegree <= Adjacency.degreeLimits.upperBound else {
            throw .corrupt(
                "the degree \(field.maximumDegree) is not from 1 to \(Adjacency.degreeLimits.upperBound)")
        }
        guard Int(field.entryPoint) < field.count else {
            throw .corrupt("the entry point \(field.entryPoint) is not below \(field.count)")
        }
        guard field.states?.isLive(field.entryPoint) ?? true else {
            throw .corrupt("the entry point \(field.entryPoint) holds no vector")
        }
        buffer.reset(extent)
        visited.reset(expected: (extent.typical + 16) * field.maximumDegree / 2)
        expandedCount = 0
        distanceCount = 0
        estimateCount = 0
        pending = 0
        isSifting = false
        self.hidden = hidden == field.entryPoint ? Adjacency.unused : hidden ?? Adjacency.unused
        enter(field.entryPoint, field)
    }

    /// Starts a scan of the field's matching slots, which `gatherNext` gives.
    /// - Parameter extent: What is kept of them.
    mutating func beginScan(_ extent: WalkExtent) {
        buffer.reset(extent)
        expandedCount = 0
        distanceCount = 0
        estimateCount = 0
        pending = 0
        position = 0
        isSifting = false
        hidden = Adjacency.unused
    }

    /// Lets a vertex, below the field's count, wait to be measured before the walk's first step; not one that is hidden,
    /// holds no vector or does not match.
    mutating func enter(_ slot: UInt32, _ field: WalkField) {
        guard pending < Self.most, slot != hidden, field.states?.isLive(slot) ?? true,
            field.matching?.contains(slot) ?? true
        else { return }
        let row = field.codes.record(slot)
        vk_prefetch_lines(row, field.recordLines)
        rows[pending] = row
        slots[pending] = slot
        pending += visited.insert(slot)
    }

    /// Drops those that `gather` found and that cannot be near enough, and asks for the records of the others: between
    /// the halves of a step, where the field has sketches.
    /// - Returns: Whether any is left to be measured.
    @inline(__always)
    mutating func sift<Distance: DistanceFunction>(_ bound: Distance, _ field: WalkField) -> Bool {
        bound(rows, count: pending, output: distances)
        estimateCount &+= pending
        let limit = buffer.limit
        var kept = 0
        for index in 0..<pending {
            slots[kept] = slots[index]
            kept &+= distances[index] <= limit ? 1 : 0
        }
        for index in 0..<kept {
            let row = field.codes.record(slots[index])
            vk_prefetch_lines(row, field.recordLines)
            rows[index] = row
        }
        pending = kept
        isSifting = false
        return kept > 0
    }

    /// Takes the distances of what `gather` found and `sift` left, and keeps what is good enough.
    @inline(__always)
    mutating func measure<Distance: DistanceFunction>(_ distance: Distance) {
        distance(rows, count: pending, output: distances)
        distanceCount &+= pending
        // Most are too far. That is decided without a branch, which no processor could predict.
        let limit = buffer.limit
        var kept = 0
        for index in 0..<pending {
            let measured = distances[index]
            slots[kept] = slots[index]
            distances[kept] = measured
            kept &+= measured <= limit ? 1 : 0
        }
        buffer.insert(distances, slots, count: kept)
        pending = 0
    }

    /// Expands the best candidate, and asks for the sketches or the records of its neighbours, which may come while other
    /// walks of the thread go on.
    /// - Returns: `false` when the walk is over.
    /// - Throws: `IndexError.corrupt` for a neighbour that does not exist.
    @inline(__always)
    mutating func gather(_ field: WalkField, onExpand: (UInt64) -> Void) throws(IndexError) -> Bool {
        guard let key = buffer.expandNext(followed: expandedCount) else { return false }
        onExpand(key)
        expandedCount &+= 1
        let adjacency = field.adjacency
        let list = adjacency.record(SearchBuffer.slot(key))
        if let next = buffer.nextSlot { vk_prefetch_lines(adjacency.record(next), field.adjacencyLines) }
        if let second = buffer.secondNextSlot { vk_prefetch_lines(adjacency.record(second), field.adjacencyLines) }
        var found = 0
        if let matching = field.matching {
            found = try gatherMatching(matching, list, field)
        } else {
            for place in 0..<field.maximumDegree {
                let neighbour = Adjacency.neighbour(list, place)
                guard neighbour < field.limit else {
                    if neighbour == Adjacency.unused { break }
                    throw field.corrupt(neighbour)
                }
                slots[found] = neighbour
                found &+= visited.insert(neighbour) & (neighbour == hidden ? 0 : 1)
            }
            if let states = field.states { found = keepLive(states, found: found) }
        }
        request(found, field)
        return true
    }

    /// Asks for the sketches or the records of slots that were found.
    @inline(__always)
    mutating func request(_ found: Int, _ field: WalkField) {
        // While every candidate is kept, every neighbour is measured.
        isSifting = field.sketches != nil && buffer.limit < .infinity
        let (records, lines) =
            if isSifting, let sketches = field.sketches {
                (sketches, field.sketchLines)
            } else {
                (field.codes, field.recordLines)
            }
        for index in 0..<found {
            let row = records.record(slots[index])
            vk_prefetch_lines(row, lines)
            rows[index] = row
        }
        pending = found
    }

    /// Leaves of the slots that `gather` found those that hold vectors: neighbour lists name others until they are swept.
    /// A loop of its own, so that collections in which nothing was removed pay nothing for it.
    @inline(__always)
    private func keepLive(_ states: SlotStates, found: Int) -> Int {
        var kept = 0
        for index in 0..<found {
            let slot = slots[index]
            slots[kept] = slot
            kept &+= states.isLive(slot) ? 1 : 0
        }
        return kept
    }
}
