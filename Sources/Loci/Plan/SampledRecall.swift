// Loci, Apache License 2.0.

/// The recall of some queries, and how far that of all queries may be from it.
struct SampledRecall: Equatable {
    /// The share of all neighbours that was found, from 0 to 1.
    let value: Double
    /// The standard error of that share.
    let error: Double

    init(value: Double, error: Double) {
        self.value = value
        self.error = error
    }

    /// - Parameters:
    ///   - hits: How many true neighbours were found, of all queries together.
    ///   - squares: The squares of what each query found, added up.
    ///   - queries: The number of queries, at least 1.
    ///   - k: The number of neighbours of each, at least 1.
    init(hits: Int, squares: Int, queries: Int, k: Int) {
        let neighbours = Double(queries * k)
        value = Double(hits) / neighbours
        // Of queries and not of neighbours: a query that is hard misses several.
        let (hits, squares, queries) = (Double(hits), Double(squares), Double(queries))
        let spread = queries > 1 ? max(0, squares - hits * hits / queries) / (queries - 1) : 0
        // One more miss and one more hit than there were: no finite number of queries shows that nothing is missed.
        let share = (hits + 1) / (neighbours + 2)
        error = max(spread / (neighbours * neighbours / queries), share * (1 - share) / neighbours).squareRoot()
    }
}
