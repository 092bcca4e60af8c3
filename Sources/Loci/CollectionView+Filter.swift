// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

extension CollectionView {
    /// The slots that match a filter.
    /// - Parameter transaction: Of the view.
    /// - Throws: `StorageError.corrupted` for attributes that are damaged.
    /// - Complexity: O(bytes of all attributes) for a filter that was not used on this view.
    func matching(_ filter: Filter, in transaction: borrowing ReadTransaction) throws -> SlotSet {
        try filters.matching(filter) {
            let matching = SlotSet(limit: record.slots)
            let states = graph.states
            try transaction.forEachAttributes(in: number) { slot, text in
                // A slot that holds nothing has no attributes; a damaged file may say otherwise.
                guard slot < record.slots, states?.isLive(slot) ?? true else { return }
                if filter.matches(utf8: text) { matching.insert(slot) }
            } fault: { fault in
                throw StorageError.corrupted(what: fault.description, location: "collection \(number)")
            }
            return matching
        }
    }

    /// What a searcher is told, when only some slots may be found.
    /// - Throws: As `window(for:)`.
    func plan(_ options: SearchOptions, matching: SlotSet) throws(LociError) -> FilterPlan {
        FilterPlan(
            matching: matching.count, count: record.count, window: try walkedWindow(for: options),
            isExact: options.isExact, hasGraph: record.hasGraph, isWithin: options.maximumDistance != nil)
    }

    /// How far to look.
    /// - Throws: As `window(for:)`.
    func reach(of options: SearchOptions, matching: SlotSet?) throws(LociError) -> Searcher.Reach {
        guard let matching else { return try reach(of: options) }
        let plan = try plan(options, matching: matching)
        let radius = options.maximumDistance ?? .infinity
        switch plan.method {
        case .exact: return .everything(within: radius)
        case .scan: return .codes(within: radius, window: plan.window)
        case .drop:
            let window = plan.window * plan.count / max(1, plan.matching)
            return .dropping(window: min(max(window, plan.window), record.count))
        case .walk: return radius < .infinity ? .within(radius, window: plan.window) : .window(plan.window)
        }
    }
}

extension Collection {
    /// How a search with a filter is made, without making it.
    /// - Returns: `nil` for options without a filter.
    /// - Throws: As a search with the options.
    /// - Complexity: O(bytes of all attributes) for a filter that was not used since the last commit.
    public func plan(_ options: SearchOptions) throws -> FilterPlan? {
        try options.validate()
        return try withMatching(options.filter) { view, matching in
            try matching.map { try view.plan(options, matching: $0) }
        }
    }

    /// Runs `body` with the view, and with what matches a filter in it.
    func withMatching<Result>(
        _ filter: Filter?, _ body: (CollectionView, SlotSet?) throws -> Result
    ) throws -> Result {
        guard let filter else { return try withView { try body($0, nil) } }
        return try withFound({ view, transaction in try view.matching(filter, in: transaction) }, body)
    }
}
