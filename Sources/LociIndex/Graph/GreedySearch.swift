// Loci, Apache License 2.0.

import CVectorKernels

/// The walk that queries and builds share: best-first over the graph, with a window of candidates (Algorithm 1 of
/// Subramanya et al., "DiskANN", NeurIPS 2019).
///
/// The loop is bound by memory, so it asks for lines early: the neighbour lists of the two candidates that will likely
/// come next are prefetched before the current distances are taken, and all records of a neighbour list before the first
/// distance. Not for use from two threads at once.
struct GreedySearch {
    var buffer = SearchBuffer()
    private var visited = VisitedFilter()
    private var rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private var slots: UnsafeMutablePointer<UInt32>
    private var distances: UnsafeMutablePointer<Float>
    /// How many vertices the last walk expanded, and how many distances it took.
    private(set) var expandedCount = 0
    private(set) var distanceCount = 0

    init() {
        let most = Adjacency.degreeLimits.upperBound
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

    /// Walks from the entry point until the `window` best candidates are all expanded; the best `capacity` that were
    /// measured, at least as many, are left in `buffer`.
    /// - Parameters:
    ///   - codes: The records that `distance` measures.
    ///   - lines: Cache lines of a record worth asking for.
    ///   - adjacency: Neighbour lists of up to `maximumDegree`.
    ///   - count: Slots are below this.
    ///   - onExpand: Called with the key of each vertex that is expanded.
    /// - Throws: `IndexError.corrupt` for a neighbour or an entry point that does not exist, or an impossible degree.
    @inline(__always)
    mutating func walk<Distance: DistanceFunction>(
        distance: Distance, codes: RecordArray, lines: Int, adjacency: RecordArray, maximumDegree: Int, count: Int,
        entryPoint: UInt32, window: Int, capacity: Int, onExpand: (UInt64) -> Void
    ) throws(IndexError) {
        guard maximumDegree > 0, maximumDegree <= Adjacency.degreeLimits.upperBound else {
            throw .corrupt("the degree \(maximumDegree) is not from 1 to \(Adjacency.degreeLimits.upperBound)")
        }
        buffer.reset(capacity: capacity, window: window)
        visited.reset(expected: (window + 16) * maximumDegree / 2)
        expandedCount = 0
        distanceCount = 1
        guard Int(entryPoint) < count else { throw .corrupt("the entry point \(entryPoint) is not below \(count)") }
        _ = visited.insert(entryPoint)
        rows[0] = codes.record(entryPoint)
        distance(rows, count: 1, output: distances)
        buffer.insert(SearchBuffer.key(distance: distances[0], slot: entryPoint))

        let limit = UInt32(truncatingIfNeeded: count)
        let adjacencyLines = (maximumDegree * 4 + 63) / 64
        var strange: UInt32?
        while let key = buffer.expandNext() {
            onExpand(key)
            expandedCount &+= 1
            let list = adjacency.record(SearchBuffer.slot(key))
            if let next = buffer.nextSlot { vk_prefetch_lines(adjacency.record(next), adjacencyLines) }
            if let second = buffer.secondNextSlot { vk_prefetch_lines(adjacency.record(second), adjacencyLines) }
            var found = 0
            for place in 0..<maximumDegree {
                let neighbour = Adjacency.neighbour(list, place)
                if neighbour >= limit {
                    if neighbour != Adjacency.unused { strange = neighbour }
                    break
                }
                if visited.insert(neighbour) {
                    let row = codes.record(neighbour)
                    vk_prefetch_lines(row, lines)
                    rows[found] = row
                    slots[found] = neighbour
                    found &+= 1
                }
            }
            distance(rows, count: found, output: distances)
            distanceCount &+= found
            for index in 0..<found {
                buffer.insert(SearchBuffer.key(distance: distances[index], slot: slots[index]))
            }
        }
        if let strange { throw .corrupt("a neighbour list names slot \(strange), but there are \(count) slots") }
    }
}
