// Loci, Apache License 2.0.

/// Several searches on one thread, in turns: while one waits for records that it has asked for, the others go on.
///
/// The walk of a single query spends half of its time on memory. Four in turns gained a tenth to three tenths in a model of
/// the search of WordNet-MiniLM (114k × 384, 4-bit codes); from five to sixteen there is no difference that stands out
/// (`docs/performance.md`).
/// Each search does what it would do alone, so the answers are the same.
package enum InterleavedSearch {
    /// How many searches take turns.
    package static let lanes = 8

    /// Answers `count` queries.
    /// - Parameters:
    ///   - searchers: One for each lane, at least one.
    ///   - count: The number of queries.
    ///   - begin: Begins a query's search.
    ///   - finish: Takes its answer. The order of these calls is not that of the queries.
    ///   - naming: Adds the number of the query to an error of `begin`.
    /// - Throws: What the closures and the searches throw.
    package static func run(
        _ searchers: [Searcher], count: Int, begin: (Searcher, Int) throws -> Void,
        finish: (Searcher, Int) throws -> Void, naming: (IndexError, Int) -> IndexError = { error, _ in error }
    ) throws {
        var next = 0
        // A lane without a query has a negative one.
        try withUnsafeTemporaryAllocation(of: Int.self, capacity: searchers.count) { current in
            current.initialize(repeating: -1)
            func start(_ lane: Int) throws {
                current[lane] = -1
                guard next < count else { return }
                let query = next
                next += 1
                do {
                    try begin(searchers[lane], query)
                } catch let error as IndexError {
                    throw naming(error, query)
                }
                current[lane] = query
            }
            let walks = searchers.map(\.walk)
            var active = min(searchers.count, count)
            for lane in 0..<active { try start(lane) }
            while active > 0 {
                for lane in walks.indices where current[lane] >= 0 {
                    if try walks[lane].pointee.step(onExpand: { _ in }) { continue }
                    if try searchers[lane].advance() { continue }
                    try finish(searchers[lane], current[lane])
                    try start(lane)
                    if current[lane] < 0 { active -= 1 }
                }
            }
        }
    }
}
