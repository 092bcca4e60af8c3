// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

extension CollectionView {
    /// The slots of rows that match a filter, and how they were found.
    /// - Parameter transaction: Of the view.
    /// - Throws: `StorageError.corrupted` for attributes, or indexes, that are damaged.
    /// - Complexity: For a filter that was not used on this view, O(slots / 64 + postings that are read) where indexes cover it, and
    ///   else O(bytes of the attributes that they leave open): without an index, of all.
    func matching(
        _ filter: Filter, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> MatchingSlots {
        try filters.matching(filter) { try widened(find(filter, in: transaction), in: transaction) }
    }

    /// The first slots of rows that match: these have the attributes.
    private func find(
        _ filter: Filter, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> MatchingSlots {
        let indexed = IndexedFilter(filter.expression)
        let fields = try transaction.indexedFields(of: number)
        guard fields.contains(where: { indexed.fields.contains($0.path) }) else {
            let matching = SlotSet(limit: record.slots)
            try read(filter, among: nil, into: matching, in: transaction)
            return MatchingSlots(slots: matching, source: .attributes)
        }
        let (known, open) = try IndexedMatching(
            fields: fields, collection: number, limit: record.slots, in: transaction
        ).matching(indexed, in: transaction)
        guard open.count > 0 else { return MatchingSlots(slots: known, source: .indexes) }
        try read(filter, among: open, into: known, in: transaction)
        return MatchingSlots(slots: known, source: .indexesAndAttributes)
    }

    /// Reads attributes, and adds the slots that match.
    /// - Parameter open: The slots to look at; `nil` for all.
    private func read(
        _ filter: Filter, among open: SlotSet?, into matching: SlotSet,
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws {
        let states = graph.states
        // A slot that holds nothing has no attributes; a damaged file may say otherwise.
        func isLive(_ slot: UInt32) -> Bool { slot < record.slots && states?.isLive(slot) ?? true }
        if let open, open.count < record.count / Self.readInOrder {
            try open.forEach { slot in
                guard isLive(slot), let text = try transaction.attributes(of: slot, in: number) else { return }
                if filter.matches(utf8: text.span.bytes) { matching.insert(slot) }
            }
            return
        }
        try transaction.forEachAttributes(in: number) { slot, text in
            guard isLive(slot), open?.contains(slot) ?? true else { return }
            if filter.matches(utf8: text) { matching.insert(slot) }
        } fault: { fault in
            throw StorageError.corrupted(what: fault.description, location: "collection \(number)")
        }
    }

    /// Attributes of one slot in so many, or more, are read in the order in which they lie: to look for one in the tree takes as
    /// long as to step over some.
    private static let readInOrder = 8

    /// What a searcher is told, when only some slots may be found.
    /// - Throws: As `window(for:)`.
    func plan(_ options: SearchOptions, matching: MatchingSlots) throws(LociError) -> FilterPlan {
        FilterPlan(
            matching: matching.count, source: matching.source, count: record.count,
            window: try walkedWindow(for: options),
            isExact: options.isExact, hasGraph: record.hasGraph, isWithin: options.maximumDistance != nil)
    }

    /// How far to look.
    /// - Throws: As `window(for:)`.
    func reach(of options: SearchOptions, matching: MatchingSlots?) throws(LociError) -> Searcher.Reach {
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

extension CollectionView {
    /// What matches with all slots of its rows: attributes, by which filters go, belong to the first alone.
    /// - Parameter found: First slots of rows, which become the property of the answer.
    /// - Complexity: O(rows that match · log n), or O(rows) where many do.
    func widened(
        _ found: MatchingSlots, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> MatchingSlots {
        guard record.hasExtraVectors else { return found }
        let wide = found.slots.copy()
        if found.count < record.rowCount / Self.rowsInOrder {
            try found.slots.forEach { slot in
                let id = VectorID(bytes: try identifiers.identifier(at: slot))
                for other in try slots(of: id, in: transaction) ?? [] { wide.insert(other) }
            }
        } else {
            for (first, slots) in try RowLists(self, in: transaction).lists where found.slots.contains(first) {
                for slot in slots { wide.insert(slot) }
            }
        }
        return MatchingSlots(slots: wide, source: found.source, rowCount: found.count)
    }

    /// Where one row in so many matches, or more, all are read in the order in which they lie.
    private static let rowsInOrder = 8
}

extension Collection {
    /// How a search with a filter is made, without making it.
    /// - Returns: `nil` for options without a filter.
    /// - Throws: As a search with the options.
    /// - Complexity: For a filter that was not used since the last commit, O(bytes of all attributes), less where indexes help.
    public func plan(_ options: SearchOptions) throws -> FilterPlan? {
        try options.validate()
        return try withMatching(options.filter) { view, matching in
            try matching.map { try view.plan(options, matching: $0) }
        }
    }

    /// Runs `body` with the view, and with what matches a filter in it.
    func withMatching<Result>(
        _ filter: Filter?, _ body: (CollectionView, MatchingSlots?) throws -> Result
    ) throws -> Result {
        guard let filter else { return try withView { try body($0, nil) } }
        return try withFound({ view, transaction in try view.matching(filter, in: transaction) }, body)
    }
}
