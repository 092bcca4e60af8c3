// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage
public import LociWords

/// How a search by a vector and by words is made.
public struct HybridOptions: Sendable, Equatable {
    /// How many are asked for, at least 1.
    public var k: Int
    /// How the two rankings become one; the first is that by the vector.
    public var fusion: RankFusion
    /// How documents are ranked by their words.
    public var ranking: BM25
    /// How much the walk does.
    public var effort: SearchEffort
    /// Whether to measure every vector instead of walking the graph.
    public var isExact: Bool
    /// Only those whose attributes match; `nil` for all.
    public var filter: Filter?
    /// How many of each ranking are fused, and no fewer than `k`.
    public var depth: Int

    /// The depth when none is given: that of most experiments with reciprocal ranks.
    public static let standardDepth = 100

    /// Options for a search.
    /// - Parameters:
    ///   - k: How many are asked for.
    ///   - fusion: How the two rankings become one; the first is that by the vector.
    ///   - ranking: How documents are ranked by their words.
    ///   - filter: Which are wanted; `nil` for all.
    public init(k: Int = 10, fusion: RankFusion = .standard, ranking: BM25 = .standard, filter: Filter? = nil) {
        self.k = k
        self.fusion = fusion
        self.ranking = ranking
        self.filter = filter
        effort = .standard
        isExact = false
        depth = Self.standardDepth
    }

    /// - Throws: `IndexError.parameter` for a number out of range.
    func validate() throws(IndexError) {
        var options = SearchOptions(k: k)
        options.effort = effort
        try options.validate()
        guard (1...SearchOptions.limit).contains(depth) else {
            throw .parameter(name: "depth", value: "\(depth)", allowed: "from 1 to \(SearchOptions.limit)")
        }
    }
}

/// What a search by a vector and by words has found.
public struct FusedNeighbor: Hashable, Sendable {
    /// Its identifier.
    public let id: VectorID
    /// What both rankings give it together: higher is better. Only scores of one page can be compared.
    public let score: Double
    /// Its distance to the query's vector, if it is among the nearest that were fused.
    public let distance: Float?
    /// How well it answers the words, if it is among the best that were fused.
    public let wordScore: Double?
}

/// Some of what a search by a vector and by words finds, and how to get what comes after.
public struct HybridPage: Sendable {
    /// The best first.
    public let neighbors: [FusedNeighbor]
    /// Where the next page begins; `nil` exactly when all was given.
    public let next: HybridCursor?
}

/// Where a search by a vector and by words goes on. A value, as ``SearchCursor`` is, and as long good.
public struct HybridCursor: Sendable {
    /// What is searched for: nothing of it may change from page to page, but `k`.
    struct Query: Sendable, Equatable {
        let vector: [Float]
        let words: WordQuery
        let field: [UInt8]
        var options: HybridOptions
    }

    /// The commit that it belongs to, as of ``DatabaseView/commit``.
    public var commit: Int { origin.commit }
    /// How many the pages so far have given.
    public var givenCount: Int { progress.givenCount }
    private let origin: CursorOrigin
    private let query: Query
    fileprivate let progress: FusedProgress

    fileprivate init(_ origin: CursorOrigin, _ query: Query, _ progress: FusedProgress) {
        self.origin = origin
        self.query = query
        self.progress = progress
    }

    /// - Throws: `LociError.cursorMismatch` or `cursorOutdated` when another search than this is to be continued.
    fileprivate func validate(_ origin: CursorOrigin, _ query: Query) throws(LociError) {
        var other = query
        other.options.k = self.query.options.k
        let mismatch: String? =
            if other.vector != self.query.vector || other.words != self.query.words {
                "query"
            } else if other.field != self.query.field {
                "field"
            } else {
                other == self.query ? nil : "options"
            }
        try self.origin.validate(origin, mismatch: mismatch)
    }
}

/// How far a search has come whose rankings are fused page by page.
private struct FusedProgress: Sendable {
    private var given: Set<VectorID> = []
    /// What was fused and not given, the best first.
    private var pending: ArraySlice<FusedNeighbor> = []
    /// How many of each ranking were fused.
    private(set) var depth = 0
    /// Whether these were all that there are.
    private var isComplete = false

    var givenCount: Int { given.count }
    /// Whether all was given.
    var isAtEnd: Bool { isComplete && pending.isEmpty }

    /// Whether the next page must look deeper: of what is fused, as many places are sure as the rankings are deep.
    func needsDepth(for count: Int) -> Bool { !isComplete && given.count + count > depth }

    mutating func deepen(to depth: Int, _ fused: [FusedNeighbor], isComplete: Bool) {
        pending = fused.filter { !given.contains($0.id) }[...]
        self.depth = depth
        self.isComplete = isComplete
    }

    mutating func take(_ count: Int) -> [FusedNeighbor] {
        let page = Array(pending.prefix(count))
        pending = pending.dropFirst(count)
        given.formUnion(page.lazy.map(\.id))
        return page
    }
}

extension Collection {
    /// Finds what is near to a vector and answers a query for words, and ranks it by both.
    ///
    /// ```swift
    /// let found = try collection.search(vector, words: "night train", in: "text")
    /// ```
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - words: The text of a query for words; see `docs/words.md`.
    ///   - field: A field with an index of the kind `text`; `nil` for the only one that there is.
    ///   - options: How to search.
    /// - Returns: The best first. What only one of the rankings knows is among it, too.
    /// - Throws: As searches by vectors, and searches for words; `WordsError` for a fusion that cannot be made.
    /// - Complexity: That of both searches, for as many as the depth says.
    public func search(
        _ vector: [Float], words: String, in field: String? = nil, _ options: HybridOptions = HybridOptions()
    ) throws -> [FusedNeighbor] {
        try search(vector, words: WordQuery(parsing: words), in: field, options, after: nil).neighbors
    }

    /// Finds what is near to a vector and answers a query for words, page by page: the first page, or the one after a cursor.
    ///
    /// Pages never repeat and never skip: whoever goes on to the end gets every vector that there is, or that matches, exactly once;
    /// those that answer the words in no way come by their distance. When a page reaches beyond the depth of what was fused, both
    /// rankings are taken twice as deep, or deeper, and what was not given yet is ranked anew.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - words: The query for words.
    ///   - field: A field with an index of the kind `text`; `nil` for the only one that there is.
    ///   - options: How to search; `k` is the size of the page, and may change from page to page, but nothing else may.
    ///   - cursor: The `next` of the page before; `nil` for the first page.
    /// - Throws: As searches by vectors, and searches for words; `WordsError` for a fusion that cannot be made;
    ///   `LociError.cursorOutdated`, `.cursorMismatch`.
    public func search(
        _ vector: [Float], words: WordQuery, in field: String? = nil, _ options: HybridOptions = HybridOptions(),
        after cursor: HybridCursor?
    ) throws -> HybridPage {
        try options.validate()
        return try withFound { view, transaction in
            try view.admitQueries(dimension: vector.count)
            let field = try view.textField(field, in: transaction)
            let matching = try options.filter.map { try view.matching($0, in: transaction) }
            let ranking = try view.ranking(of: words, in: field, matching: matching, transaction)
            return (field: field.record.path, matching: matching, ranking: ranking)
        } _: { view, found in
            let origin = CursorOrigin(path: database.path, view: view)
            let query = HybridCursor.Query(vector: vector, words: words, field: found.field, options: options)
            try cursor?.validate(origin, query)
            var progress = cursor?.progress ?? FusedProgress()
            if progress.needsDepth(for: options.k) {
                let wanted = max(options.depth, 2 * progress.depth, progress.givenCount + options.k)
                let depth = min(wanted, SearchOptions.limit)
                let (fused, isComplete) = try view.fused(
                    query, matching: found.matching, words: found.ranking, depth: depth)
                // Nothing is looked for beyond the limit.
                progress.deepen(to: depth, fused, isComplete: isComplete || depth == SearchOptions.limit)
            }
            let neighbors = progress.take(options.k)
            return HybridPage(
                neighbors: neighbors, next: progress.isAtEnd ? nil : HybridCursor(origin, query, progress))
        }
    }
}

extension CollectionView {
    /// One ranking of two.
    /// - Parameter depth: How many of each are fused.
    /// - Returns: All that is in one of them, the best first, and whether that is all that there is.
    fileprivate func fused(
        _ query: HybridCursor.Query, matching: MatchingSlots?, words: WordRanking, depth: Int
    ) throws -> (fused: [FusedNeighbor], isComplete: Bool) {
        let options = query.options
        var search = SearchOptions(k: options.k, isExact: options.isExact)
        search.effort = options.effort
        // A tuning, which may be what the effort goes by, was made for no more than its k.
        if record.count > 0, !options.isExact { search.effort = .window(try walkedWindow(for: search)) }
        search.k = depth
        // The first page is walked for, as that of other searches is.
        if depth > max(options.depth, options.k), !isWorthAWalk(depth, of: matching) { search.isExact = true }
        var near = SearchResults()
        try withSearcher {
            try self.search(query.vector.span.bytes, search, matching: matching, searcher: $0, into: &near)
        }
        let best = try words.best(depth, by: options.ranking)
        var distances: [VectorID: Float] = [:]
        var scores: [VectorID: Double] = [:]
        let byVector = near.distances.indices.map { index in
            let id = near.identifier(at: index)
            distances[id] = near.distances[index]
            return RankFusion.Ranked(id: id, score: Double(near.distances[index]))
        }
        let byWords = try best.map { item in
            let id = VectorID(bytes: try identifiers.identifier(at: item.slot))
            scores[id] = item.score
            return RankFusion.Ranked(id: id, score: item.score)
        }
        let fused = try options.fusion.fuse(byVector, byWords).map { item in
            FusedNeighbor(id: item.id, score: item.score, distance: distances[item.id], wordScore: scores[item.id])
        }
        // Whatever has words has a vector.
        return (fused, depth >= rowCount(matching))
    }
}
