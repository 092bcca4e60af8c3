// Loci, Apache License 2.0.

import LociIndex

/// How closely a collection is looked at.
public struct InspectionOptions: Sendable, Equatable {
    /// How many of the collection's own vectors are searched for, for the recall and the lengths of walks; at most all.
    public var queries = 200
    /// The number of neighbours that recall is counted over.
    public var k = 10
    /// The windows whose recall is measured, besides the collection's own; larger ones than the collection are left out.
    public var windows = [10, 20, 40, 80, 160, 320]
    /// How many vectors the error of codes is measured on; at most all.
    public var codes = 2_000
    /// Which vectors.
    public var seed: UInt64 = 42
    /// On how many threads; nil for one a processor. No figure depends on it.
    public var threads: Int?

    /// The usual.
    public init() {}

    /// - Throws: `IndexError.parameter` for a number out of range.
    func validate() throws(IndexError) {
        try RecallQueries<VectorArray>.validate(sample: queries)
        try RecallQueries<VectorArray>.validate(sample: codes)
        for window in windows { try SearchOptions(k: k, window: window).validate() }
        try SearchOptions(k: k).validate()
    }
}

/// What an inspection is at.
public enum InspectionStage: Sendable, Equatable {
    /// Going over the lists of the graph.
    case graph
    /// Measuring the error of codes.
    case codes
    /// Finding the true neighbours of the sample.
    case truth
    /// Searching with a window.
    case window(Int)
    /// Following walks.
    case walks
}
