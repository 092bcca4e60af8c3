// Loci, Apache License 2.0.

/// What a look into a collection shows: where its bytes go, how its graph is linked, what its codes lose, and what its
/// searches find.
public struct CollectionInspection: Sendable, Equatable {
    /// What it holds and takes, with the bytes by part.
    public let info: CollectionInfo
    /// How the graph is linked; nil where there is none, and everything is measured.
    public let graph: Graph?
    /// What codes lose; nil where there is nothing to compare them with: see ``CodeError``.
    public let codes: CodeError?
    /// What searches find; nil where there is no graph, so that all is found, or nothing to be found.
    public let recall: Recall?
    /// How long searches are; nil where there is no graph.
    public let walks: Walks?

    /// How a graph is linked.
    public struct Graph: Sendable, Equatable {
        /// To how many others vectors link.
        public let outDegrees: CountDistribution
        /// By how many others vectors are linked to.
        public let inDegrees: CountDistribution
        /// How many links the vectors that can be reached are from the entry point.
        public let hops: CountDistribution
        /// How many vectors no way from the entry point leads to: 0 in a sound graph.
        public let unreached: Int
        /// How many places of lists name a vector that was removed. Walks pass them over, and writes clear them.
        public let staleLinks: Int
    }

    /// How far what codes stand for is from the vectors: of each, the length of the difference as a share of the length of
    /// the vector.
    public struct CodeError: Sendable, Equatable {
        /// What codes are compared with.
        public enum Reference: String, Sendable, Equatable {
            /// The vectors as they were given, which the collection keeps.
            case originals
            /// Both levels of the codes: then it is what the first level, by which walks go, lacks of the second.
            case bothLevels = "both levels"
        }

        /// What codes are compared with.
        public let reference: Reference
        /// The error of the first level, or of the only one.
        public let firstLevel: ValueDistribution
        /// The error of both levels; nil where there is one, or nothing to compare both with.
        public let bothLevels: ValueDistribution?
    }

    /// What searches of the collection's own vectors find, each without itself.
    public struct Recall: Sendable, Equatable {
        /// A window, as it was measured.
        public struct Point: Sendable, Equatable {
            /// How many candidates a typical walk follows.
            public let window: Int
            /// The share of the true neighbours that was found, from 0 to 1.
            public let recall: Double
            /// The same of the query of which the least was found.
            public let lowest: Double
        }

        /// The number of queries.
        public let queries: Int
        /// The number of neighbours that counted.
        public let k: Int
        /// The window of searches that name none.
        public let window: Int
        /// The windows, rising.
        public let points: [Point]
        /// The point of the collection's own window.
        public var own: Point? { points.first { $0.window == window } }
    }

    /// How long searches with the collection's own window are.
    public struct Walks: Sendable, Equatable {
        /// How many vertices had their neighbours looked at.
        public let expanded: CountDistribution
        /// How many vectors were measured.
        public let measured: CountDistribution
        /// Over how many links the nearest neighbour was met, from where the walk began.
        public let depths: CountDistribution
    }
}
