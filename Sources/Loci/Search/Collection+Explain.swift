// Loci, Apache License 2.0.

import LociIndex

/// What a search did. Where rows have several vectors, it may take more than one walk; the numbers are of the last.
public struct SearchExplanation: Sendable, Equatable {
    /// How a filter was gone about; `nil` without one.
    public let plan: FilterPlan?
    /// Vertices of the graph whose neighbours were looked at.
    public let expanded: Int
    /// Vectors that were measured by their first-level codes.
    public let measured: Int
    /// Sketches that were looked at, which spare most vectors from being measured.
    public let sketches: Int
    /// Candidates that were ranked anew by the second level of their codes, or by their originals.
    public let ranked: Int
}

extension Collection {
    /// Finds the vectors nearest to a query, and tells what that took.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - options: How to search.
    ///   - results: Forgets what it holds, and takes the neighbours.
    /// - Throws: As `search`.
    public func explain(
        _ vector: [Float], _ options: SearchOptions, into results: inout SearchResults
    ) throws -> SearchExplanation {
        try options.validate()
        results.removeAll()
        return try withMatching(options.filter) { view, matching in
            try view.admitQueries(dimension: vector.count)
            return try view.withSearcher { searcher in
                try view.search(vector.span.bytes, options, matching: matching, searcher: searcher, into: &results)
                return try view.explanation(of: searcher, options, matching: matching)
            }
        }
    }
}

extension CollectionView {
    /// What the last search of a searcher did.
    /// - Throws: As `window(for:)`.
    func explanation(
        of searcher: Searcher, _ options: SearchOptions, matching: MatchingSlots?
    ) throws(LociError) -> SearchExplanation {
        var plan: FilterPlan?
        if let matching { plan = try self.plan(options, matching: matching) }
        let isWalked = record.hasGraph && !options.isExact && plan?.method != .exact
        let visited = searcher.visitedCounts
        return SearchExplanation(
            plan: plan, expanded: isWalked ? visited.expanded : 0,
            measured: isWalked ? visited.distances : plan?.matching ?? record.count,
            sketches: isWalked ? visited.sketches : 0, ranked: isWalked ? searcher.rerankedCount : 0)
    }
}
