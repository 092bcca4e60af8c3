// Loci, Apache License 2.0.

/// What a repair of a collection found and did.
public struct CollectionRepair: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// Nothing is wrong, and nothing was changed.
        case sound
        /// The collection was built anew from what is sound.
        case repaired
        /// Vectors, or attributes of vectors, would have been lost, which was not allowed: nothing was changed.
        case refused
        /// Nothing could be done, and nothing was changed; the text says why, and what can be done instead.
        case impossible(String)
    }

    /// A vector that cannot be saved.
    public struct LostVector: Sendable, Equatable {
        /// Why.
        public enum Reason: String, Sendable, CaseIterable {
            /// Its original, if one was kept, and its code are damaged.
            case vector
            /// Its identifier is not known.
            case identifier
            /// Its identifier is that of another vector.
            case duplicate
            /// Its identifier is not known, nor whether the slot held a vector at all.
            case uncertain
        }

        /// Its place in the collection's arrays.
        public let slot: Int
        /// Its identifier, where it is known.
        public let id: VectorID?
        /// Why it cannot be saved.
        public let reason: Reason
    }

    /// A vector that is there, but less exact than it was.
    public struct ReducedVector: Sendable, Equatable {
        /// What was damaged.
        public enum Loss: String, Sendable, CaseIterable {
            /// Its original: it is decoded from its codes.
            case original
            /// The second level of its codes: it is decoded from the first.
            case residual
            /// Both: it is decoded from the first level of its codes.
            case originalAndResidual
        }

        /// Its place in the arrays before the repair.
        public let slot: Int
        /// Its identifier.
        public let id: VectorID
        /// What was damaged.
        public let loss: Loss
    }

    /// Attributes that cannot be saved.
    public struct LostAttributes: Sendable, Equatable {
        /// Why.
        public enum Reason: String, Sendable, CaseIterable {
            /// They are damaged: their checksum is wrong, or they are no JSON object.
            case damaged
            /// They belong to no vector, or to one that is lost.
            case vector
        }

        /// The place of their vector in the collection's arrays; `nil` where the entry does not tell it.
        public let slot: Int?
        /// The identifier of the vector, if it is saved.
        public let id: VectorID?
        /// Why they cannot be saved.
        public let reason: Reason
    }

    /// The collection.
    public let collection: String
    /// How it ended.
    public internal(set) var outcome: Outcome
    /// What was found wrong.
    public let faults: [Fault]
    /// How many vectors were saved, or would be.
    public internal(set) var kept = 0
    /// The vectors that are lost, or would be, by slot.
    public internal(set) var lost: [LostVector] = []
    /// The vectors that are less exact than they were, or would be, by slot.
    public internal(set) var reduced: [ReducedVector] = []
    /// The attributes that are lost, or would be, by slot.
    public internal(set) var lostAttributes: [LostAttributes] = []
    /// Identifiers that led to no vector, and lead nowhere now, in the order of their bytes.
    public internal(set) var straying: [VectorID] = []

    /// Whether something is lost, or would be, that a vector had, or a vector itself.
    var hasLosses: Bool { !lost.isEmpty || lostAttributes.contains { $0.reason == .damaged } }
}

/// What a repair of a database found and did.
public struct DatabaseRepair: Sendable, Equatable {
    /// Something about names and numbers.
    public struct Step: Sendable, Equatable {
        /// What it was, and what was done about it.
        public let what: String
        /// Whether it is in order now.
        public let isDone: Bool
    }

    /// What was done about names, and about records that no name leads to.
    public internal(set) var steps: [Step] = []
    /// What was done about each collection, in the order of their names.
    public internal(set) var collections: [CollectionRepair] = []

    /// What was done about some collections.
    public init(collections: [CollectionRepair] = []) { self.collections = collections }

    /// Whether nothing was wrong.
    public var isSound: Bool { steps.isEmpty && collections.allSatisfy { $0.outcome == .sound } }

    /// Whether all is in order now.
    public var isComplete: Bool {
        steps.allSatisfy(\.isDone)
            && collections.allSatisfy { $0.outcome == .sound || $0.outcome == .repaired }
    }
}
