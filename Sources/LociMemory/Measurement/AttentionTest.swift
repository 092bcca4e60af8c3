// Loci, Apache License 2.0.

public import Loci
import LociIndex

/// Attention over opened blocks beside attention over all, on keys and values that are made so that few positions matter much.
///
/// Keys are noise. Each topic is a direction in each head; in some blocks, a quarter of the keys lean to it, and a query of the topic
/// gives those most of its attention, as few positions get most of it in language models. Values are noise. Landmarks are the means of
/// the keys of a block, of all heads one after the other, as in InfLLM (arXiv 2402.04617).
public struct AttentionTest: Sendable {
    /// What is made, and how it is asked.
    public struct Options: Sendable {
        /// How many positions there are.
        public var positions = 1_000_000
        /// Heads, and numbers of a key.
        public var form = TensorForm(heads: 32, dimension: 128)
        /// Positions of a block.
        public var blockSize = 64
        /// The share of the blocks that is opened.
        public var share = 0.01
        /// How many queries of topics are asked, and how many of none.
        public var queries = 10
        /// For how many of them attention is computed in float64, too.
        public var exactQueries = 2
        /// Of all random choices.
        public var seed: UInt64 = 1

        /// The usual.
        public init() {}
    }

    /// What queries of one sort got.
    public struct Result: Sendable {
        /// What they are called.
        public let name: String
        /// How many blocks were opened.
        public let blocks: Int
        /// The share of the attention over all positions that opened blocks have: the mean over queries and heads, and the least of a
        /// query's mean.
        public let (coverage, leastCoverage): (Double, Double)
        /// How far outputs are from those of attention over all positions in float64, as a share of their lengths; nil where there is
        /// none to compare with.
        public let error: Double?
        /// Milliseconds of choosing blocks, and of attending to them: medians.
        public let (openMilliseconds, attendMilliseconds): (Double, Double)
    }

    private static let topics = 64
    private static let blocksOfTopic = 40
    private static let membersPerAppend = 4_096
    private static let stream = "context"

    private let options: Options
    private let store: BlockStore
    /// The topic of each block that has one.
    private let topicOfBlock: [Int: Int]
    /// Bytes of keys and values.
    public let bytes: Int

    /// Makes keys and values, and appends them.
    /// - Parameters:
    ///   - options: What is made.
    ///   - database: Has no store of blocks of the name `attention`.
    ///   - progress: Called with how many positions are appended, of how many.
    /// - Throws: `MemoryError.parameter`, `LociError`.
    public init(
        _ options: Options, in database: Database, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws {
        let blocks = options.positions / max(1, options.blockSize)
        guard blocks >= 4 * Self.blocksOfTopic else {
            throw MemoryError.parameter(
                name: "positions", value: "\(options.positions)",
                allowed: "at least \(4 * Self.blocksOfTopic * options.blockSize)")
        }
        var configuration = BlockConfiguration()
        configuration.blockSize = options.blockSize
        configuration.landmarks = .mean
        configuration.memberVectors = .none
        configuration.payload = .tensors(options.form)
        configuration.collection = CollectionConfiguration(metric: .ip)
        self.options = options
        store = try BlockStore(database, name: "attention", embedder: nil, configuration)
        var random = SplitMix64(seed: options.seed)
        var topics: [Int: Int] = [:]
        let count = min(Self.topics, blocks / (2 * Self.blocksOfTopic))
        for topic in 0..<count {
            var left = Self.blocksOfTopic
            while left > 0 {
                let block = random.next(below: blocks)
                if topics[block] == nil { (topics[block], left) = (topic, left - 1) }
            }
        }
        topicOfBlock = topics
        bytes = options.positions * options.form.memberBytes
        var done = 0
        while done < options.positions {
            try progress(done, options.positions)
            let size = min(Self.membersPerAppend, options.positions - done)
            try await store.append(to: Self.stream, members(done..<done + size))
            done += size
        }
        try progress(done, options.positions)
    }

    // MARK: What is made

    /// Numbers of variance one: equally likely between −√3 and √3, four of a draw.
    private static func noise(_ count: Int, _ random: inout SplitMix64) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { numbers, filled in
            var index = 0
            while index < count {
                var bits = random.next()
                for _ in 0..<min(4, count - index) {
                    numbers[index] = (Float(bits & 0xFFFF) - 32_767.5) * (1.7320508 / 32_767.5)
                    bits >>= 16
                    index += 1
                }
            }
            filled = count
        }
    }

    /// The direction of a topic in all heads: signs.
    private func direction(of topic: Int) -> [Float] {
        var random = SplitMix64(seed: options.seed &+ 0x9E37 &+ UInt64(topic) &* 0x1_0001)
        return (0..<options.form.heads * options.form.dimension).map { _ in random.next() & 1 == 0 ? 1 : -1 }
    }

    private func members(_ range: Range<Int>) -> BlockMembers {
        let width = options.form.heads * options.form.dimension
        var members = BlockMembers(count: range.count)
        members.vectors.reserveCapacity(range.count * width)
        members.payload.reserveCapacity(range.count * options.form.memberBytes)
        var directions: [Int: [Float]] = [:]
        for position in range {
            var random = SplitMix64(seed: options.seed ^ UInt64(position) &* 0xD134_2543_DE82_EF95)
            var keys = Self.noise(width, &random)
            if position % options.blockSize % 4 == 0, let topic = topicOfBlock[position / options.blockSize] {
                let direction = directions[topic] ?? direction(of: topic)
                directions[topic] = direction
                for index in keys.indices { keys[index] += direction[index] }
            }
            let values = Self.noise(width, &random)
            members.payload += MemberVectorRecord.encoded(keys, .float16)
            members.payload += MemberVectorRecord.encoded(values, .float16)
            members.vectors += keys
        }
        return members
    }

    private func query(_ index: Int, ofTopic: Bool) -> [Float] {
        var random = SplitMix64(seed: options.seed &+ 77 &+ UInt64(index))
        var query = Self.noise(options.form.heads * options.form.dimension, &random)
        guard ofTopic else { return query }
        let topics = topicOfBlock.values.max().map { $0 + 1 } ?? 1
        for (place, number) in direction(of: index % topics).enumerated() { query[place] += number }
        return query
    }

    // MARK: What is asked

    /// Asks queries of topics, or of none.
    /// - Parameters:
    ///   - ofTopics: Whether they are of topics.
    ///   - progress: Called with how many are answered, of how many.
    public func run(
        ofTopics: Bool, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Result {
        let form = options.form
        var opening = OpeningOptions()
        let blocks = max(1, Int(options.share * Double(options.positions / options.blockSize)))
        (opening.budget, opening.scoresMembers, opening.candidateFactor) = (.blocks(blocks), false, 2)
        var attending = AttentionOptions()
        attending.weighing = .flat
        var (coverages, errors): ([Double], [Double]) = ([], [])
        var (openTimes, attendTimes): ([Double], [Double]) = ([], [])
        for index in 0..<options.queries {
            try progress(index, options.queries)
            let query = query(index, ofTopic: ofTopics)
            let heads = (0..<form.heads).map { Array(query[$0 * form.dimension..<($0 + 1) * form.dimension]) }
            let start = ContinuousClock.now
            let opened = try store.open(queries: [query], opening)
            let afterOpening = ContinuousClock.now
            let attention = try store.attend(heads, over: opened, attending)
            openTimes.append((afterOpening - start) / .milliseconds(1))
            attendTimes.append((ContinuousClock.now - afterOpening) / .milliseconds(1))
            attending.comparesWithAll = true
            let compared = try store.read { try $0.attend(heads, over: opened.weighted, attending) }
            attending.comparesWithAll = false
            coverages.append((compared.coverage ?? []).reduce(0, +) / Double(form.heads))
            if index < options.exactQueries, form.coding == .float16 {
                let exact = try store.read { try ExactAttention(form).run(heads, in: $0) }
                errors.append(ExactAttention.distance(attention.outputs, exact))
            }
        }
        return Result(
            name: ofTopics ? "queries of topics" : "queries of none", blocks: blocks,
            coverage: coverages.reduce(0, +) / Double(max(1, coverages.count)), leastCoverage: coverages.min() ?? 0,
            error: errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count),
            openMilliseconds: BlockBenchmark.percentiles(openTimes).p50,
            attendMilliseconds: BlockBenchmark.percentiles(attendTimes).p50)
    }

    /// Bytes a second of one thread: of attending to all blocks, and of reading the same bytes and adding them up. Each is the best of
    /// some passes over so many blocks, one after the other in turn.
    public func bandwidth(passes: Int, blocks: Int) throws -> (attending: Double, reading: Double) {
        let query = query(0, ofTopic: true)
        let form = options.form
        let heads = (0..<form.heads).map { Array(query[$0 * form.dimension..<($0 + 1) * form.dimension]) }
        var (attending, reading) = (0.0, 0.0)
        try store.read { reader in
            let numbers = try reader.blocks(of: Self.stream).prefix(blocks)
            var attention = AttentionOptions()
            attention.weighing = .flat
            for _ in 0..<passes {
                var (start, bytes, sum) = (ContinuousClock.now, 0, UInt64(0))
                for number in numbers {
                    _ = try reader.withPayload(of: number, isVerified: false) { payload in
                        bytes += payload.byteCount
                        sum &+= WordSum.sum(payload)
                    }
                }
                reading = max(reading, Double(bytes) / ((ContinuousClock.now - start) / .seconds(1)))
                start = .now
                let outputs = try reader.attend(heads, over: numbers.map { ($0, 1) }, attention).outputs
                // What is added up must be used, or it is not.
                guard sum != 1, !outputs.isEmpty else { continue }
                attending = max(attending, Double(bytes) / ((ContinuousClock.now - start) / .seconds(1)))
            }
        }
        return (attending, reading)
    }
}
