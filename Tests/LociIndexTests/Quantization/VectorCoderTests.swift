// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct VectorCoderTests {
    @Test(arguments: LVQCodingTests.kinds, Metric.allCases)
    func decodedVectorsAreNear(kind: Quantization, metric: Metric) throws {
        var generator = SeededGenerator("coder \(kind) \(metric)")
        for (dimension, size): (Int, Float) in [(1, 1), (3, 1e-30), (65, 1e-30), (65, 1), (130, 1e6), (130, 1e15)] {
            let values = generator.floats(30 * dimension).map { $0 * size }
            let coded = try CodedVectors(values, dimension: dimension, metric: metric, quantization: kind)
            for row in 0..<30 {
                let given = coded.vector(row).doubles
                let vector = metric == .cosine ? DoubleMath.normalised(given) : given
                let decoded = coded.decoded(row).doubles
                let error = DoubleMath.length(DoubleMath.difference(vector, decoded))
                let step = coded.reference(row).step / Double(coded.space.scale)
                // Each rotated component within its part of a step; rotations and means round at single precision.
                let bound =
                    Double(dimension).squareRoot() * step * (1 / Double(2 << kind.residualBits) + 0x1p-14)
                    + 4e-6 * (DoubleMath.length(vector) + DoubleMath.length(coded.space.mean.doubles))
                #expect(error <= bound, "dimension \(dimension), size \(size), row \(row)")
            }
        }
    }

    @Test func theMeanIsTakenOff() throws {
        // Noise of 1 about 10,000: without the mean a step would be some 600 (4 bits) or 40 (8 bits).
        var generator = SeededGenerator("coder mean")
        let dimension = 64
        let values = generator.floats(50 * dimension).map { $0 + 10_000 }
        for (kind, bound) in [(Quantization.lvq8, 0.02), (.lvq4, 0.4), (.lvq4x8, 0.02)] {
            let coded = try CodedVectors(values, dimension: dimension, metric: .l2, quantization: kind)
            for row in 0..<50 {
                let apart = DoubleMath.difference(coded.vector(row).doubles, coded.decoded(row).doubles)
                #expect((apart.map(abs).max() ?? 0) <= bound, "\(kind), row \(row)")
            }
        }
    }

    @Test(arguments: Metric.allCases)
    func floatsAreKept(metric: Metric) throws {
        var generator = SeededGenerator("coder floats \(metric)")
        for dimension in [1, 2, 31, 130] {
            let values = generator.floats(30 * dimension).map { $0 * 1000 }
            let exact = try CodedVectors(values, dimension: dimension, metric: metric, quantization: .float32)
            let halves = try CodedVectors(values, dimension: dimension, metric: metric, quantization: .float16)
            for row in 0..<30 {
                let given = exact.vector(row)
                if metric != .cosine { #expect(exact.decoded(row) == given) }
                let vector = metric == .cosine ? DoubleMath.normalised(given.doubles) : given.doubles
                for component in 0..<dimension {
                    let value = vector[component]
                    #expect(abs(Double(exact.decoded(row)[component]) - value) <= abs(value) * 1e-6)
                    #expect(abs(Double(halves.decoded(row)[component]) - value) <= abs(value) * 0x1.01p-11 + 0x1p-25)
                }
            }
        }
    }

    @Test func aHalfTooLargeIsRefused() {
        #expect(throws: IndexError.tooLarge(row: 1, component: 1, limit: 65_504)) {
            try CodedVectors([1, 2, 3, 70_000], dimension: 2, metric: .l2, quantization: .float16)
        }
    }
}
