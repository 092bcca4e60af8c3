// Loci, Apache License 2.0.

/// A write of several commits that ended before its time. What was committed before stays.
struct StoppedWrite: Error {
    /// What ended it.
    let cause: any Error
    /// What was committed, as in "2,000 rows were committed"; nil for nothing.
    let committed: String?
}

/// A row that a collection does not take.
struct RefusedRow: Error, CustomStringConvertible {
    /// Where it stands, as in "standard input, line 17".
    let place: String
    /// Why.
    let cause: any Error

    var description: String { "\(place): \(cause)" }
}
