// Loci, Apache License 2.0.

/// The way that a search took through the graph, and what it found.
public struct SearchTrace: Sendable, Equatable {
    /// A vector whose neighbours were looked at.
    public struct Hop: Sendable, Equatable {
        /// Its identifier.
        public let id: VectorID
        /// Its slot, which tells the vectors of a row apart.
        package let slot: UInt32
        /// The hop from whose vector it was met first, as a place in ``SearchTrace/hops``; nil for where the walk began.
        public let origin: Int?
        /// How far it is, as the walk measured it by the first level of the codes, and as the metric reports distances.
        public let distance: Float
        /// How many of its neighbours had not been met before.
        public let met: Int
    }

    /// Where the walk began: the graph's entry point, and the nearest of its table of entries.
    public let entries: [VectorID]
    package let entrySlots: [UInt32]
    /// The vectors whose neighbours were looked at, in that order; none where everything was measured.
    public let hops: [Hop]
    /// What was found, nearest first: vectors, each by itself where rows have several.
    public let neighbors: [Neighbor]
    package let neighborSlots: [UInt32]
    /// The window of the walk.
    public let window: Int
    /// What the search did.
    public let explanation: SearchExplanation
}
