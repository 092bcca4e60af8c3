// Loci, Apache License 2.0.

import Loci

extension VectorQueryRun {
    /// Finds the neighbours of queries that come after the first `offset`: a page of so many is passed over, and the next
    /// one taken, both of one view.
    /// - Parameter onQuery: Called after each query; what it throws ends the search.
    /// - Throws: As `Collection.search(_:_:after:)`, and what `onQuery` throws.
    static func search(
        _ database: Database, _ name: String, _ source: some VectorSource, _ options: SearchOptions, after offset: Int,
        onQuery: () throws -> Void
    ) throws -> SearchResults {
        try database.read { view in
            let collection = try view.collection(name)
            var results = SearchResults()
            var query = [Float](repeating: 0, count: source.dimension)
            for row in 0..<source.count {
                try query.withUnsafeMutableBufferPointer { try source.read(row: row, into: $0) }
                var passed = SearchResults()
                var first = options
                first.k = offset
                if let cursor = try collection.search(query, first, after: nil, into: &passed) {
                    _ = try collection.search(query, options, after: cursor, into: &results)
                } else {
                    results.endQuery()
                }
                try onQuery()
            }
            return results
        }
    }
}
