// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernels that prepare queries and vectors.
@Suite struct ArrayKernelTests {
    static let counts = Array(0...100) + [127, 128, 129, 255, 256, 300, 512, 784, 1000]

    @Test func elementwiseKernelsAreAsDefinedOnEverySet() {
        var generator = SeededGenerator("elementwiseKernelsAreAsDefinedOnEverySet")
        for count in Self.counts {
            let values = generator.floats(count)
            let others = generator.floats(count)
            let factor = generator.float() * 3
            let products = zip(values, others).map { $0 * $1 }
            let scaled = zip(values, others).map { ($0 - $1) * factor }
            let half = count / 2
            var butterfly = values
            for index in 0..<half {
                butterfly[index] = values[index] + values[half + index]
                butterfly[half + index] = values[index] - values[half + index]
            }
            let largest = values.map(\.magnitude).max() ?? 0
            for set in KernelSet.all {
                #expect(set.multiplied(values, by: others) == products, "\(set.name), \(count)")
                #expect(set.subtractedAndScaled(values, others, factor) == scaled, "\(set.name), \(count)")
                #expect(set.butterfly(values) == butterfly, "\(set.name), \(count)")
                #expect(set.largestMagnitude(values) == largest, "\(set.name), \(count)")
            }
        }
    }

    @Test func oneInfinityOrNaNIsFoundAnywhere() {
        for set in KernelSet.all {
            #expect(set.allFinite([]))
            for count in [1, 2, 15, 16, 17, 33, 70] {
                var values = [Float](repeating: -.greatestFiniteMagnitude, count: count)
                #expect(set.allFinite(values))
                for index in 0..<count {
                    for value: Float in [.infinity, -.infinity, .nan, -.nan, .signalingNaN] {
                        values[index] = value
                        #expect(!set.allFinite(values), "\(set.name), \(value) at \(index) of \(count)")
                    }
                    values[index] = .leastNonzeroMagnitude
                    #expect(set.allFinite(values))
                }
            }
        }
    }

    @Test func largestMagnitudeIsFoundAnywhere() {
        for set in KernelSet.all {
            #expect(set.largestMagnitude([]).bitPattern == 0)
            #expect(set.largestMagnitude([-0.0]).bitPattern == 0)
            for index in 0..<70 {
                var values = [Float](repeating: 1, count: 70)
                values[index] = -.greatestFiniteMagnitude
                #expect(set.largestMagnitude(values) == .greatestFiniteMagnitude, "\(set.name), \(index)")
            }
        }
    }

    // MARK: Hadamard

    /// Row i, column j of the matrix has the sign of the parity of the bits that i and j share.
    static func definedHadamard(_ values: [Float]) -> [Float] {
        values.indices.map { row in
            var sum: Float = 0
            for (column, value) in values.enumerated() {
                let isEven = (row & column).nonzeroBitCount % 2 == 0
                sum += isEven ? value : -value
            }
            return sum
        }
    }

    /// Sums of small integers are exact, so the transform must give what the definition gives.
    @Test func hadamardIsAsDefinedAndItsOwnInverse() {
        var generator = SeededGenerator("hadamardIsAsDefinedAndItsOwnInverse")
        for power in 0...12 {
            let count = 1 << power
            let values = (0..<count).map { _ in Float(Int.random(in: -20...20, using: &generator)) }
            for set in KernelSet.all {
                let transformed = set.hadamard(values)
                if count <= 256 {
                    let expected = Self.definedHadamard(values)
                    #expect(transformed == expected, "\(set.name), \(count)")
                }
                let twice = transformed.flatMap { set.hadamard($0) }
                #expect(twice == values.map { $0 * Float(count) }, "\(set.name), \(count)")
            }
        }
    }

    @Test func hadamardGivesTheSameBitsOnEverySet() throws {
        var generator = SeededGenerator("hadamardGivesTheSameBitsOnEverySet")
        let portable = try #require(KernelSet(VK_PORTABLE))
        for power in 0...15 {
            let values = generator.floats(1 << power)
            let expected = try #require(portable.hadamard(values)).map(\.bitPattern)
            for set in KernelSet.all.dropFirst() {
                #expect(set.hadamard(values)?.map(\.bitPattern) == expected, "\(set.name), \(1 << power)")
            }
        }
    }

    // MARK: float16

    @Test func everyHalfWidensToItsValue() {
        let halves = (0...UInt16.max).map { $0 }
        for set in KernelSet.all {
            let widened = set.widened(halves)
            var wrong: [UInt16] = []
            for half in halves {
                let value = widened[Int(half)]
                let fraction = UInt32(half & 0x3ff)
                let sign = UInt32(half & 0x8000) << 16
                let expected: UInt32
                if half & 0x7c00 != 0x7c00 {
                    expected = Float(CodeModel.value(ofHalf: half)).bitPattern
                } else if fraction == 0 {
                    expected = sign | 0x7f80_0000
                } else {
                    expected = sign | 0x7fc0_0000 | fraction << 13
                }
                if value.bitPattern != expected { wrong.append(half) }
            }
            #expect(wrong.isEmpty, "\(set.name)")
            // And back: the same, but NaNs become quiet.
            let quiet = halves.map { $0 & 0x7c00 == 0x7c00 && $0 & 0x3ff != 0 ? $0 | 0x200 : $0 }
            #expect(set.narrowed(widened) == quiet, "\(set.name)")
        }
    }

    @Test func narrowingRoundsToNearestEven() {
        // Between each finite float16 and the next one; the one after the largest, 65504, counts as 65536.
        let lower = (0..<UInt16(0x7c00)).map { $0 }
        let middles = lower.map { half in
            let next = half == 0x7bff ? 65536 : CodeModel.value(ofHalf: half + 1)
            return Float((CodeModel.value(ofHalf: half) + next) / 2)
        }
        for set in KernelSet.all {
            #expect(set.narrowed(middles) == lower.map { $0 + ($0 & 1) }, "\(set.name)")
            #expect(set.narrowed(middles.map(\.nextDown)) == lower, "\(set.name)")
            #expect(set.narrowed(middles.map(\.nextUp)) == lower.map { $0 + 1 }, "\(set.name)")
            #expect(set.narrowed(middles.map { -$0 }) == lower.map { ($0 + ($0 & 1)) | 0x8000 }, "\(set.name)")
            let ends: [Float] = [
                .infinity, -.infinity, 1e30, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 65519.996, 65520,
            ]
            #expect(
                set.narrowed(ends) == [0x7c00, 0xfc00, 0x7c00, 0xfc00, 0, 0x8000, 0x7bff, 0x7c00], "\(set.name)")
            #expect(set.narrowed([.nan, -.nan]) == [0x7e00, 0xfe00], "\(set.name)")
        }
    }

    @Test func conversionsAreTheSameAtEveryCount() throws {
        var generator = SeededGenerator("conversionsAreTheSameAtEveryCount")
        let portable = try #require(KernelSet(VK_PORTABLE))
        for count in Self.counts {
            let halves = (0..<count).map { _ in UInt16(truncatingIfNeeded: generator.next()) }
            let floats = (0..<count).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())) }
            let widened = portable.widened(halves).map(\.bitPattern)
            let narrowed = portable.narrowed(floats)
            for set in KernelSet.all.dropFirst() {
                #expect(set.widened(halves).map(\.bitPattern) == widened, "\(set.name), \(count)")
                #expect(set.narrowed(floats) == narrowed, "\(set.name), \(count)")
            }
        }
    }
}
