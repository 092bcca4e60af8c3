// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Attention over a group of positions: every set against the definition, bit for bit, and the definition against
/// doubles.
@Suite struct AttentionKernelTests {
    private static let dimensions =
        Array(1...70) + [80, 95, 96, 100, 127, 128, 129, 192, 200, 255, 256, 300, 512, 1000]
    private static let counts = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 97, 128]

    /// That every set gives what is defined.
    private static func expectAsDefined(
        _ query: [Float], _ group: AttentionGroup, scale: Float, slack: Int = 0,
        _ note: String, sourceLocation: SourceLocation = #_sourceLocation
    ) -> AttentionResult {
        let expected = AttentionModel.result(query, group, scale: scale)
        for set in KernelSet.all {
            let isSame = set.attended(query, group, scale: scale, slack: slack) == expected
            #expect(isSame, "\(set.name), \(note)", sourceLocation: sourceLocation)
        }
        return expected
    }

    @Test(arguments: [false, true])
    func resultsAreAsDefinedAndNearTheExactOnes(isHalf: Bool) {
        var generator = SeededGenerator("resultsAreAsDefinedAndNearTheExactOnes \(isHalf)")
        for dimension in Self.dimensions {
            // All counts and scales where it matters most, elsewhere some of them.
            let isUsual = [1, 17, 64, 100, 128].contains(dimension)
            let counts = isUsual ? Self.counts : (0..<2).map { _ in Self.counts[generator.below(Self.counts.count)] }
            for count in counts {
                let query = generator.floats(dimension)
                let group = AttentionGroup.random(dimension, count: count, isHalf: isHalf, using: &generator)
                // From weights that are nearly the same to weights most of which are 0.
                let scales: [Float] = [0.01, 1 / Float(dimension).squareRoot(), 20]
                for scale in isUsual ? scales : [scales[generator.below(3)]] {
                    let note = "dimension \(dimension), count \(count), scale \(scale)"
                    let result = Self.expectAsDefined(
                        query, group, scale: scale, slack: generator.below(64), note)
                    let isNear = AttentionModel.isNear(result, query, group, scale: scale)
                    #expect(isNear, "\(note)")
                }
            }
        }
    }

    /// Neither keys nor values may be read beyond their ends, nor results written: see `GuardedRows`.
    @Test(arguments: [false, true])
    func nothingIsReadBehindTheRows(isHalf: Bool) {
        var generator = SeededGenerator("nothingIsReadBehindTheRows \(isHalf)")
        for dimension in 1...130 {
            let count = 1 + dimension % 6
            let group = AttentionGroup.random(dimension, count: count, isHalf: isHalf, using: &generator)
            _ = Self.expectAsDefined(generator.floats(dimension), group, scale: 1, "dimension \(dimension)")
        }
    }

    @Test(arguments: [false, true])
    func noPositionsGiveNothing(isHalf: Bool) {
        let group = AttentionGroup(keys: [], values: [], isHalf: isHalf)
        for dimension in [1, 8, 33, 64, 128, 131] {
            let query = [Float](repeating: 1, count: dimension)
            let result = Self.expectAsDefined(query, group, scale: 1, "dimension \(dimension)")
            #expect(result.maximum == -.infinity && result.sum == 0)
            #expect(result.output.allSatisfy { $0.bitPattern == 0 })
        }
    }

    @Test(arguments: [false, true])
    func moreValuesThanAreAskedForAheadAreAsDefined(isHalf: Bool) {
        var generator = SeededGenerator("moreValuesThanAreAskedForAheadAreAsDefined \(isHalf)")
        let group = AttentionGroup.random(64, count: 2500, isHalf: isHalf, using: &generator)
        let query = generator.floats(64)
        let result = Self.expectAsDefined(query, group, scale: 0.1, "")
        #expect(AttentionModel.isNear(result, query, group, scale: 0.1))
    }

    // MARK: Exponentials

    /// A group whose logits are the lows of its keys, the first of which is 0 and the largest.
    private static func group(logits: [Float]) -> AttentionGroup {
        let rows = ([0] + logits).map { AttentionRow.codes(low: $0, step: 0, codes: [0]) }
        return AttentionGroup(keys: rows, values: rows, isHalf: false)
    }

    @Test func exponentialsAreNearTheExactOnes() {
        var generator = SeededGenerator("exponentialsAreNearTheExactOnes")
        // Ends, and ties between two powers of two and what is next to them.
        var logits: [Float] = [
            -0.0, -.leastNonzeroMagnitude, -.leastNormalMagnitude, -87, (-87 as Float).nextUp, (-87 as Float).nextDown,
            -88, -103, -104, -1e10, -.greatestFiniteMagnitude, -.infinity,
        ]
        for halves in 0..<252 {
            let tie = -Float(halves) / 2 * 0.693_147_2
            logits += [tie, tie.nextUp, tie.nextDown].map { min($0, -0.0) }
        }
        logits += (0..<20_000).map { _ in -abs(generator.float()) * 90 }
        logits += (0..<5_000).map { _ in
            -abs(generator.float()) * Float(sign: .plus, exponent: -generator.below(40), significand: 1)
        }
        let result = Self.expectAsDefined([1], Self.group(logits: logits), scale: 1, "")
        #expect(result.weights[0] == 1)
        for (logit, weight) in zip(logits, result.weights.dropFirst()) {
            let exact = exp(Double(logit))
            #expect(logit < -87 ? weight == 0 : abs(Double(weight) - exact) < 0x1p-23 * exact, "\(logit)")
            #expect(weight == 0 || weight.isNormal && weight <= 1, "\(logit)")
        }
    }

    // MARK: Extremes

    @Test func equalLogitsWeighTheSame() {
        for isHalf in [false, true] {
            for (dimension, count) in [(1, 3), (64, 64), (100, 77), (128, 1)] {
                // Zeros of either sign: the maximum is +0.
                for scale: Float in [1, -1, 0] {
                    let row: AttentionRow =
                        isHalf
                        ? .halves([UInt16](repeating: 0x3c00, count: dimension))
                        : .codes(low: -1, step: 0x1p-6, codes: [UInt8](repeating: 128, count: dimension))
                    let group = AttentionGroup(
                        keys: [AttentionRow](repeating: row, count: count),
                        values: [AttentionRow](repeating: row, count: count), isHalf: isHalf)
                    let query = [Float](repeating: 0.25, count: dimension)
                    let result = Self.expectAsDefined(query, group, scale: scale, "\(dimension), \(count), \(scale)")
                    #expect(result.weights.allSatisfy { $0 == 1 })
                    #expect(result.maximum == scale * 0.25 * Float(dimension))
                    #expect(result.maximum.sign == (scale < 0 ? .minus : .plus))
                    #expect(result.sum == Float(count))
                    #expect(result.output.allSatisfy { $0 == Float(count) })
                }
            }
        }
    }

    @Test func aZeroMaximumIsPositive() {
        let rows = [AttentionRow](repeating: .halves([0x8000]), count: 5)
        let group = AttentionGroup(keys: rows, values: rows, isHalf: true)
        for scale: Float in [1, -1] {
            let result = Self.expectAsDefined([1], group, scale: scale, "scale \(scale)")
            #expect(result.maximum.bitPattern == 0)
        }
    }

    @Test(arguments: [false, true])
    func oneHugeLogitIsAllThatCounts(isHalf: Bool) {
        var generator = SeededGenerator("oneHugeLogitIsAllThatCounts \(isHalf)")
        for (dimension, count) in [(64, 64), (70, 37), (128, 65)] {
            for huge in [0, count / 2, count - 1] {
                var group = AttentionGroup.random(dimension, count: count, isHalf: isHalf, using: &generator)
                // 60,000 in float16.
                group.keys[huge] =
                    isHalf
                    ? .halves([UInt16](repeating: 0x7b53, count: dimension))
                    : .codes(low: 60_000, step: 0, codes: generator.bytes(dimension))
                let query = [Float](repeating: 1, count: dimension)
                let result = Self.expectAsDefined(query, group, scale: 1, "\(dimension), \(huge)")
                #expect(result.weights.enumerated().allSatisfy { $1 == ($0 == huge ? 1 : 0) })
                #expect(result.sum == 1)
                #expect(AttentionModel.isNear(result, query, group, scale: 1))
                // The other way round: the huge one is far below.
                let opposite = Self.expectAsDefined(query, group, scale: -1, "\(dimension), -\(huge)")
                #expect(opposite.weights[huge] == 0)
            }
        }
    }

    @Test func subnormalHalvesCount() {
        var generator = SeededGenerator("subnormalHalvesCount")
        for dimension in [1, 31, 64, 128] {
            let rows = (0..<40).map { _ in
                AttentionRow.halves((0..<dimension).map { _ in UInt16(truncatingIfNeeded: generator.next()) & 0x83ff })
            }
            let group = AttentionGroup(keys: rows, values: rows.reversed(), isHalf: true)
            let query = generator.floats(dimension)
            for scale: Float in [1, 0x1p16] {
                let result = Self.expectAsDefined(query, group, scale: scale, "\(dimension), \(scale)")
                #expect(AttentionModel.isNear(result, query, group, scale: scale))
                #expect(result.output.contains { $0 != 0 })
            }
        }
    }

    /// Infinities and NaNs among keys, values, the query and the scale, at random places.
    @Test(arguments: [false, true])
    func whatIsNoNumberDoesWhatIsDefined(isHalf: Bool) {
        var generator = SeededGenerator("whatIsNoNumberDoesWhatIsDefined \(isHalf)")
        func spoiled(_ row: AttentionRow) -> AttentionRow {
            switch row {
            case .halves(var halves):
                halves[generator.below(halves.count)] = [0x7c00, 0xfc00, 0x7e00, 0xfe01, 0x7c01][generator.below(5)]
                return .halves(halves)
            case .codes(var low, var step, let codes):
                let odd: Float = [.infinity, -.infinity, .nan, .greatestFiniteMagnitude][generator.below(4)]
                if generator.below(2) == 0 { low = odd } else { step = odd }
                return .codes(low: low, step: step, codes: codes)
            }
        }
        for round in 0..<400 {
            let dimension = [1, 5, 8, 32, 64, 77, 128][generator.below(7)]
            var group = AttentionGroup.random(dimension, count: 37, isHalf: isHalf, using: &generator)
            var query = generator.floats(dimension)
            for _ in 0..<generator.below(4) {
                let place = generator.below(37)
                group.keys[place] = spoiled(group.keys[place])
            }
            for _ in 0..<generator.below(3) {
                let place = generator.below(37)
                group.values[place] = spoiled(group.values[place])
            }
            let odd: [Float] = [.infinity, -.infinity, .nan, 3e38]
            if round % 7 == 0 { query[generator.below(dimension)] = odd[generator.below(4)] }
            let scale: Float = round % 11 == 0 ? odd[generator.below(4)] : 1
            let result = Self.expectAsDefined(query, group, scale: scale, "round \(round), dimension \(dimension)")
            #expect(!result.maximum.isNaN && result.weights.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(result.maximum.isFinite ? result.sum >= 1 : result.sum == 0)
        }
    }
}
