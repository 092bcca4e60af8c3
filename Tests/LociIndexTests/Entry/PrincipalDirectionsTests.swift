// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct PrincipalDirectionsTests {
    private func directions(_ rows: [Float], dimension: Int, count: Int) -> [[Double]] {
        let found = PrincipalDirections(
            rows: rows, rowCount: rows.count / dimension, dimension: dimension, count: count
        ).values
        #expect(found.count == count * dimension)
        #expect(found.allSatisfy { $0.isFinite })
        return (0..<count).map { found[$0 * dimension..<($0 + 1) * dimension].map(Double.init) }
    }

    /// How many of the directions are not zero; they must be orthonormal.
    private func rank(_ directions: [[Double]]) -> Int {
        let present = directions.filter { $0.contains { $0 != 0 } }
        for (index, first) in present.enumerated() {
            #expect(abs(DoubleMath.length(first) - 1) < 1e-5)
            for second in present[..<index] { #expect(abs(DoubleMath.dot(first, second)) < 1e-5) }
        }
        return present.count
    }

    /// The share of the rows' squared length that lies along the directions.
    private func share(_ rows: [Float], dimension: Int, _ directions: [[Double]]) -> Double {
        var whole = 0.0
        var held = 0.0
        for start in stride(from: 0, to: rows.count, by: dimension) {
            let row = rows[start..<start + dimension].map(Double.init)
            whole += DoubleMath.dot(row, row)
            for direction in directions {
                let product = DoubleMath.dot(row, direction)
                held += product * product
            }
        }
        return held / whole
    }

    /// Rows that are combinations of `rank` random vectors, and noise.
    private func mixed(
        _ count: Int, dimension: Int, rank: Int, noise: Float, _ generator: inout SeededGenerator
    ) -> [Float] {
        let base = (0..<rank).map { _ in generator.normals(dimension) }
        return (0..<count).flatMap { _ in
            let weights = generator.normals(rank)
            return (0..<dimension).map { component in
                (0..<rank).reduce(noise * generator.normal()) { $0 + weights[$1] * base[$1][component] }
            }
        }
    }

    @Test(arguments: [1, 7, 8, 31, 100], [8, 32])
    func orthonormal(dimension: Int, count: Int) {
        var generator = SeededGenerator("orthonormal directions \(dimension) \(count)")
        let found = directions(generator.normals(200 * dimension), dimension: dimension, count: count)
        #expect(rank(found) == min(dimension, count))
    }

    @Test(arguments: [1, 5, 16])
    func findsASubspace(rank wanted: Int) {
        var generator = SeededGenerator("subspace of rank \(wanted)")
        let rows = mixed(300, dimension: 60, rank: wanted, noise: 0, &generator)
        let found = directions(rows, dimension: 60, count: 16)
        #expect(rank(found) == wanted)
        #expect(share(rows, dimension: 60, found) > 0.9999)
    }

    /// Nearly all rows are one and the same; the others tell the directions.
    @Test func equalRowsHideNothing() {
        var generator = SeededGenerator("directions of equal rows")
        var rows = [Float]((0..<2000).flatMap { _ in [Float](repeating: 0.25, count: 40) })
        let other = mixed(60, dimension: 40, rank: 12, noise: 0, &generator)
        rows.replaceSubrange(40..<40 + other.count, with: other)
        let found = directions(rows, dimension: 40, count: 16)
        #expect(rank(found) == 13)
        #expect(share(rows, dimension: 40, found) > 0.9999)
    }

    /// Among noise: of the variance of a sum, the directions hold what its strong part has.
    @Test func findsWhatVariesMost() {
        var generator = SeededGenerator("strong directions")
        let rows = mixed(600, dimension: 100, rank: 8, noise: 0.5, &generator)
        let found = directions(rows, dimension: 100, count: 8)
        #expect(rank(found) == 8)
        // 8 · 100 of 8 · 100 + 100 / 4, and the strong directions have their part of the noise.
        let held = share(rows, dimension: 100, found)
        #expect(held > 0.965, "\(held)")
    }

    @Test func fewerVectorsThanDirections() {
        var generator = SeededGenerator("few vectors")
        let distinct = (0..<3).map { _ in generator.normals(20) }
        let rows = (0..<60).flatMap { distinct[$0 / 20] }
        let found = directions(rows, dimension: 20, count: 8)
        #expect(rank(found) == 3)
        #expect(share(rows, dimension: 20, found) > 0.9999)
        for count in [1, 2, 3] {
            let rows = Array(distinct[..<count].joined())
            #expect(rank(directions(rows, dimension: 20, count: 8)) == count)
        }
    }

    @Test func oneDirectionOrNone() {
        var generator = SeededGenerator("equal vectors")
        let vector = generator.normals(33)
        let equal = directions((0..<50).flatMap { _ in vector }, dimension: 33, count: 8)
        #expect(rank(equal) == 1)
        let zeros = directions([Float](repeating: 0, count: 50 * 33), dimension: 33, count: 8)
        #expect(zeros.allSatisfy { $0.allSatisfy { $0 == 0 } })
        // As short, and as long, as the vectors of a space may be.
        for length in [Float(0x1p-24), 65_504] {
            #expect(rank(directions(vector.map { $0 * length }, dimension: 33, count: 8)) == 1)
        }
    }

    @Test func sameBitsTwice() {
        var generator = SeededGenerator("same directions")
        let rows = generator.normals(500 * 48)
        func bits() -> [UInt32] {
            PrincipalDirections(rows: rows, rowCount: 500, dimension: 48, count: 32).values.map(\.bitPattern)
        }
        #expect(bits() == bits())
    }
}
