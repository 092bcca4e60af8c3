// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage

/// How neighbours are put together: by a field of their attributes.
public struct Grouping: Sendable, Equatable {
    /// The field, as filters write it; the point before it may be left out.
    public var field: String
    /// The most neighbours of a group, at least 1.
    public var size: Int

    /// The most neighbours of a group.
    public static let limit = 10_000

    /// A grouping by a field.
    /// - Parameters:
    ///   - field: As filters write it.
    ///   - size: The most neighbours of a group, at least 1.
    public init(by field: String, size: Int = 1) {
        self.field = field
        self.size = size
    }
}

/// The nearest neighbours of those that have the same value in a field.
public struct NeighborGroup: Sendable, Equatable {
    /// The value, as one of them has it.
    public let value: AttributeValue
    /// The neighbours, nearest first: at least one.
    public let neighbors: [Neighbor]
}

extension Collection {
    /// Finds the groups whose nearest vectors are nearest to a query, and the nearest of each.
    ///
    /// Vectors, or rows of several, belong together whose attributes have the same number, boolean or string in the field; `true` is 1, and strings are
    /// the same if their bytes are. Others, and those without the field, belong to no group and are not found.
    ///
    /// Groups are met in the order of a search, until there are `k`. Those that have fewer than they may are then searched each for
    /// itself, so that none comes short: without an index of the kind `keyword` on the field (or `number`, of numbers), all
    /// attributes are read for that.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - options: How to search; `k` is the number of groups.
    ///   - grouping: The field, and the size of groups.
    /// - Returns: The groups, that of the nearest vector first; fewer than `k` where there are not more.
    /// - Throws: `LociError.fieldPath`; `IndexError` for a vector or number that cannot be used; `LociError`.
    /// - Complexity: That of a search for the vectors that are met before the last group is, and for groups that are searched each
    ///   for itself, that of a search with a filter.
    public func search(
        _ vector: [Float], _ options: SearchOptions = SearchOptions(), by grouping: Grouping
    ) throws -> [NeighborGroup] {
        try options.validate()
        guard (1...Grouping.limit).contains(grouping.size) else {
            throw IndexError.parameter(
                name: "group size", value: "\(grouping.size)", allowed: "from 1 to \(Grouping.limit)")
        }
        let path = try FieldIndex.path(grouping.field).path
        return try withFound { view, transaction in
            try view.admitQueries(dimension: vector.count)
            guard view.record.count > 0 else { return [] }
            var search = try GroupedSearch(vector, options, path, size: grouping.size, view: view, in: transaction)
            return try search.run(in: transaction)
        } _: { _, groups in
            groups
        }
    }
}

/// A search for groups.
private struct GroupedSearch {
    private let vector: [Float]
    private let options: SearchOptions
    private let size: Int
    private let groupLimit: Int
    private let view: CollectionView
    private let reader: FieldGroupReader
    /// The index on the field.
    private let index: IndexedField?
    /// The vectors of groups that were not met, and those of the groups that are met in this round.
    private var matching: MatchingSlots
    private var groups: [FieldGroup] = []
    private var places: [FieldGroup: Int] = [:]
    private var found: [[SearchProgress.Found]] = []

    /// When so many vectors for each group that is wanted were met, and groups are missing still, the vectors of those that are there
    /// are taken out of the search: where few groups have most of the vectors, it would not come to an end.
    private static let patience = 16
    private static let smallestRound = 256

    init(
        _ vector: [Float], _ options: SearchOptions, _ path: FilterPath, size: Int, view: CollectionView,
        in transaction: borrowing ReadTransaction
    ) throws {
        self.vector = vector
        self.size = size
        self.view = view
        groupLimit = options.k
        // More are looked for than there will be groups, and more than a tuning was made for.
        var deeper = options
        if !options.isExact { deeper.effort = .window(try view.walkedWindow(for: options)) }
        self.options = deeper
        reader = try FieldGroupReader(path)
        index = try transaction.indexedFields(of: view.number).first { $0.path == path }
        let known = try options.filter.map { try view.matching($0, in: transaction) }
        let holding = try view.matching(Filter(parsing: "exists .\(path.text)"), in: transaction)
        let slots = holding.slots.copy()
        if let known { slots.formIntersection(known.slots) }
        matching = MatchingSlots(slots: slots, source: holding.source)
    }

    mutating func run(in transaction: borrowing ReadTransaction) throws -> [NeighborGroup] {
        while groups.count < groupLimit, matching.count > 0 {
            let known = groups.count
            let isComplete = try meet(in: transaction)
            let isFull = groups.count >= groupLimit
            // Nothing new is met any more, or all that there is was met.
            if isComplete || isFull && size == 1 { break }
            let members = try members(of: groups[known...], in: transaction)
            for (place, slots) in zip(known..., members) where found[place].count < size {
                try fill(place, slots, in: transaction)
            }
            if isFull { break }
            let rest = matching.slots.copy()
            for slots in members { rest.subtract(slots) }
            matching = MatchingSlots(slots: rest, source: matching.source)
        }
        // A later round looks elsewhere, and may find what an earlier one has missed.
        let order = found.indices.sorted { (found[$0][0].distance, $0) < (found[$1][0].distance, $1) }
        return try order.map { place in
            NeighborGroup(
                value: groups[place].value,
                neighbors: try found[place].map { slot, distance in
                    Neighbor(id: VectorID(bytes: try view.identifiers.identifier(at: slot)), distance: distance)
                })
        }
    }

    /// Meets rows in the order of a search, until there are all groups or patience ends.
    /// - Returns: Whether all rows were met.
    private mutating func meet(in transaction: borrowing ReadTransaction) throws -> Bool {
        var progress = SearchProgress()
        var met: Set<UInt32> = []
        let round = max(Self.smallestRound, Self.patience * groupLimit)
        let before = groups.count
        while groups.count < groupLimit, met.count < round || groups.count == before {
            let page = try page(max(groupLimit, progress.givenCount), matching, &progress)
            if page.isEmpty { return true }
            for hit in page {
                let first = try firstSlot(with: hit.slot, in: transaction)
                guard met.insert(first).inserted,
                    let text = try transaction.attributes(of: first, in: view.number),
                    let group = reader.group(of: text.span.bytes)
                else { continue }
                if let place = places[group] {
                    if found[place].count < size { found[place].append(hit) }
                } else if groups.count < groupLimit {
                    places[group] = groups.count
                    groups.append(group)
                    found.append([hit])
                }
            }
        }
        return progress.isComplete && progress.pendingCount == 0
    }

    /// The vectors that a search finds next.
    private func page(
        _ count: Int, _ matching: MatchingSlots, _ progress: inout SearchProgress
    ) throws -> ArraySlice<SearchProgress.Found> {
        try view.withSearcher { try view.deepen(&progress, vector, options, matching, wanted: count, $0) }
        return progress.take(count)
    }

    /// The first slot of a row, which has its attributes.
    private func firstSlot(with slot: UInt32, in transaction: borrowing ReadTransaction) throws -> UInt32 {
        guard view.record.hasExtraVectors else { return slot }
        let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
        return try view.slots(of: id, in: transaction)?.first ?? slot
    }

    /// The vectors of groups.
    private func members(
        of groups: ArraySlice<FieldGroup>, in transaction: borrowing ReadTransaction
    ) throws -> [SlotSet] {
        let sets = groups.map { _ in SlotSet(limit: view.record.slots) }
        var unread: [FieldGroup: SlotSet] = [:]
        for (group, set) in zip(groups, sets) {
            guard let index, let term = group.term, index.kind == .keyword || group.isNumber else {
                unread[group] = set
                continue
            }
            // No value begins with another one.
            try transaction.forEachPostings(
                of: index.record.number, in: view.number, from: term, upTo: term + [0]
            ) { _, slots in
                for slot in slots { set.insert(slot) }
            }
        }
        if !unread.isEmpty {
            try transaction.forEachAttributes(in: view.number) { slot, text in
                guard matching.slots.contains(slot), let group = reader.group(of: text) else { return }
                unread[group]?.insert(slot)
            } fault: { fault in
                throw StorageError.corrupted(what: fault.description, location: "collection \(view.number)")
            }
        }
        return try sets.map { set in
            set.formIntersection(matching.slots)
            return try view.widened(MatchingSlots(slots: set, source: matching.source), in: transaction).slots
        }
    }

    /// Searches a group for itself.
    private mutating func fill(_ place: Int, _ slots: SlotSet, in transaction: borrowing ReadTransaction) throws {
        guard slots.count > found[place].count else { return }
        let members = MatchingSlots(slots: slots, source: matching.source)
        var progress = SearchProgress()
        // What was met before is met again, unless the graph leads elsewhere now.
        var nearest: [UInt32: SearchProgress.Found] = [:]
        for hit in found[place] { nearest[try firstSlot(with: hit.slot, in: transaction)] = hit }
        var rows: Set<UInt32> = []
        while rows.count < size {
            let page = try page(size, members, &progress)
            if page.isEmpty { break }
            for hit in page {
                let first = try firstSlot(with: hit.slot, in: transaction)
                rows.insert(first)
                if nearest[first].map({ hit.distance < $0.distance }) ?? true { nearest[first] = hit }
            }
        }
        let all = nearest.values.sorted { ($0.distance, $0.slot) < ($1.distance, $1.slot) }
        found[place] = Array(all.prefix(size))
    }
}
