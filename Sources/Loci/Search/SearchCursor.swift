// Loci, Apache License 2.0.

/// Some neighbours of a query, and how to get those after them.
public struct SearchPage: Sendable {
    /// The neighbours of this page, nearest first.
    public let neighbors: [Neighbor]
    /// Where the next page begins; `nil` exactly when all neighbours were given.
    public let next: SearchCursor?
}

/// Where a search goes on: what it has given so far, and what it has found besides.
///
/// A value: to use one twice gives the same page twice. It belongs to one query, to one collection, and to one commit; keep
/// the ``DatabaseView`` to go on while others write.
///
/// It takes some 10 bytes of memory for each neighbour that was found, given or not: up to twice as many as were given, or
/// eight times as many where vectors are scanned; where rows have several vectors, the identifiers that were given besides. Copies
/// share it.
public struct SearchCursor: Sendable {
    /// The number of the commit that it belongs to, as of ``DatabaseView/commit``.
    public var commit: Int { origin.commit }
    /// How many neighbours the pages so far have given.
    public var givenCount: Int { progress.givenRows.isEmpty ? progress.givenCount : progress.givenRows.count }
    private let origin: CursorOrigin
    private let query: [Float]
    private let options: SearchOptions
    let progress: SearchProgress

    init(_ origin: CursorOrigin, query: [Float], options: SearchOptions, progress: SearchProgress) {
        self.origin = origin
        self.query = query
        self.options = options
        self.progress = progress
    }

    /// - Throws: `LociError.cursorMismatch` or `cursorOutdated` when another search than this is to be continued.
    func validate(_ origin: CursorOrigin, query: [Float], options: SearchOptions) throws(LociError) {
        var options = options
        options.k = self.options.k
        let mismatch: String? =
            if query != self.query {
                "query"
            } else {
                options == self.options ? nil : "effort, exactness or distance"
            }
        try self.origin.validate(origin, mismatch: mismatch)
    }
}

/// Where a cursor comes from: one collection of one database, in one commit.
struct CursorOrigin: Sendable {
    let commit: Int
    private let path: String
    private let name: String

    /// - Parameter path: Of the database.
    init(path: String, view: CollectionView) {
        self.path = path
        commit = view.commit
        name = view.record.name
    }

    /// - Parameters:
    ///   - other: Where the search is to go on.
    ///   - mismatch: What else is not as it was; `nil` if nothing is.
    /// - Throws: `LociError.cursorMismatch` or `cursorOutdated`.
    func validate(_ other: CursorOrigin, mismatch: String?) throws(LociError) {
        var reason: String? {
            if other.path != path { return "database" }
            // Names that Unicode calls equivalent are not the same.
            return other.name.utf8.elementsEqual(name.utf8) ? mismatch : "collection"
        }
        if let reason { throw .cursorMismatch(name: other.name, reason: reason) }
        guard other.commit == commit else {
            throw .cursorOutdated(name: name, commit: commit, current: other.commit)
        }
    }
}

/// How far a search has come that is made page by page.
struct SearchProgress: Sendable {
    typealias Found = (slot: UInt32, distance: Float)

    /// What was given before the last time that the search was deepened.
    private var given: Set<UInt32> = []
    /// What was found then, nearest first.
    private var found: [Found] = []
    /// How much of `found` was given.
    private var position = 0
    /// Whether there is nothing beyond `found`.
    private(set) var isComplete = false
    /// The identifiers of the rows that were given, where rows have several vectors: the others of these are passed over.
    var givenRows: Set<VectorID> = []

    /// How many neighbours were given.
    var givenCount: Int { given.count + position }

    /// How many were found, and not given yet.
    var pendingCount: Int { found.count - position }

    /// What is given next, where it is found already.
    var next: Found? { position < found.count ? found[position] : nil }

    /// Gives up to `count` of what was found.
    mutating func take(_ count: Int) -> ArraySlice<Found> {
        let start = position
        position += min(count, pendingCount)
        return found[start..<position]
    }

    /// The slots of all that was found, whether it was given or not.
    func known() -> Set<UInt32> { given.union(found.lazy.map(\.slot)) }

    /// Takes in what a deeper search has found.
    /// - Parameters:
    ///   - deeper: Slots and distances, among which may be what is known.
    ///   - isComplete: Whether there is nothing beyond, even if it is not all.
    ///   - count: How many vectors there are.
    mutating func deepen(_ deeper: [Found], isComplete: Bool, of count: Int) {
        given.formUnion(found[..<position].lazy.map(\.slot))
        let pending = found[position...]
        let waiting = Set(pending.lazy.map(\.slot))
        found = deeper.filter { !given.contains($0.slot) && !waiting.contains($0.slot) }
        if !pending.isEmpty {
            found += pending
            found.sort { ($0.distance, $0.slot) < ($1.distance, $1.slot) }
        }
        position = 0
        self.isComplete = isComplete || given.count + found.count >= count
    }
}
