// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernel on sketches: every set against the definition, bit for bit.
@Suite struct SketchKernelTests {
    static let dimensions = Array(1...200) + [384, 768, 784, 960]
    static let slack = Int(VK_OVERREAD_BYTES)
    static let mostRows = 9

    /// Rows of random bits, but the first with none set and the second with all.
    static func sketches(_ dimension: Int, using generator: inout SeededGenerator) -> [Sketch] {
        (0..<mostRows).map { row in
            let bits = generator.bytes(dimension).map { row == 0 ? false : row == 1 ? true : $0 & 1 == 1 }
            return .random(bits, using: &generator)
        }
    }

    static func memory(_ sketches: [Sketch], garbage: UInt8) -> GuardedRows {
        GuardedRows(sketches.map { $0.bytes(rest: garbage & 1 == 1) }, slack: slack, garbage: garbage)
    }

    /// Queries of random values, of the ends of the range, and of either end alone.
    static func queries(_ dimension: Int, using generator: inout SeededGenerator) -> [SketchQuery] {
        let random = generator.bytes(dimension).map { Int8(bitPattern: $0) }
        let ends = random.map { $0 < 0 ? -127 : Int8.max }
        return [random, ends, random.map { _ in .min }, random.map { _ in .max }].map {
            SketchQuery($0, using: &generator)
        }
    }

    @Test func boundsAreAsDefinedOnEverySet() {
        var generator = SeededGenerator("boundsAreAsDefinedOnEverySet")
        for dimension in Self.dimensions {
            let sketches = Self.sketches(dimension, using: &generator)
            let memory = Self.memory(sketches, garbage: 0xa5)
            for query in Self.queries(dimension, using: &generator) {
                let expected = sketches.map { query.bound($0) }
                for set in KernelSet.all {
                    #expect(set.sketchBounds(query, memory.rows) == expected, "\(set.name), dimension \(dimension)")
                }
            }
        }
    }

    @Test func everyCountOfRowsGivesTheBoundsOfThoseRows() {
        var generator = SeededGenerator("everyCountOfRowsGivesTheBoundsOfThoseRows")
        for dimension in [1, 63, 64, 65, 129, 784] {
            let sketches = Self.sketches(dimension, using: &generator)
            let memory = Self.memory(sketches, garbage: 0xa5)
            for query in Self.queries(dimension, using: &generator) {
                let expected = sketches.map { query.bound($0) }
                for set in KernelSet.all {
                    for count in 0...Self.mostRows {
                        let rows = RowPointers(pointers: Array(memory.rows.pointers[..<count]), owners: [memory])
                        let bounds = set.sketchBounds(query, rows)
                        #expect(bounds == Array(expected[..<count]), "\(set.name), \(count) x \(dimension)")
                    }
                }
            }
        }
    }

    @Test func bitsBehindTheLastDimensionDoNotMatter() {
        var generator = SeededGenerator("bitsBehindTheLastDimensionDoNotMatter")
        for dimension in Self.dimensions {
            let sketches = Self.sketches(dimension, using: &generator)
            let query = SketchQuery([Int8](repeating: .max, count: dimension), using: &generator)
            let expected = sketches.map { query.bound($0) }
            for garbage: UInt8 in [0, 0x80, 0xff] {
                let memory = Self.memory(sketches, garbage: garbage)
                for set in KernelSet.all {
                    let bounds = set.sketchBounds(query, memory.rows)
                    #expect(bounds == expected, "\(set.name), dimension \(dimension), garbage \(garbage)")
                }
            }
        }
    }

    /// Around 4,096 dimensions sums of 16 bits are full; 65,536 is the most that a kernel takes.
    @Test func sumsDoNotOverflow() {
        var generator = SeededGenerator("sumsDoNotOverflow of sketches")
        for dimension in [4095, 4096, 4097, 8192, 10_000, 65_535, 65_536] {
            let sketches = [false, true].map {
                Sketch.random([Bool](repeating: $0, count: dimension), using: &generator)
            }
            let memory = Self.memory(sketches, garbage: 0xff)
            for extreme: Int8 in [.min, -127, .max] {
                let query = SketchQuery([Int8](repeating: extreme, count: dimension), using: &generator)
                let expected = sketches.map { query.bound($0) }
                for set in KernelSet.all {
                    #expect(set.sketchBounds(query, memory.rows) == expected, "\(set.name), dimension \(dimension)")
                }
            }
        }
    }
}
