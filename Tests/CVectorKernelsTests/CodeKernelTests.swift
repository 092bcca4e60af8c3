// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernels on LVQ codes: the portable ones against the definition, the others against the portable ones.
@Suite struct CodeKernelTests {
    static let counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 33]
    static let slack = Int(VK_OVERREAD_BYTES)

    /// Rows of every kind that the kernels take, with the codes that they hold.
    struct Rows {
        var headers: [CodeModel.Header] = []
        var codes: [[UInt8]] = []
        var residuals: [[UInt8]] = []

        /// Codes of `bits` bits, and residual codes of `residualBits`.
        init(
            _ dimension: Int, count: Int, bits: Int, residualBits: Int = 0, using generator: inout SeededGenerator
        ) {
            for _ in 0..<count {
                headers.append(.random(using: &generator))
                codes.append(generator.bytes(dimension).map { $0 >> UInt8(8 - bits) })
                residuals.append(generator.bytes(dimension).map { $0 >> UInt8(8 - residualBits) })
            }
        }

        func memory(packed: Bool, garbage: UInt8 = 0xa5) -> GuardedRows {
            let rows = zip(headers, codes).map { $0.bytes + (packed ? CodeModel.pack($1) : $1) }
            return GuardedRows(rows, slack: slack, garbage: garbage)
        }

        func residualMemory(packed: Bool, garbage: UInt8 = 0xa5) -> GuardedRows {
            GuardedRows(residuals.map { packed ? CodeModel.pack($0) : $0 }, slack: slack, garbage: garbage)
        }
    }

    static func isClose(_ bits: UInt32, _ expected: (value: Double, tolerance: Double)) -> Bool {
        abs(Double(Float(bitPattern: bits)) - expected.value) <= expected.tolerance
    }

    static let someDimensions = Array(1...140) + [191, 192, 193, 255, 256, 257, 300, 384, 511, 768, 784, 1023, 1100]

    @Test func portableNibbleDistancesAreAsDefined() throws {
        var generator = SeededGenerator("portableNibbleDistancesAreAsDefined")
        let portable = try #require(KernelSet(VK_PORTABLE))
        for dimension in Self.someDimensions {
            let query = TwoByteQuery.random(dimension, using: &generator)
            let rows = Rows(dimension, count: 3, bits: 4, using: &generator)
            let memory = rows.memory(packed: true)
            let distances = try #require(portable.nibbleDistances(query, memory.rows))
            for (row, distance) in distances.enumerated() {
                let sum = (0..<dimension).reduce(0) { $0 + Int64(query.coarse[$1]) * Int64(rows.codes[row][$1]) }
                let expected = CodeModel.distance(query.affine, rows.headers[row], sum: sum)
                #expect(Self.isClose(distance, expected), "dimension \(dimension)")
            }
        }
    }

    @Test func portableByteDistancesAndDotsAreAsDefined() throws {
        var generator = SeededGenerator("portableByteDistancesAndDotsAreAsDefined")
        let portable = try #require(KernelSet(VK_PORTABLE))
        for dimension in Self.someDimensions {
            let query = TwoByteQuery.random(dimension, using: &generator)
            let rows = Rows(dimension, count: 3, bits: 8, using: &generator)
            let memory = rows.memory(packed: false)
            let distances = try #require(portable.byteDistances(query, memory.rows))
            let plainRows = GuardedRows(rows.codes, slack: Self.slack)
            let dots = try #require(portable.byteDots(query, plainRows.rows))
            for row in 0..<3 {
                let sum = (0..<dimension).reduce(0) { $0 + query.value($1) * Int64(rows.codes[row][$1]) }
                let dot = (0..<dimension).reduce(0) { $0 + Int(query.coarse[$1]) * Int(rows.codes[row][$1]) }
                let expected = CodeModel.distance(query.affine, rows.headers[row], sum: sum)
                #expect(Self.isClose(distances[row], expected), "dimension \(dimension)")
                #expect(Int(dots[row]) == dot, "dimension \(dimension)")
            }
        }
    }

    @Test(arguments: [4, 8]) func portableTwoLevelDistancesAreAsDefined(residualBits: Int) throws {
        var generator = SeededGenerator("portableTwoLevelDistancesAreAsDefined \(residualBits)")
        let portable = try #require(KernelSet(VK_PORTABLE))
        for dimension in Self.someDimensions {
            let query = TwoByteQuery.random(dimension, using: &generator)
            let rows = Rows(dimension, count: 3, bits: 4, residualBits: residualBits, using: &generator)
            let memory = rows.memory(packed: true)
            let residuals = rows.residualMemory(packed: residualBits == 4)
            let distances = try #require(
                residualBits == 4
                    ? portable.nibbleNibbleDistances(query, memory.rows, residuals.rows)
                    : portable.nibbleByteDistances(query, memory.rows, residuals.rows))
            for (row, distance) in distances.enumerated() {
                let sum = (0..<dimension).reduce(Int64(0)) {
                    $0 + query.value($1)
                        * (Int64(rows.codes[row][$1]) << residualBits + Int64(rows.residuals[row][$1]))
                }
                let expected = CodeModel.distance(
                    query.affine, rows.headers[row], sum: sum, residualBits: residualBits)
                #expect(Self.isClose(distance, expected), "dimension \(dimension)")
            }
        }
    }

    /// The results of every code kernel of one set.
    static func results(
        _ set: KernelSet, _ query: TwoByteQuery, _ rows: (nibbles: Memory, bytes: Memory)
    ) -> [[UInt32]?] {
        [
            set.nibbleDistances(query, rows.nibbles.rows),
            set.byteDistances(query, rows.bytes.rows),
            set.nibbleNibbleDistances(query, rows.nibbles.rows, rows.nibbles.residuals),
            set.nibbleByteDistances(query, rows.nibbles.rows, rows.bytes.residuals),
            set.byteDots(query, rows.bytes.residuals)?.map { UInt32(bitPattern: $0) },
        ]
    }

    struct Memory {
        var rows: RowPointers
        var residuals: RowPointers
    }

    /// Random rows for all dimensions up to `largest`: row i begins i bytes past an alignment, and what follows a shorter
    /// row is random too.
    final class Pool {
        private let bytes: UnsafeMutableBufferPointer<UInt8>
        private let stride: Int

        init(largest: Int, using generator: inout SeededGenerator) {
            stride = (largest + 16 + slack + 33 + 63) / 64 * 64
            bytes = .allocate(capacity: 66 * stride)
            _ = bytes.initialize(from: generator.bytes(66 * stride))
            for row in 0..<33 {
                let header = CodeModel.Header.random(using: &generator).bytes
                for (index, byte) in header.enumerated() { bytes[row * stride + row + index] = byte }
            }
        }

        deinit { bytes.deallocate() }

        func memory(_ count: Int) -> Memory {
            func row(_ index: Int) -> UnsafePointer<UInt8>? {
                bytes.baseAddress.map { UnsafePointer($0 + index * stride + index % 33) }
            }
            return Memory(
                rows: RowPointers(pointers: (0..<count).map(row), owners: [self]),
                residuals: RowPointers(pointers: (0..<count).map { row(33 + $0) }, owners: [self]))
        }
    }

    @Test func everySetGivesTheBitsOfThePortableOne() throws {
        var generator = SeededGenerator("everySetGivesTheBitsOfThePortableOne")
        let portable = try #require(KernelSet(VK_PORTABLE))
        let pool = Pool(largest: 1100, using: &generator)
        for dimension in 1...1100 {
            let query = TwoByteQuery.random(dimension, using: &generator)
            let memory = pool.memory(Self.counts[dimension % Self.counts.count])
            let expected = Self.results(portable, query, (memory, memory))
            try #require(!expected.contains(nil))
            for set in KernelSet.all.dropFirst() {
                #expect(Self.results(set, query, (memory, memory)) == expected, "\(set.name), dimension \(dimension)")
            }
        }
    }

    @Test func everyCountOfRowsGivesWhatEachRowGivesAlone() throws {
        var generator = SeededGenerator("everyCountOfRowsGivesWhatEachRowGivesAlone")
        let pool = Pool(largest: 300, using: &generator)
        for _ in 0..<TestSettings.iterations(20) {
            let query = TwoByteQuery.random(Int.random(in: 1...300, using: &generator), using: &generator)
            for set in KernelSet.all {
                let all = Self.results(set, query, (pool.memory(33), pool.memory(33)))
                for count in Self.counts {
                    let memory = pool.memory(count)
                    #expect(Self.results(set, query, (memory, memory)) == all.map { $0.map { Array($0[..<count]) } })
                }
            }
        }
    }

    @Test func bytesBehindARowDoNotMatter() throws {
        var generator = SeededGenerator("bytesBehindARowDoNotMatter")
        for dimension in [1, 2, 15, 63, 64, 65, 127, 128, 129, 200, 384, 784] {
            let query = TwoByteQuery.random(dimension, using: &generator)
            let nibbles = Rows(dimension, count: 5, bits: 4, residualBits: 4, using: &generator)
            let bytes = Rows(dimension, count: 5, bits: 8, residualBits: 8, using: &generator)
            for set in KernelSet.all {
                var results: [[[UInt32]?]] = []
                for garbage: UInt8 in [0, 0x80, 0xff] {
                    let memories = [
                        nibbles.memory(packed: true, garbage: garbage),
                        nibbles.residualMemory(packed: true, garbage: garbage),
                        bytes.memory(packed: false, garbage: garbage),
                        bytes.residualMemory(packed: false, garbage: garbage),
                    ]
                    let first = Memory(rows: memories[0].rows, residuals: memories[1].rows)
                    let second = Memory(rows: memories[2].rows, residuals: memories[3].rows)
                    results.append(Self.results(set, query, (first, second)))
                }
                #expect(results[1] == results[0] && results[2] == results[0], "\(set.name), dimension \(dimension)")
            }
        }
    }

    /// With low 0 and step 1, distances are the sums themselves.
    @Test(arguments: [Int8.min, Int8.max]) func sumsDoNotOverflow(extreme: Int8) throws {
        let exactly = vk_affine(base: 0, norm_weight: 0, low_factor: 0, step_factor: 1)
        let header = CodeModel.Header(low: 0, step: 0x3c00, norm1: 0, norm2: 0)
        for dimension in [64, 1000, 65_536] {
            let ends = [Int8](repeating: extreme, count: dimension)
            let query = TwoByteQuery(coarse: ends, fine: ends, affine: exactly)
            let packed = [UInt8](repeating: 255, count: CodeModel.nibbleBytes(dimension))
            let whole = [UInt8](repeating: 255, count: dimension)
            let nibbles = GuardedRows([header.bytes + packed], slack: Self.slack)
            let bytes = GuardedRows([header.bytes + whole], slack: Self.slack)
            let nibbleResiduals = GuardedRows([packed], slack: Self.slack)
            let byteResiduals = GuardedRows([whole], slack: Self.slack)
            let dot = Int64(extreme) * Int64(dimension)
            let wide = 257 * dot
            for set in KernelSet.all {
                let context = "\(set.name), dimension \(dimension)"
                #expect(set.byteDots(query, byteResiduals.rows) == [Int32(255 * dot)], "\(context)")
                #expect(set.nibbleDistances(query, nibbles.rows) == [Float(15 * dot).bitPattern], "\(context)")
                #expect(set.byteDistances(query, bytes.rows) == [Float(255 * wide).bitPattern], "\(context)")
                let fine = set.nibbleNibbleDistances(query, nibbles.rows, nibbleResiduals.rows)
                #expect(fine == [(Float(255 * wide) * 0x1p-4).bitPattern], "\(context)")
                let finer = set.nibbleByteDistances(query, nibbles.rows, byteResiduals.rows)
                #expect(finer == [(Float(4095 * wide) * 0x1p-8).bitPattern], "\(context)")
            }
        }
    }
}
