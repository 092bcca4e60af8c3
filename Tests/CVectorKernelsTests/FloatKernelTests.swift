// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernels on float vectors. Their sums have a defined order, so that the definition is met to the bit.
@Suite struct FloatKernelTests {
    static let dimensions = Array(0...300) + [384, 511, 512, 768, 784, 960, 1000, 1024, 1536, 2047, 4096]

    /// The sum in 32 lanes, folded by halves.
    static func laneSum(_ terms: [Float]) -> Float {
        var lanes = [Float](repeating: 0, count: 32)
        for (index, term) in terms.enumerated() { lanes[index % 32] += term }
        for half in [16, 8, 4, 2, 1] {
            for lane in 0..<half { lanes[lane] += lanes[lane + half] }
        }
        return lanes[0]
    }

    static func terms(_ query: [Float], _ row: [Float], isL2: Bool) -> [Float] {
        zip(query, row).map { isL2 ? ($0 - $1) * ($0 - $1) : $0 * $1 }
    }

    static func bytes(_ row: [Float]) -> [UInt8] {
        row.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    static func bytes(halves row: [UInt16]) -> [UInt8] {
        row.flatMap { bits in [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)] }
    }

    @Test(arguments: [false, true], [false, true])
    func distancesAreAsDefinedOnEverySet(isHalf: Bool, isL2: Bool) throws {
        var generator = SeededGenerator("distancesAreAsDefinedOnEverySet \(isHalf) \(isL2)")
        for dimension in Self.dimensions {
            let query = generator.floats(dimension)
            let count = dimension > 300 ? 5 : [1, 2, 3, 4, 5, 7, 9][dimension % 7]
            var rows: [[Float]] = []
            var rowBytes: [[UInt8]] = []
            for _ in 0..<count {
                if isHalf {
                    let halves = (0..<dimension).map { _ in generator.half() & 0xbfff }
                    rows.append(halves.map { Float(CodeModel.value(ofHalf: $0)) })
                    rowBytes.append(Self.bytes(halves: halves))
                } else {
                    rows.append(generator.floats(dimension))
                    rowBytes.append(Self.bytes(rows[rows.count - 1]))
                }
            }
            // The rows end where memory does, but the last one ends a byte before, and so begins at an odd address.
            let memory =
                GuardedRows(Array(rowBytes.dropLast())).rows + GuardedRows(rowBytes.suffix(1), slack: 1).rows
            let expected = rows.map { row in
                let sum = Self.laneSum(Self.terms(query, row, isL2: isL2))
                return (isL2 ? sum : -sum).bitPattern
            }
            for set in KernelSet.all {
                let distances = set.floatDistances(query, memory, isHalf: isHalf, isL2: isL2)
                #expect(distances == expected, "\(set.name), dimension \(dimension)")
            }
        }
    }

    @Test func noRowsGiveNoDistances() {
        let none = RowPointers(pointers: [], owners: [])
        for set in KernelSet.all {
            for isHalf in [false, true] {
                #expect(set.floatDistances([1, 2, 3], none, isHalf: isHalf, isL2: true) == [])
                #expect(set.floatDistances([1, 2, 3], none, isHalf: isHalf, isL2: false) == [])
            }
        }
    }

    @Test func laneSumsAreNearTheExactSum() {
        // The definition itself: 32 lanes of n / 32 additions each, so far fewer rounding errors than n.
        var generator = SeededGenerator("laneSumsAreNearTheExactSum")
        for dimension in Self.dimensions {
            let first = generator.floats(dimension)
            let second = generator.floats(dimension)
            let exact = zip(first, second).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let magnitude = zip(first, second).reduce(0.0) { $0 + abs(Double($1.0) * Double($1.1)) }
            let sum = Self.laneSum(Self.terms(first, second, isL2: false))
            let roundings = Double(dimension / 32 + 7)
            #expect(abs(Double(sum) - exact) <= roundings * 0x1p-24 * magnitude)
        }
    }

    @Test func dotAndSumOfSquaresAreAsDefinedOnEverySet() {
        var generator = SeededGenerator("dotAndSumOfSquaresAreAsDefinedOnEverySet")
        for dimension in Self.dimensions {
            let first = generator.floats(dimension)
            let second = generator.floats(dimension)
            let dot = Self.laneSum(Self.terms(first, second, isL2: false))
            let squares = Self.laneSum(Self.terms(first, first, isL2: false))
            for set in KernelSet.all {
                #expect(set.dot(first, second).bitPattern == dot.bitPattern, "\(set.name), dimension \(dimension)")
                #expect(
                    set.sumOfSquares(first).bitPattern == squares.bitPattern, "\(set.name), dimension \(dimension)")
            }
        }
    }
}
