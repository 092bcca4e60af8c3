// Loci, Apache License 2.0.

public import Loci
import LociIndex
public import LociWords

/// What a store of blocks is made with.
public struct BlockConfiguration: Sendable, Equatable {
    /// How the vectors of members are kept, for scores inside of opened blocks.
    public enum MemberVectors: String, Sendable, CaseIterable {
        /// Not at all, once a block is full: there are landmarks alone. Until then its vectors are kept as `float32`, so that the
        /// landmarks of a block that several appends fill are those of all its members.
        case none
        /// 2 bytes a number.
        case float16
        /// 4 bytes a number.
        case float32

        /// Bytes of a number.
        var bytes: Int { self == .none ? 0 : self == .float16 ? 2 : 4 }
    }

    /// What is evicted first, where there is a limit of bytes.
    public enum Eviction: Sendable, Hashable {
        /// The block that was opened, or written, longest ago.
        case leastRecentlyUsed
        /// The block with the least attention, of which each opening leaves the share that is given: InfLLM's `lru-s` with 0.1.
        /// One that is written begins with as much as an opening gives in all.
        case decayedMass(Double)

        /// The name as the command line has it: `lru`, or `mass:0.1`.
        public var name: String {
            switch self {
            case .leastRecentlyUsed: "lru"
            case .decayedMass(let share): "mass:\(share)"
            }
        }

        /// Reads a name; nil for what is none, or has a share outside 0 to 1.
        public init?(name: String) {
            if name == "lru" {
                self = .leastRecentlyUsed
            } else if name.hasPrefix("mass:"), let share = Double(name.dropFirst(5)), share >= 0, share < 1 {
                self = .decayedMass(share)
            } else {
                return nil
            }
        }
    }

    /// How many members a block has, 1 to 4,096.
    public var blockSize = 16
    /// How landmarks are made.
    public var landmarks = LandmarkPolicy.segmentMeans(4)
    /// How the vectors of members are kept.
    public var memberVectors = MemberVectors.float16
    /// What the payload of a member is.
    public var payload = PayloadForm.bytes
    /// How landmarks are coded and compared: by `cosine`, the default, or `ip`.
    public var collection = CollectionConfiguration(metric: .cosine)
    /// The language of texts.
    public var language = WordLanguage.english
    /// Blocks are evicted when what is kept of them takes more bytes; nil for no limit.
    public var byteLimit: Int?
    /// Which blocks are evicted first.
    public var eviction = Eviction.leastRecentlyUsed

    /// The most members of a block.
    public static let maximumBlockSize = 4_096

    /// The usual.
    public init() {}

    /// - Throws: `MemoryError.parameter`, `IndexError.parameter`.
    func validate() throws {
        func require(
            _ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ allowed: String
        ) throws(MemoryError) {
            guard holds else { throw .parameter(name: name, value: value.description, allowed: allowed) }
        }
        try require((1...Self.maximumBlockSize).contains(blockSize), "the block size", blockSize, "1 to 4,096")
        try require(LandmarkPolicy(name: landmarks.name) != nil, "the number of landmarks", landmarks.name, "1 to 64")
        try require(collection.metric != .l2, "the metric", collection.metric, "cosine or ip")
        try require(byteLimit ?? 1 > 0, "the limit of bytes", byteLimit ?? 0, "above 0")
        if case .decayedMass(let share) = eviction {
            try require(
                share >= 0 && share < 1, "the share of attention that is left", share, "from 0 up to 1, without 1")
        }
        if case .tensors(let form) = payload { try form.validate() }
        try collection.validate()
    }

    /// Whether only the directions of vectors count.
    var isAngular: Bool { collection.metric == .cosine }
}

/// What the payload of a member is.
public enum PayloadForm: Sendable, Hashable {
    /// Any bytes, equally many for each member of an append.
    case bytes
    /// Keys and values of attention, which are stored so that ``BlockReader/attend(_:over:_:)`` can read them where they lie.
    case tensors(TensorForm)

    /// The name as reports have it: `bytes`, or that of the form.
    public var name: String {
        switch self {
        case .bytes: "bytes"
        case .tensors(let form): form.name
        }
    }
}
