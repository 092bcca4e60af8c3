// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernel on binary rows: every set against the definition, bit for bit.
@Suite struct HammingKernelTests {
    private static let dimensions = Array(1...200) + [384, 511, 512, 513, 768, 1023, 1024, 1025, 1536]
    private static let mostRows = 9

    /// Rows of random bits, but the first with none set and the second with all.
    private static func rows(_ dimension: Int, using generator: inout SeededGenerator) -> [[Bool]] {
        (0..<mostRows).map { row in
            generator.bytes(dimension).map { row == 0 ? false : row == 1 ? true : $0 & 1 == 1 }
        }
    }

    private static func memory(_ rows: [[Bool]], garbage: UInt8) -> GuardedRows {
        GuardedRows(
            rows.map { BinaryRow.bytes($0, rest: garbage & 1 == 1) }, slack: Int(VK_OVERREAD_BYTES), garbage: garbage)
    }

    @Test func distancesAreAsDefinedOnEverySetWhateverLiesBehind() {
        var generator = SeededGenerator("distancesAreAsDefinedOnEverySet")
        for dimension in Self.dimensions {
            let rows = Self.rows(dimension, using: &generator)
            let queries = [rows[0], rows[1], generator.bytes(dimension).map { $0 & 1 == 1 }].map { HammingQuery($0) }
            for garbage: UInt8 in [0, 0xa5, 0xff] {
                let memory = Self.memory(rows, garbage: garbage)
                for query in queries {
                    let expected = rows.map { query.distance($0) }
                    for set in KernelSet.all {
                        let distances = set.hammingDistances(query, memory.rows)
                        #expect(distances == expected, "\(set.name), dimension \(dimension), garbage \(garbage)")
                    }
                }
            }
        }
    }

    @Test func everyCountOfRowsGivesTheDistancesOfThoseRows() {
        var generator = SeededGenerator("every count of binary rows")
        for dimension in [1, 64, 129, 512, 784] {
            let rows = Self.rows(dimension, using: &generator)
            let memory = Self.memory(rows, garbage: 0xa5)
            let query = HammingQuery(rows[5])
            let expected = rows.map { query.distance($0) }
            for set in KernelSet.all {
                for count in 0...Self.mostRows {
                    let some = RowPointers(pointers: Array(memory.rows.pointers[..<count]), owners: [memory])
                    #expect(set.hammingDistances(query, some) == Array(expected[..<count]), "\(set.name), \(count)")
                }
            }
        }
    }

    /// 65,536 is the most that a kernel takes.
    @Test func sumsDoNotOverflow() {
        for dimension in [8_191, 65_535, 65_536] {
            let ends = [false, true].map { [Bool](repeating: $0, count: dimension) }
            let memory = Self.memory(ends, garbage: 0xff)
            for end in ends {
                let query = HammingQuery(end)
                let expected = ends.map { query.distance($0) }
                for set in KernelSet.all {
                    #expect(set.hammingDistances(query, memory.rows) == expected, "\(set.name)")
                }
            }
        }
    }
}
