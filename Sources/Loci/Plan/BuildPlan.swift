// Loci, Apache License 2.0.

public import LociIndex

/// How a collection is to be built to reach a goal, and what was measured to find out.
///
/// Each candidate is a quantization with a degree. What it takes of the file is computed for all vectors; how well it is
/// searched is measured on a sample. A sample is easier to search than the whole: what is to be expected of all vectors is
/// a larger window, and a little less recall; less, too, by as much as so few queries may be wrong (`docs/tuning.md`).
///
/// With a recall, those candidates that should reach it within the bytes are compared by the lines of memory that a query
/// touches at the smallest such window, which is what searches are made of (`docs/performance.md`). Of those within a
/// quarter of the fewest, the one of the fewest bytes is chosen: a quarter is hardly seen in a service, and bytes are paid
/// for all the time.
///
/// Without a recall, candidates are compared by the recall that they should have at the window of searches that name none.
/// Of those that the queries do not tell from the best, within two standard errors, the one of the fewest lines is chosen.
public struct BuildPlan: Sendable, Equatable {
    /// A quantization and a degree.
    public struct Candidate: Sendable, Equatable {
        /// How vectors are coded.
        public let quantization: Quantization
        /// The most neighbours of a vector.
        public let degree: Int
        /// The bytes of the file for each vector, all included.
        public let bytesPerVector: Double
        /// What was measured, windows rising. One point, of all vectors, where the collection will be scanned. Empty for a
        /// candidate that takes too many bytes.
        public internal(set) var points: [Point]
    }

    /// A window, as it was measured on the sample.
    public struct Point: Sendable, Equatable {
        /// The number of candidates that walks kept.
        public let window: Int
        /// Recall@k on the sample, from 0 to 1.
        public let recall: Double
        /// The window that should go as far among all vectors.
        public let expectedWindow: Int
        /// The recall@k that it should reach there at least, for queries like those of the sample.
        public let expectedRecall: Double
        /// The lines of 64 bytes that a query touches on average.
        public let linesPerQuery: Double
    }

    /// A candidate at one of its windows.
    public struct Measured: Sendable, Equatable {
        /// The candidate.
        public let candidate: Candidate
        /// One of its points.
        public let point: Point

        /// What all points promise, the window of this one chosen.
        func tuning(k: Int) -> SearchTuning? {
            func millionths(_ point: Point) -> Int { Int((point.expectedRecall * 1e6).rounded(.down)) }
            // A smaller window that differs by less than a millionth would take the place of the chosen one.
            let told = candidate.points.filter { $0.window >= point.window || millionths($0) < millionths(point) }
            return SearchTuning(
                k: k, window: point.expectedWindow,
                measured: told.map { SearchTuning.Point(window: $0.expectedWindow, millionths: millionths($0)) })
        }
    }

    /// Why the chosen one was chosen.
    public struct Choice: Sendable, Equatable {
        /// The chosen candidate, at the window that it was chosen at.
        public let measured: Measured
        /// The largest recall that smaller candidates should have, of those that should not reach the goal.
        public let missed: Measured?
        /// The smallest candidate that reaches the goal too, but touches too much.
        public let slower: Candidate?
    }

    /// What was to be reached.
    public let goal: BuildGoal
    /// The configuration to build with.
    public let configuration: CollectionConfiguration
    /// The windows and recalls to be expected of the collection, for `buildCollection` to keep; `nil` without a recall, or
    /// without a graph.
    public var tuning: SearchTuning? {
        guard goal.recall != nil, !isScanned else { return nil }
        return choice.measured.tuning(k: k)
    }
    /// The chosen candidate, and why.
    public let choice: Choice
    /// All that were considered, by rising bytes.
    public let candidates: [Candidate]
    /// The number of vectors that will be built.
    public let count: Int
    /// The number of vectors that were searched.
    public let sampleCount: Int
    /// The number of queries.
    public let queries: Int
    /// The number of neighbours that recall was counted over: `goal.k`, or fewer where there are fewer vectors.
    public let k: Int
    /// Whether the collection is so small that it has no graph; degrees and windows then mean nothing.
    public let isScanned: Bool

    /// That no candidate reaches a goal.
    public struct Shortfall: Sendable, Equatable {
        /// What was to be reached.
        public let goal: BuildGoal
        /// The largest recall within the bytes; `nil` if nothing fits in them.
        public let best: Measured?
        /// The candidate of the fewest bytes that reaches the recall, or just of the fewest bytes if none was asked for;
        /// `nil` if none does.
        public let needed: Candidate?
        /// Whether the collection is so small that it has no graph.
        public let isScanned: Bool
    }
}
