// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// Rounding a query to integers, in two parts, with their sums.
@Suite struct QueryKernelTests {
    /// Ties, the ends of what is kept and what lies beyond them, and where one part gives way to the other.
    static let notable: [Float] = [
        0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.499_999_97, -0.499_999_97, 0, -0.0, .leastNonzeroMagnitude, 127, 127.5, 128,
        -128, -128.5, -129, 383.5, 384, 32383.5, 32384, -32384, -32384.5, -32385, 32511, 32511.498, 32511.5, 32512,
        32512.5, 32513, -32511.5, -32512, -32512.5, -32640, 40000, -65536, 8_388_608, 12_582_912, -12_582_912, 1e30,
        -.greatestFiniteMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity,
    ]

    @Test func everyNotableValueIsTakenApart() {
        for value in Self.notable {
            for factor: Float in [1, -1] {
                let expected = QuantizedQuery(quantizing: [value], factor: factor)
                for set in KernelSet.all {
                    let query = set.quantizedQuery([value], factor: factor)
                    #expect(query == expected, "\(set.name), \(value) * \(factor)")
                }
            }
        }
    }

    @Test func everyIntegerAndTheTieAboveItAreTakenApart() {
        let integers = (-32600...32600).map { Float($0) }
        for values in [integers, integers.map { $0 + 0.5 }] {
            let expected = QuantizedQuery(quantizing: values, factor: 1)
            for set in KernelSet.all {
                let isSame = set.quantizedQuery(values, factor: 1) == expected
                #expect(isSame, "\(set.name), \(values[0])")
            }
        }
    }

    @Test func queriesAreAsDefinedAtEveryCount() {
        var generator = SeededGenerator("queriesAreAsDefinedAtEveryCount")
        let finite = Self.notable.filter(\.isFinite)
        for count in 0...200 {
            let values = (0..<count).map { index in
                index % 3 == 0 ? finite[generator.below(finite.count)] : generator.float() * 33000
            }
            let largest = values.lazy.filter { $0.magnitude < 1e5 }.map(\.magnitude).max() ?? 1
            // As a query is scaled, to 16 and to 8 bits; products beyond all floats; all zeros.
            for factor: Float in [1, 0.37, -2, 32512 / largest, 127 / largest, 1e38, 1e-38, 0, -0.0] {
                let expected = QuantizedQuery(quantizing: values, factor: factor)
                for set in KernelSet.all {
                    #expect(set.quantizedQuery(values, factor: factor) == expected, "\(set.name), \(count), \(factor)")
                }
            }
        }
    }

    /// At 65,536 values, every sum at the end that it can reach.
    @Test func sumsOfTheLargestQueriesHold() {
        // In parts: (127, 0), (-127, 0), (127, -128), (-127, 127), (1, -128), (0, -128), (0, 127).
        let extremes: [Float] = [32512, -32512, 32384, -32385, 128, -128, 127]
        for (index, extreme) in extremes.enumerated() {
            let other = extremes[(index + 1) % extremes.count]
            for values in [
                [Float](repeating: extreme, count: 65536), (0..<65536).map { $0 % 2 == 0 ? extreme : other },
            ] {
                let expected = QuantizedQuery(quantizing: values, factor: 1)
                for set in KernelSet.all {
                    let isSame = set.quantizedQuery(values, factor: 1) == expected
                    #expect(isSame, "\(set.name), \(extreme), \(values[1])")
                }
            }
        }
    }
}
