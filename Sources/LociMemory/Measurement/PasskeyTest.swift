// Loci, Apache License 2.0.

public import Loci
import LociIndex
public import LociText

/// The test of Landmark Attention (arXiv 2305.16300): a pass key at a random place of a long filler text, and the question for it; or several
/// keys with names, of which one is asked for.
///
/// The text is a stream of sentences, in blocks of 16. For each trial the keys take the place of sentences at random places, in one
/// transaction; the question is asked; and the filler comes back. A trial succeeds if the sentence with the best score among those
/// of the opened blocks has the key's number.
public struct PasskeyTest: Sendable {
    /// What is tested.
    public struct Options: Sendable {
        /// How long the text is, in tokens: words, and signs between them.
        public var tokens = 1_000_000
        /// How many keys are hidden, 1 to 8.
        public var keys = 1
        /// How many blocks are opened.
        public var blocks = 4
        /// How landmarks are made.
        public var landmarks = LandmarkPolicy.mean
        /// Of all random choices.
        public var seed: UInt64 = 1

        /// The usual.
        public init() {}
    }

    /// What a test gave.
    public struct Result: Sendable {
        /// How many trials there were, and how many found the number.
        public let (trials, found): (Int, Int)
        /// Milliseconds of an opening: the median, and what one in a hundred exceeds.
        public let latency: (p50: Double, p99: Double)
        /// The same of the first opening after the keys were written.
        public let latencyAfterWrite: (p50: Double, p99: Double)
    }

    static let filler = [
        "The grass is green.", "The sky is blue.", "The sun is yellow.", "Here we go.", "There and back again.",
    ]
    /// Tokens of each sentence.
    static let fillerTokens = [5, 5, 5, 4, 5]
    static let names = [
        "amber lamp", "copper kettle", "crimson door", "ivory tower", "jade bridge", "marble garden", "silver harbour",
        "velvet curtain",
    ]
    private static let stream = "text"
    private static let sentencesPerAppend = 65_536

    private let options: Options
    private let store: BlockStore
    private let vectors: [[Float]]
    /// How many sentences and tokens there are.
    public let (sentences, tokens): (Int, Int)

    /// Whether the text was there already.
    public let isReused: Bool

    /// Appends the filler, or takes a store that has it from an earlier test of the same length.
    /// - Parameters:
    ///   - options: How long, and how it is asked.
    ///   - database: Its store of blocks of the name `passkey` is such a one, if there is any.
    ///   - embedder: Makes the vectors.
    ///   - progress: Called with how many sentences are appended, of how many.
    /// - Throws: `MemoryError.parameter`, `LociError`, `TextError`.
    public init(
        _ options: Options, in database: Database, embedder: any Embedder,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws {
        guard (1...Self.names.count).contains(options.keys) else {
            throw MemoryError.parameter(name: "keys", value: "\(options.keys)", allowed: "1 to \(Self.names.count)")
        }
        let perCycle = Self.fillerTokens.reduce(0, +)
        let cycles = options.tokens / perCycle
        guard cycles * Self.filler.count >= 16 * 2 * options.keys else {
            throw MemoryError.parameter(
                name: "tokens", value: "\(options.tokens)",
                allowed: "at least \(32 * options.keys * perCycle / 5 + perCycle)")
        }
        (sentences, tokens) = (cycles * Self.filler.count, cycles * perCycle)
        var configuration = BlockConfiguration()
        configuration.landmarks = options.landmarks
        configuration.memberVectors = .none
        self.options = options
        store = try BlockStore(database, name: "passkey", embedder: embedder, configuration)
        vectors = try await embedder.embed(Self.filler)
        isReused = try store.exists
        if isReused {
            let streams = try store.read { try $0.streams() }
            guard streams.count == 1, streams.first?.count == UInt64(sentences) else {
                throw MemoryError.parameter(
                    name: "the text that is there", value: "\(streams.first?.count ?? 0) sentences",
                    allowed: "\(sentences), as \(options.tokens) tokens take; choose another database")
            }
            return
        }
        var done = 0
        while done < sentences {
            try progress(done, sentences)
            let count = min(Self.sentencesPerAppend, sentences - done)
            try await store.append(to: Self.stream, filler(from: done, count))
            done += count
        }
        try progress(done, sentences)
    }

    /// Sentences of the filler from a place on.
    private func filler(from start: Int, _ count: Int) -> BlockMembers {
        var members = BlockMembers(count: count)
        members.vectors.reserveCapacity(count * (vectors.first?.count ?? 0))
        for place in start..<start + count {
            members.texts.append(Self.filler[place % Self.filler.count])
            members.vectors += vectors[place % Self.filler.count]
        }
        return members
    }

    /// Hides keys and asks for one, again and again.
    /// - Parameters:
    ///   - trials: How often.
    ///   - progress: Called with how many trials are done, of how many.
    public func run(
        trials: Int, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws -> Result {
        var random = SplitMix64(seed: options.seed)
        let blocks = try store.read { try $0.blocks(of: Self.stream) }
        var found = 0
        var (times, first): ([Double], [Double]) = ([], [])
        for trial in 0..<trials {
            try progress(trial, trials)
            let hidden = try await hide(in: blocks, &random)
            let asked = hidden.keys[random.next(below: hidden.keys.count)]
            var opening = OpeningOptions()
            opening.budget = .blocks(options.blocks)
            for attempt in 0..<2 {
                let start = ContinuousClock.now
                let opened = try await store.open(asked.question, opening)
                let time = (ContinuousClock.now - start) / .milliseconds(1)
                if attempt == 0 { first.append(time) } else { times.append(time) }
                if attempt == 0, opened.bestMembers(1).first?.text?.contains(asked.number) == true { found += 1 }
            }
            try await store.replace(hidden.before)
        }
        return Result(
            trials: trials, found: found, latency: BlockBenchmark.percentiles(times),
            latencyAfterWrite: BlockBenchmark.percentiles(first))
    }

    private struct Key {
        let question: String
        let number: String
    }

    /// Writes keys in the place of filler.
    /// - Returns: The keys, and what stood where they are.
    private func hide(
        in blocks: [UInt32], _ random: inout SplitMix64
    ) async throws -> (keys: [Key], before: [(block: UInt32, members: BlockMembers)]) {
        var places: Set<Int> = []
        while places.count < options.keys { places.insert(random.next(below: blocks.count)) }
        var keys: [Key] = []
        var (before, after): ([(block: UInt32, members: BlockMembers)], [(block: UInt32, members: BlockMembers)]) = (
            [], []
        )
        for (name, place) in zip(Self.names, places.sorted()) {
            let number = "\(10_000 + random.next(below: 90_000))"
            let what = options.keys == 1 ? "pass key" : "pass key of the \(name)"
            let texts = ["The \(what) is \(number). Remember it.", "\(number) is the \(what)."]
            let positions = try store.read { try $0.positions(of: blocks[place]) }
            let old = filler(from: Int(positions.lowerBound), positions.count)
            let offset = random.next(below: max(1, positions.count - texts.count + 1))
            var new = old
            for (index, text) in texts.prefix(positions.count).enumerated() { new.texts[offset + index] = text }
            new.vectors = []
            before.append((blocks[place], old))
            after.append((blocks[place], new))
            keys.append(Key(question: "What is the \(what)?", number: number))
        }
        try await store.replace(after)
        return (keys, before)
    }
}
