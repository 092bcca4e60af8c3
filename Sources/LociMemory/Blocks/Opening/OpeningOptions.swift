// Loci, Apache License 2.0.

/// Which blocks are opened, and how they are scored.
public struct OpeningOptions: Sendable, Equatable {
    /// How much may be opened.
    public enum Budget: Sendable, Hashable {
        /// So many blocks.
        case blocks(Int)
        /// Blocks of so many members together.
        case members(Int)
        /// Blocks of so many bytes of vectors, texts and payload.
        case bytes(Int)
    }

    /// How the scores of several queries are made one.
    public enum Aggregation: String, Sendable, CaseIterable {
        /// A block matters if it does to one of them.
        case maximum
        /// A block matters as it does to all of them in the mean, as in InfLLM (arXiv 2402.04617).
        case mean
    }

    /// How the landmarks of a block score it.
    public enum LandmarkScore: String, Sendable, CaseIterable {
        /// By the best of them.
        case maximum
        /// By all of them together.
        case sum
    }

    /// How opened blocks are weighed against each other; weights add up to one, or less for stick-breaking.
    public enum Weighing: Sendable, Hashable {
        /// By a softmax of their scores times a factor, as in Landmark Attention (arXiv 2305.16300).
        case softmax(scale: Double)
        /// From the latest to the oldest, each takes the sigmoid of its score times a factor of what is left, as in HSA (2504.16795).
        case stickBreaking(scale: Double)
    }

    /// How much may be opened, sinks and window included.
    public var budget = Budget.blocks(16)
    /// How several queries are made one.
    public var aggregation = Aggregation.maximum
    /// How landmarks score a block.
    public var landmarkScore = LandmarkScore.maximum
    /// How opened blocks are weighed.
    public var weighing = Weighing.softmax(scale: 1)
    /// The stream of which blocks are opened; nil for all.
    public var stream: String?
    /// The first blocks of the stream are opened always, so many.
    public var sinks = 0
    /// The last blocks of the stream are opened always, so many.
    public var window = 0
    /// How much words count beside vectors, from 0 to 1, where there is a text to look for.
    public var lexicalWeight = 0.5
    /// Whether members of the opened blocks are scored, too.
    public var scoresMembers = true
    /// The best score within so many members before and after one counts for it, too (REFORM's window, arXiv 2506.01215).
    public var reach = 3
    /// How many times as many blocks are looked at as can be opened, in each channel.
    public var candidateFactor = 8

    /// The usual: 16 blocks, half by vectors and half by words.
    public init() {}

    /// Refuses what nothing can be opened with.
    /// - Throws: `MemoryError.parameter`.
    public func validate() throws(MemoryError) {
        func require(
            _ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ allowed: String
        ) throws(MemoryError) {
            guard holds else { throw .parameter(name: name, value: value.description, allowed: allowed) }
        }
        let amount =
            switch budget {
            case .blocks(let count), .members(let count), .bytes(let count): count
            }
        let limit = if case .bytes = budget { Int.max } else { 10_000_000 }
        try require((1...limit).contains(amount), "the budget", amount, "1 to \(limit)")
        if case .blocks(let count) = budget {
            try require(count <= 100_000, "the budget", count, "1 to 100,000 blocks")
        }
        try require((0...100_000).contains(sinks), "the number of sinks", sinks, "0 to 100,000")
        try require((0...100_000).contains(window), "the window", window, "0 to 100,000")
        try require(
            sinks + window == 0 || stream != nil, "the stream", "none", "given, where sinks or a window are asked for")
        try require(lexicalWeight >= 0 && lexicalWeight <= 1, "the weight of words", lexicalWeight, "0 to 1")
        try require((0...1_000).contains(reach), "the reach", reach, "0 to 1,000")
        try require((1...1_000).contains(candidateFactor), "the factor of candidates", candidateFactor, "1 to 1,000")
        switch weighing {
        case .softmax(let scale), .stickBreaking(let scale):
            try require(scale.isFinite && scale > 0, "the factor of scores", scale, "finite and above 0")
        }
    }
}
