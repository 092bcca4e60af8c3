// Loci, Apache License 2.0.

public import LociAttributes
public import LociIndex
import LociStorage

extension SearchOptions {
    /// The most vectors of a query by MaxSim.
    public static let maxSimLimit = 1_024
}

extension Collection {
    /// Finds the rows nearest to a query of several vectors by MaxSim: a row is as near as the sum, over the vectors of the query,
    /// of the distance of its nearest vector to each.
    /// - Parameters:
    ///   - vectors: The query: from 1 to 1,024 vectors of the collection's dimension.
    ///   - k: The number of rows, at least 1. A collection that holds fewer gives them all.
    ///   - window: How many candidates the walk of each vector of the query follows, see `search(_:k:window:exact:filter:)`, and
    ///     at the least how many vectors it finds: more find more, slower.
    ///   - exact: Whether to measure every row instead.
    ///   - filter: Which rows are wanted; `nil` for all.
    /// - Returns: The rows, nearest first, each with the sum of its distances: smaller is nearer, of equally near ones that whose
    ///   first vector has the smaller slot comes first. Under `ip` it is the negated MaxSim of ColBERT.
    /// - Throws: `IndexError` for vectors or a number that cannot be used; `LociError`.
    public func search(
        maxSim vectors: [[Float]], k: Int = 10, window: Int? = nil, exact: Bool = false, filter: Filter? = nil
    ) throws -> [Neighbor] {
        let dimension = vectors.first?.count ?? 0
        if let other = vectors.first(where: { $0.count != dimension }) {
            throw IndexError.dimensionMismatch(found: other.count, expected: dimension)
        }
        var options = SearchOptions(k: k, window: window, isExact: exact)
        options.filter = filter
        var results = SearchResults()
        let query = LoadedVectors(vectors.flatMap(\.self), count: vectors.count, dimension: dimension)
        try search(maxSim: query, options, into: &results)
        return results[query: 0]
    }

    /// Finds the rows nearest to a query of several vectors by MaxSim.
    ///
    /// Candidates are the rows of the nearest vectors of each vector of the query: 64 of them, 4 · k, or the window, whichever is
    /// most. These rows are measured by all their vectors, the more promising first, until no other can be nearer by what was
    /// found. Where that gives fewer than `k` rows, it looks deeper, and in the end at all. A row that is near by its sum, and by
    /// none of the query's vectors alone, is missed: a larger window finds more.
    /// - Parameters:
    ///   - vectors: The query: from 1 to 1,024 vectors of the collection's dimension.
    ///   - options: How to search. A distance is one of sums.
    ///   - results: Forgets what it holds, and takes the rows: the sums of their distances, and the slots of their first vectors.
    /// - Throws: `IndexError` for vectors or a number that cannot be used, naming the row; `LociError`.
    /// - Complexity: For q vectors, q searches for max(64, 4 · k, window), and q · (vectors of the candidates) distances.
    public func search(
        maxSim vectors: some VectorSource, _ options: SearchOptions, into results: inout SearchResults
    ) throws {
        try options.validate()
        guard (1...SearchOptions.maxSimLimit).contains(vectors.count) else {
            throw IndexError.parameter(
                name: "number of the query's vectors", value: "\(vectors.count)",
                allowed: "from 1 to \(SearchOptions.maxSimLimit)")
        }
        results.removeAll()
        let queries = try LoadedVectors(vectors)
        try withFound { view, transaction in
            try view.admitQueries(dimension: queries.dimension)
            let matching = try options.filter.map { try view.matching($0, in: transaction) }
            return try MaxSimSearch(view: view, queries: queries, options: options, matching: matching)
                .rows(in: transaction)
        } _: { view, found in
            for (slot, distance) in found.rows {
                try results.append(slot: slot, distance: distance, identifiers: view.identifiers)
            }
            results.endQuery(isComplete: found.isComplete)
        }
    }
}
