// Loci, Apache License 2.0.

import CVectorKernels

/// Finds where a query's walk begins, with the memory it needs: none is allocated after the first query of a table.
///
/// Not for use from two threads at once.
struct EntrySearch {
    private let kernels = Kernels.active
    private let rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private let products: UnsafeMutablePointer<Int32>
    private let projected: UnsafeMutablePointer<Float>
    private let values: UnsafeMutablePointer<Int8>
    private let scores: UnsafeMutablePointer<Float>
    private let groups: UnsafeMutablePointer<UInt32>
    private var nearest = SearchBuffer()

    /// How many entries a walk begins at. The scan keeps the best of every sixteenth entry; the better half of these
    /// gave the recall of all, for eight distances less.
    static let seedCount = 8

    init() {
        rows = .allocate(capacity: EntryTableLayout.directionsLimit)
        products = .allocate(capacity: EntryTableLayout.directionsLimit)
        projected = .allocate(capacity: EntryTableLayout.directionsLimit)
        values = .allocate(capacity: EntryTableLayout.directionsLimit)
        scores = .allocate(capacity: EntryTableLayout.entriesPerGroup)
        groups = .allocate(capacity: EntryTableLayout.entriesPerGroup)
    }

    func deallocate() {
        rows.deallocate()
        products.deallocate()
        projected.deallocate()
        values.deallocate()
        scores.deallocate()
        groups.deallocate()
        nearest.deallocate()
    }

    /// Looks at all entries of a table.
    /// - Parameters:
    ///   - query: Prepared, of LVQ codes.
    ///   - table: Of the query's space.
    ///   - onSeed: Takes the slots of up to `seedCount` entries, the nearest first.
    mutating func seeds(of query: QueryState, in table: EntryTable, onSeed: (UInt32) -> Void) {
        let layout = table.layout
        for index in 0..<layout.directions { rows[index] = table.direction(index) }
        kernels.byte_dots(query.coarseBytes, layout.dimension, rows, layout.directions, products)
        let correction = Int32(truncatingIfNeeded: 128 &* query.coarseQuery.sum)
        let queryUnit = query.coarseQuery.unit
        var largest: Float = 0
        for direction in 0..<layout.directions {
            let scale = table.float(at: layout.scalesOffset, direction) * queryUnit
            let projection = scale * Float(products[direction] &- correction) - table.float(at: 0, direction)
            let value = projection * table.float(at: layout.stepsOffset, direction)
            projected[direction] = value
            largest = max(largest, value.magnitude)
        }
        let factor = largest > 0 ? 127 / largest : 0
        let unit = largest > 0 && factor.isFinite ? largest / 127 : 0
        for direction in 0..<layout.directions {
            values[direction] = unit > 0 ? Int8(LVQEncoder.round(projected[direction] * factor)) : 0
        }
        var scan = vk_entry_query(
            values: values, lines: layout.directions / 8, factor: (query.space.metric == .ip ? -1 : -2) * unit)
        kernels.entry_minima(&scan, table.groups, layout.groups, scores, groups)
        nearest.reset(capacity: Self.seedCount)
        for lane in 0..<EntryTableLayout.entriesPerGroup {
            groups[lane] = groups[lane] * UInt32(EntryTableLayout.entriesPerGroup) + UInt32(lane)
        }
        nearest.insert(scores, groups, count: EntryTableLayout.entriesPerGroup)
        for index in 0..<nearest.count { onSeed(table.slot(Int(SearchBuffer.slot(nearest[index])))) }
    }
}
