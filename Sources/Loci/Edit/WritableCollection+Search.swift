// Loci, Apache License 2.0.

import LociStorage

/// Searches of a collection as its transaction has changed it.
///
/// Vectors that wait to be coded and linked together (see ``WritableCollection``) are so before a search. To search after each
/// vector that is added costs what it costs to add each by itself.
extension WritableCollection {
    /// Finds the vectors nearest to a query; see `Collection.search(_:_:into:)`.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension; of any while there are no vectors.
    ///   - options: How to search. Filters go by the attributes as this transaction has changed them.
    /// - Returns: The neighbours, nearest first.
    /// - Throws: `IndexError` for a vector or number that cannot be used: the transaction can go on; `LociError`.
    /// - Complexity: That of a search after a commit, O(bytes of the collection / 64 KiB) after each change, and for a filter that
    ///   was not used since, as after a commit.
    public func search(_ vector: [Float], _ options: SearchOptions = SearchOptions()) throws -> [Neighbor] {
        var results = SearchResults()
        try search(vector.span.bytes, options, into: &results)
        return results[query: 0]
    }

    /// The same, into results that can be used again.
    /// - Parameters:
    ///   - vector: The query, of the collection's dimension.
    ///   - options: How to search.
    ///   - results: Forgets what it holds, and takes the neighbours of this one query.
    public func search(_ vector: [Float], _ options: SearchOptions, into results: inout SearchResults) throws {
        try search(vector.span.bytes, options, into: &results)
    }

    /// Finds the vectors nearest to a query that lies in memory as bytes; see `Collection.search(_:_:into:)` of bytes.
    /// - Parameters:
    ///   - query: The components as 32-bit floats, little-endian, at any address.
    ///   - options: How to search.
    ///   - results: Forgets what it holds, and takes the neighbours of this one query.
    /// - Throws: `IndexError` for bytes or a number that cannot be used: the transaction can go on; `LociError`.
    public func search(_ query: RawSpan, _ options: SearchOptions, into results: inout SearchResults) throws {
        try options.validate()
        results.removeAll()
        try withView { view, transaction in
            let matching = try options.filter.map { try view.matching($0, in: transaction) }
            try view.answer(query, options, matching: matching, into: &results)
        }
    }

    /// Runs `body` with the collection as this transaction has changed it.
    func withView<Result>(
        _ body: (CollectionView, borrowing WriteTransaction) throws -> Result
    ) throws -> Result {
        try LociError.mapped {
            let open = try transaction.opened()
            return try body(edit.view(), open)
        }
    }
}
