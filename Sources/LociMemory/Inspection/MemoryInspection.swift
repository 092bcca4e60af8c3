// Loci, Apache License 2.0.

/// What a look into a memory shows: what was said when, and how it is linked.
public struct MemoryInspection: Sendable, Equatable {
    /// What the namespace has.
    public let info: Memory.Info
    /// The sessions, in the order in which they began.
    public let sessions: [Session]
    /// Links between units, drawn from all; each once, from the older unit to the newer.
    public let edges: [Edge]
    /// How many links have a weight in each twentieth of 0 to 1.
    public let weights: [Int]

    /// A session.
    public struct Session: Sendable, Equatable {
        /// The caller's name.
        public let name: String
        /// How many turns it ever had.
        public let turns: Int
        /// When its first turn happened; nil where nobody knows.
        public let first: Double?
        /// When its last turn happened.
        public let last: Double?
    }

    /// A link between two units.
    public struct Edge: Sendable, Equatable {
        /// The older unit.
        public let older: UnitID
        /// The newer unit.
        public let newer: UnitID
        /// How strongly they are linked, above 0 and at most 1.
        public let weight: Float
    }

    static let weightBins = 20
}
