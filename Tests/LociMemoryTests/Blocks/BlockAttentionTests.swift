// Loci, Apache License 2.0.

import Loci
import TestSupport
import Testing

@testable import LociMemory

/// Attention over opened blocks against exact softmax in float64.
@Suite struct BlockAttentionTests {
    /// Keys and values of each block and head, as the file has them.
    private struct Context {
        let form: TensorForm
        let blocks: [UInt32]
        private let rows: [UInt32: [(keys: [[Double]], values: [[Double]])]]

        init(_ store: BlockStore, _ form: TensorForm) throws {
            self.form = form
            let (blocks, payloads) = try store.read { reader in
                let blocks = try reader.streams().flatMap { try reader.blocks(of: $0.name) }
                return (
                    blocks,
                    try blocks.map { number in
                        (
                            try reader.block(number).count,
                            try reader.withPayload(of: number) { $0.withUnsafeBytes { [UInt8]($0) } } ?? []
                        )
                    }
                )
            }
            self.blocks = blocks
            var rows: [UInt32: [(keys: [[Double]], values: [[Double]])]] = [:]
            for (number, (count, payload)) in zip(blocks, payloads) {
                rows[number] = (0..<form.heads).map { head in
                    func decoded(_ isValue: Bool) -> [[Double]] {
                        (0..<count).map { member in
                            let start =
                                form.offset(head: head, ofValues: isValue, count: count) + member * form.rowBytes
                            return Self.decoded(Array(payload[start..<start + form.rowBytes]), form.coding)
                        }
                    }
                    return (decoded(false), decoded(true))
                }
            }
            self.rows = rows
        }

        private static func decoded(_ row: [UInt8], _ coding: TensorForm.Coding) -> [Double] {
            guard coding == .float16 else { return TensorFormTests.decoded(row) }
            return stride(from: 0, to: row.count, by: 2).map {
                Reference.half(UInt16(row[$0]) | UInt16(row[$0 + 1]) << 8)
            }
        }

        /// Exponentials of a block's logits, against a common highest, with the values.
        func terms(_ query: [Float], head: Int, _ block: UInt32, scale: Double) -> [(logit: Double, value: [Double])] {
            guard let (keys, values) = rows[block]?[head] else { return [] }
            return zip(keys, values).map { key, value in
                (scale * zip(query, key).reduce(0) { $0 + Double($1.0) * $1.1 }, value)
            }
        }

        /// The softmax of all terms: the sum of exponentials below a highest logit, and the mean of values.
        func softmax(_ terms: [(logit: Double, value: [Double])], highest: Double) -> (sum: Double, mean: [Double]) {
            let weights = terms.map { exponential($0.logit - highest) }
            let sum = weights.reduce(0, +)
            let mean = (0..<form.dimension).map { index in
                zip(weights, terms).reduce(0) { $0 + $1.0 * $1.1.value[index] } / sum
            }
            return (sum, mean)
        }
    }

    private func store(
        _ form: TensorForm, _ generator: inout SeededGenerator
    ) async throws -> (test: BlockFixture, context: Context) {
        let size = 1 + generator.below(40)
        let test = try BlockFixture { ($0.payload, $0.blockSize) = (.tensors(form), size) }
        for stream in 0..<3 {
            for _ in 0..<2 {
                var members = generator.members(1 + generator.below(3 * size))
                members.texts = []
                for _ in 0..<members.count * form.memberBytes / 2 {
                    members.payload += generator.tameHalf().littleEndianBytes
                }
                try await test.store.append(to: "\(stream)", members)
            }
        }
        return (test, try Context(test.store, form))
    }

    /// Both weighings, over some blocks and over all, with query heads that share heads of keys.
    @Test(arguments: TensorForm.Coding.allCases) func attentionIsSoftmax(_ coding: TensorForm.Coding) async throws {
        var generator = SeededGenerator("attentionIsSoftmax(\(coding))")
        for round in 0..<TestSettings.iterations(8) {
            let form = TensorForm(heads: 1 + generator.below(3), dimension: 1 + generator.below(70), coding: coding)
            let (test, context) = try await store(form, &generator)
            let share = 1 + generator.below(4)
            let queries = (0..<form.heads * share).map { _ in generator.normals(form.dimension) }
            let isAll = round % 2 == 0
            let chosen = context.blocks.filter { _ in isAll || generator.below(3) == 0 }
            let blocks = chosen.isEmpty ? [context.blocks[0]] : chosen
            let weighted = blocks.map { (block: $0, weight: Double(1 + generator.below(1_000)) / 300) }
            for weighing in [AttentionOptions.Weighing.flat, .grouped] {
                var options = AttentionOptions()
                (options.weighing, options.comparesWithAll) = (weighing, true)
                options.scale = generator.below(2) == 0 ? nil : 0.3
                let scale = options.scale.map(Double.init) ?? 1 / Double(form.dimension).squareRoot()
                let attention = try test.store.read { try $0.attend(queries, over: weighted, options) }
                #expect(attention.outputs.count == queries.count)
                #expect(isNear(attention.masses.reduce(0, +), 1, 1e-9))
                var masses = [Double](repeating: 0, count: blocks.count)
                for (head, query) in queries.enumerated() {
                    func terms(_ block: UInt32) -> [(logit: Double, value: [Double])] {
                        context.terms(query, head: head / share, block, scale: scale)
                    }
                    let highest = context.blocks.flatMap(terms).map(\.logit).max() ?? 0
                    let parts = blocks.map { context.softmax(terms($0), highest: highest) }
                    let given = weighing == .flat ? parts.map(\.sum) : weighted.map(\.weight)
                    let total = given.reduce(0, +)
                    let expected = (0..<form.dimension).map { index in
                        zip(given, parts).reduce(0) { $0 + $1.0 / total * $1.1.mean[index] }
                    }
                    #expect(areNear(attention.outputs[head].map(Double.init), expected, 2e-5), "\(form), head \(head)")
                    for place in blocks.indices { masses[place] += given[place] / total / Double(queries.count) }
                    let all = context.softmax(context.blocks.flatMap(terms), highest: highest).sum
                    let covered = parts.reduce(0) { $0 + $1.sum } / all
                    #expect(isNear(attention.coverage?[head] ?? -1, covered, 1e-5))
                    if isAll { #expect(isNear(attention.coverage?[head] ?? -1, 1, 1e-5)) }
                }
                #expect(areNear(attention.masses, masses, 1e-5))
            }
        }
    }

    /// The softmax of one member is its value, whatever its logit.
    @Test func extremeLogits() async throws {
        let form = TensorForm(heads: 1, dimension: 1)
        let test = try BlockFixture { ($0.payload, $0.blockSize) = (.tensors(form), 2) }
        var members = BlockMembers(count: 4, vectors: [1, 0, 1, 0, 0, 1, 0, 1])
        // Keys ±60,000 and ±1, values 1 to 4.
        for (key, value) in [(0x7B53, 0x3C00), (0xFB53, 0x4000), (0x3C00, 0x4200), (0xBC00, 0x4400)] {
            members.payload += UInt16(key).littleEndianBytes + UInt16(value).littleEndianBytes
        }
        try await test.store.append(to: "s", members)
        var options = AttentionOptions()
        (options.weighing, options.comparesWithAll) = (.flat, true)
        let blocks: [(block: UInt32, weight: Double)] = [(1, 0.5), (2, 0.5)]
        for (query, value, masses) in [(Float(1e4), Float(1), [1.0, 0]), (-1e4, 2, [1, 0])] {
            let attention = try test.store.read { try $0.attend([[query]], over: blocks, options) }
            #expect(attention.outputs == [[value]])
            #expect(attention.masses == masses)
            #expect(attention.coverage == [1])
        }
        let second = try test.store.read { try $0.attend([[1e4]], over: [(2, 1)], options) }
        #expect(second.outputs == [[3]])
        #expect(second.coverage == [0])
    }

    /// An opening's weights go into the attention, and what each block got is noted.
    @Test func attentionOverAnOpening() async throws {
        var generator = SeededGenerator()
        let form = TensorForm(heads: 2, dimension: 4)
        let (test, _) = try await store(form, &generator)
        let opening = try test.store.open(queries: [generator.floats(8)])
        let queries = (0..<4).map { _ in generator.normals(4) }
        let attention = try test.store.attend(queries, over: opening)
        #expect(try attention == test.store.read { try $0.attend(queries, over: opening.weighted) })
        #expect(attention.coverage == nil)
        let sum = opening.blocks.reduce(0) { $0 + $1.weight }
        #expect(areNear(attention.masses, opening.blocks.map { $0.weight / sum }, 1e-9))
        try test.store.saveUses()
        try test.store.read { (reader) throws in
            #expect(reader.settings.openings == 2)
            for (block, mass) in zip(opening.blocks, attention.masses) {
                let usage = try #require(
                    try reader.records.withValue(for: BlockKeys.usage(of: block.number)) {
                        try BlockUsage(decoding: $0)
                    })
                #expect(usage.opening == 2)
                #expect(usage.mass == mass)
            }
        }
    }

    @Test func nothingToAttendTo() async throws {
        var generator = SeededGenerator()
        let (test, _) = try await store(TensorForm(heads: 1, dimension: 3), &generator)
        var options = AttentionOptions()
        options.comparesWithAll = true
        for weighing in [AttentionOptions.Weighing.flat, .grouped] {
            options.weighing = weighing
            let attention = try test.store.read { try $0.attend([[1, 2, 3]], over: [], options) }
            #expect(attention == BlockAttention(outputs: [[0, 0, 0]], coverage: [0], masses: []))
        }
        // Weights that are all zero give nothing.
        options.weighing = .grouped
        let none = try test.store.read { try $0.attend([[1, 2, 3]], over: [(1, 0), (2, 0)], options) }
        #expect(none.outputs == [[0, 0, 0]])
        #expect(none.masses == [0, 0])
    }

    @Test func badQueries() async throws {
        var generator = SeededGenerator()
        let (test, _) = try await store(TensorForm(heads: 2, dimension: 3), &generator)
        let fine: [[Float]] = [[1, 2, 3], [4, 5, 6]]
        func error(
            _ queries: [[Float]], _ blocks: [(block: UInt32, weight: Double)] = [(1, 1)], scale: Float? = nil
        ) async -> MemoryError? {
            var options = AttentionOptions()
            options.scale = scale
            return await memoryError { _ = try test.store.read { try $0.attend(queries, over: blocks, options) } }
        }
        let bad: [(String, [[Float]])] = [
            ("the number of query heads", []), ("the number of query heads", Array(fine[..<1])),
            ("the number of query heads", fine + fine[..<1]), ("a query head", [[1, 2], [3, 4]]),
            ("a query head", [[1, 2, 3], []]), ("a query head", [[1, 2, 3], [4, 5, 6, 7]]),
            ("a query head", [[1, 2, 3], [.nan, 5, 6]]), ("a query head", [[1, .infinity, 3], [4, 5, 6]]),
        ]
        for (name, queries) in bad {
            guard case .parameter(name: name, _, _)? = await error(queries) else {
                Issue.record("\(name): \(queries)")
                continue
            }
        }
        // What is wrong is told, and not how many numbers there are of what has the right number.
        #expect(
            await error([[1, 2, 3], [.nan, 5, 6]])
                == .parameter(
                    name: "a query head", value: "a vector with a number that is not finite",
                    allowed: "3 finite numbers"))
        for weight in [-1, .nan, Double.infinity] {
            guard case .parameter(name: "a block's weight", _, _)? = await error(fine, [(1, 1), (2, weight)]) else {
                Issue.record("weight \(weight)")
                continue
            }
        }
        for scale in [Float.nan, .infinity] {
            guard case .parameter? = await error(fine, scale: scale) else {
                Issue.record("scale \(scale)")
                continue
            }
        }
        #expect(await error(fine, [(99, 1)]) == .blockNotFound(99))
        let plain = try BlockFixture()
        try await plain.store.append(to: "s", generator.members(2))
        let refused = await memoryError { _ = try plain.store.read { try $0.attend([[1]], over: [(1, 1)]) } }
        guard case .parameter(name: "the payload of the store", _, _)? = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
    }
}
