// Loci, Apache License 2.0.

import LociIndex

/// How what a filter lets through is searched.
public struct FilterPlan: Sendable, Equatable {
    /// The ways to search.
    public enum Method: String, Sendable, CaseIterable {
        /// The vectors that match are measured as exactly as they can be.
        case exact
        /// The codes of all that match are looked at, and the best are ranked.
        case scan
        /// The graph is walked over what matches, and over bridges between that.
        case walk
        /// The graph is walked as without a filter, and the few that do not match are dropped.
        case drop
    }

    /// How it was found what matches.
    public enum Source: String, Sendable, CaseIterable {
        /// By indexes alone.
        case indexes
        /// By indexes, and by the attributes of those that indexes leave open.
        case indexesAndAttributes = "indexes and attributes"
        /// By the attributes of all vectors: the filter names no field that has an index.
        case attributes
    }

    /// How many vectors match.
    public let matching: Int
    /// How it was found which they are.
    public let source: Source
    /// How many there are.
    public let count: Int
    /// The way that is taken.
    public let method: Method
    /// The window of a walk, and of what is ranked.
    public let window: Int

    /// What the method does, in words.
    public var explanation: String {
        switch method {
        case .exact: "every vector that matches is measured"
        case .scan: "the codes of all that match are looked at"
        case .walk: "the graph is walked over what matches, and bridges between it"
        case .drop: "the graph is walked, and what does not match is dropped"
        }
    }

    /// The share of vectors that match.
    public var selectivity: Double { count == 0 ? 0 : Double(matching) / Double(count) }

    /// - Parameters:
    ///   - isExact: Whether the search is to be exact.
    ///   - hasGraph: Whether there is a graph.
    ///   - isWithin: Whether the search is for all within a distance.
    init(matching: Int, source: Source, count: Int, window: Int, isExact: Bool, hasGraph: Bool, isWithin: Bool) {
        self.matching = matching
        self.source = source
        self.count = count
        self.window = window
        method =
            if isExact || !hasGraph {
                .exact
            } else if matching * matching <= Self.scannedPerCandidate * window * count {
                .scan
            } else {
                !isWithin && Self.droppedShare * (count - matching) <= count ? .drop : .walk
            }
    }

    /// How many codes a scan looks at in the time that a walk takes for a candidate, where everything matches. Where a
    /// share does, a walk takes as much longer as that is smaller.
    private static let scannedPerCandidate = 100
    /// Up to one in so many may be dropped.
    private static let droppedShare = 2
}
