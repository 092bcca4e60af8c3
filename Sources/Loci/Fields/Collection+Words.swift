// Loci, Apache License 2.0.

public import LociAttributes
import LociStorage
public import LociWords

/// A vector that a search found by its words, and how well it answers.
public struct ScoredMatch: Hashable, Sendable {
    /// Its identifier.
    public let id: VectorID
    /// Higher is better; only scores of one search can be compared.
    public let score: Double

    /// A match.
    public init(id: VectorID, score: Double) {
        self.id = id
        self.score = score
    }
}

/// How to search for words.
public struct WordSearchOptions: Sendable, Equatable {
    /// How many vectors are asked for, 1 to 1,000,000.
    public var k: Int
    /// How documents are ranked.
    public var ranking: BM25
    /// Only vectors whose attributes match; `nil` for all.
    public var filter: Filter?

    /// Options for a search.
    /// - Parameters:
    ///   - k: The number of vectors asked for.
    ///   - ranking: How documents are ranked.
    ///   - filter: Which vectors are wanted; `nil` for all.
    public init(k: Int = 10, ranking: BM25 = .standard, filter: Filter? = nil) {
        self.k = k
        self.ranking = ranking
        self.filter = filter
    }
}

extension Collection {
    /// Finds the vectors whose texts answer a query for words best.
    ///
    /// ```swift
    /// try collection.createIndex("gloss", words: WordAnalysis(language: .english))
    /// let found = try collection.search(words: #"night +"blade runner""#, in: "gloss")
    /// ```
    ///
    /// All that answer it are found, up to `k`: the search is exact. `docs/words.md` tells what a query may say, and how documents
    /// are ranked. The statistics are those of the whole field, whatever a filter leaves of it.
    /// - Parameters:
    ///   - query: The text of a query.
    ///   - field: The field, as filters write it, which must have an index of the kind `text`; `nil` for the only one that has.
    ///   - options: How to search.
    /// - Returns: The vectors, best first; of two that are equally good, the one of the lower slot first.
    /// - Throws: `WordsError` for a query or parameter that cannot be used; `LociError.textIndexNotFound`, `.textFieldNeeded`.
    /// - Complexity: O(documents that have a word of the query), mostly far less.
    public func search(
        words query: String, in field: String? = nil, _ options: WordSearchOptions = WordSearchOptions()
    ) throws -> [ScoredMatch] {
        try search(words: WordQuery(parsing: query), in: field, options)
    }

    /// Finds the vectors whose texts answer a query for words best; see ``search(words:in:_:)-(String,_,_)``.
    public func search(
        words query: WordQuery, in field: String? = nil, _ options: WordSearchOptions = WordSearchOptions()
    ) throws -> [ScoredMatch] {
        try withFound { view, transaction in
            let field = try view.textField(field, in: transaction)
            let matching = try options.filter.map { try view.matching($0, in: transaction) }
            return try view.ranking(of: query, in: field, matching: matching, transaction)
        } _: { view, ranking in
            try ranking.best(options.k, by: options.ranking).map { item in
                ScoredMatch(id: VectorID(bytes: try view.identifiers.identifier(at: item.slot)), score: item.score)
            }
        }
    }
}
