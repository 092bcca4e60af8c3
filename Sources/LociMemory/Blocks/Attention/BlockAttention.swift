// Loci, Apache License 2.0.

/// How attention over opened blocks is made.
public struct AttentionOptions: Sendable, Equatable {
    /// How blocks are weighed against each other.
    public enum Weighing: Sendable, Hashable {
        /// As full attention would: one softmax over all members of the opened blocks.
        case flat
        /// By the weights of the opening: softmax inside of each block, times its weight, as Landmark Attention (arXiv 2305.16300) and
        /// HSA (2504.16795) do. Weights are brought to a sum of one.
        case grouped
    }

    /// How blocks are weighed.
    public var weighing = Weighing.grouped
    /// What logits are multiplied by; nil for one over the root of the dimension.
    public var scale: Float?
    /// Whether to attend to all blocks of the store, too, whatever their streams, and to tell how much of that attention the opened ones
    /// have.
    public var comparesWithAll = false

    /// The usual.
    public init() {}
}

/// What attention over opened blocks gave.
public struct BlockAttention: Sendable, Equatable {
    /// For each head of the query, a vector of the dimension of a head.
    public let outputs: [[Float]]
    /// For each head of the query, the share of the attention over all members that the opened blocks have, where it was asked for.
    public let coverage: [Double]?
    /// For each opened block, the attention that it got: the mean over the heads; it adds up to one.
    public let masses: [Double]
}

extension BlockReader {
    /// Attends to the keys and values of opened blocks where they lie in the file's map, without copying them.
    /// - Parameters:
    ///   - queries: A vector for each head of the query, a multiple of the heads of keys: as many in turn share a head of keys.
    ///   - blocks: The blocks, with their weights.
    ///   - options: How.
    /// - Throws: `MemoryError.parameter` where payloads are no keys and values, or queries have other sizes; `.blockNotFound`.
    /// - Complexity: O(heads · members · dimension): of the blocks, or of all where that is compared with.
    public func attend(
        _ queries: [[Float]], over blocks: [(block: UInt32, weight: Double)],
        _ options: AttentionOptions = AttentionOptions()
    ) throws -> BlockAttention {
        guard case .tensors(let form) = settings.configuration.payload else {
            throw MemoryError.parameter(
                name: "the payload of the store", value: "bytes", allowed: "keys and values, to be attended to")
        }
        guard !queries.isEmpty, queries.count % form.heads == 0 else {
            throw MemoryError.parameter(
                name: "the number of query heads", value: "\(queries.count)", allowed: "a multiple of \(form.heads)")
        }
        guard queries.allSatisfy({ $0.count == form.dimension && $0.allSatisfy(\.isFinite) }) else {
            let other = queries.first { $0.count != form.dimension }
            throw MemoryError.parameter(
                name: "a query head",
                value: other.map { "\($0.count) numbers" } ?? "a vector with a number that is not finite",
                allowed: "\(form.dimension) finite numbers")
        }
        guard blocks.allSatisfy({ $0.weight.isFinite && $0.weight >= 0 }) else {
            throw MemoryError.parameter(name: "a block's weight", value: "negative", allowed: "finite and at least 0")
        }
        let scale = options.scale ?? 1 / Float(form.dimension).squareRoot()
        guard scale.isFinite else {
            throw MemoryError.parameter(name: "the scale of logits", value: "\(scale)", allowed: "finite")
        }
        let share = queries.count / form.heads
        var kernel = AttentionKernel(form, scale: scale)
        var sums: [[AttentionSum]] = []
        for (number, _) in blocks {
            sums.append(try attend(queries, to: number, share: share, &kernel))
        }
        let weights = Self.weights(of: sums, blocks.map(\.weight), options.weighing)
        var outputs = [[Float]](repeating: [Float](repeating: 0, count: form.dimension), count: queries.count)
        for head in queries.indices {
            for (place, sum) in sums.enumerated() where sum[head].sum > 0 {
                let factor = Float(weights[head][place] / Double(sum[head].sum))
                for index in 0..<form.dimension { outputs[head][index] += factor * sum[head].output[index] }
            }
        }
        let masses = sums.indices.map { place in
            weights.reduce(0) { $0 + $1[place] } / Double(max(1, queries.count))
        }
        return BlockAttention(
            outputs: outputs,
            coverage: options.comparesWithAll ? try coverage(of: queries, sums, share: share, &kernel) : nil,
            masses: masses)
    }

    /// The sums of each head over a block.
    private func attend(
        _ queries: [[Float]], to number: UInt32, share: Int, _ kernel: inout AttentionKernel
    ) throws -> [AttentionSum] {
        let count = try block(number).count
        let sums = try withPayload(of: number, isVerified: false) { payload in
            var sums: [AttentionSum] = []
            for (head, query) in queries.enumerated() {
                sums.append(try kernel.attend(query[...], head: head / share, over: payload, count: count))
            }
            return sums
        }
        guard let sums else { throw MemoryError.corrupt("block \(number) has no keys and values") }
        return sums
    }

    /// The weight of each block for each head; those of a head add up to one.
    private static func weights(
        of sums: [[AttentionSum]], _ given: [Double], _ weighing: AttentionOptions.Weighing
    ) -> [[Double]] {
        let heads = sums.first?.count ?? 0
        return (0..<heads).map { head in
            var weights = given
            if weighing == .flat {
                let logarithms = sums.map { $0[head].logarithm }
                let highest = logarithms.max() ?? 0
                weights = logarithms.map { highest.isFinite ? exponential($0 - highest) : 0 }
            }
            let total = weights.reduce(0, +)
            return total > 0 ? weights.map { $0 / total } : weights
        }
    }

    /// The share of the attention over all blocks that some have.
    private func coverage(
        of queries: [[Float]], _ opened: [[AttentionSum]], share: Int, _ kernel: inout AttentionKernel
    ) throws -> [Double] {
        var all = queries.map { AttentionSum(dimension: $0.count) }
        var numbers: [UInt32] = []
        try forEachBlock { number, _ in numbers.append(number) }
        for number in numbers {
            for (head, sum) in try attend(queries, to: number, share: share, &kernel).enumerated() {
                all[head].join(sum)
            }
        }
        return queries.indices.map { head in
            var own = AttentionSum(dimension: queries[head].count)
            for sums in opened { own.join(sums[head]) }
            return all[head].maximum.isFinite ? exponential(own.logarithm - all[head].logarithm) : 0
        }
    }
}
