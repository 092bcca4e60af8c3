// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import Synchronization

/// The slots of the rows that match a filter.
struct MatchingSlots: Sendable {
    /// Of all vectors of these rows.
    let slots: SlotSet
    /// How many rows they are.
    let rowCount: Int
    /// How they were found.
    let source: FilterPlan.Source

    var count: Int { slots.count }

    /// - Parameter rowCount: How many rows the slots are; `nil` for as many.
    init(slots: SlotSet, source: FilterPlan.Source, rowCount: Int? = nil) {
        self.slots = slots
        self.source = source
        self.rowCount = rowCount ?? slots.count
    }
}

/// What matches filters that were used on a view: attributes and indexes are read once for each filter and commit.
final class FilterCache: Sendable {
    private struct Entry {
        let filter: Filter
        let matching: MatchingSlots
    }

    /// The last used first.
    private let entries = Mutex<[Entry]>([])

    /// So many filters are remembered, and sets of so many bytes in all, but one at least.
    private static let limit = 64
    private static let byteLimit = 64 << 20

    /// What matches a filter.
    /// - Parameter find: Finds it; two threads may do so at once.
    func matching(_ filter: Filter, _ find: () throws -> MatchingSlots) rethrows -> MatchingSlots {
        let known = entries.withLock { entries -> MatchingSlots? in
            guard let place = entries.firstIndex(where: { $0.filter == filter }) else { return nil }
            let entry = entries.remove(at: place)
            entries.insert(entry, at: 0)
            return entry.matching
        }
        if let known { return known }
        let matching = try find()
        entries.withLock { entries in
            entries.removeAll { $0.filter == filter }
            entries.insert(Entry(filter: filter, matching: matching), at: 0)
            while entries.count > 1,
                entries.count > Self.limit || entries.reduce(0, { $0 + $1.matching.slots.byteCount }) > Self.byteLimit
            {
                entries.removeLast()
            }
        }
        return matching
    }
}
