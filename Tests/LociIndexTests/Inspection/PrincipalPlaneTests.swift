// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct PrincipalPlaneTests {
    /// Along known axes, of known variance, about a known mean, at any scale of floats.
    @Test(arguments: [1e-14, 1, 1e14] as [Float])
    func findsTheAxes(scale: Float) {
        var generator = SeededGenerator("axes at \(scale)")
        let dimension = 30
        // Two that are near each other, and noise that is not much less.
        let spreads: [Float] = [3, 2.7] + [Float](repeating: 1, count: dimension - 2)
        let rows = (0..<3_000).flatMap { _ in
            (0..<dimension).map { scale * (5 + spreads[$0] * generator.normal()) }
        }
        let plane = PrincipalPlane(rows: rows, rowCount: 3_000, dimension: dimension)
        #expect(plane.directions.count == 2 && plane.shares.count == 2)
        for axis in 0..<2 {
            #expect(plane.directions[axis][axis] > 0.98, "\(plane.directions[axis])")
            let expected = Double(spreads[axis] * spreads[axis]) / (9 + 2.7 * 2.7 + 28)
            #expect(abs(plane.shares[axis] - expected) < 0.02)
        }
        let place = plane.place(of: (0..<dimension).map { $0 == 0 ? 7 * scale : 5 * scale })
        #expect(abs(place.x / scale - 2) < 0.2 && abs(place.y / scale) < 0.5)
    }

    /// Against the power method in double precision, on any vectors.
    @Test func holdsTheMostVariance() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(20) {
            let (dimension, count) = (1 + generator.below(24), 1 + generator.below(60))
            let rows = generator.normals(count * dimension)
            let plane = PrincipalPlane(rows: rows, rowCount: count, dimension: dimension)
            #expect(plane == PrincipalPlane(rows: rows, rowCount: count, dimension: dimension))
            let (values, total) = Self.variances(rows, count, dimension)
            guard total > 0 else { continue }
            #expect(plane.shares[0] >= plane.shares[1] && plane.shares[1] >= 0)
            #expect(plane.shares[0] <= values[0] / total + 1e-4)
            #expect(plane.shares.reduce(0, +) >= 0.95 * (values[0] + values[1]) / total)
            let lengths = plane.directions.map { DoubleMath.length($0.map(Double.init)) }
            #expect(lengths.allSatisfy { abs($0 - 1) < 1e-4 || $0 == 0 })
            let product = DoubleMath.dot(
                plane.directions[0].map(Double.init), plane.directions[1].map(Double.init))
            #expect(abs(product) < 1e-4)
        }
    }

    @Test func fewAndEqualVectors() {
        let one = PrincipalPlane(rows: [1, 2, 3], rowCount: 1, dimension: 3)
        #expect(one.shares == [0, 0] && one.place(of: [4, 5, 6]) == (0, 0) && one.mean == [1, 2, 3])
        let line = PrincipalPlane(rows: [0, 0, 3, 4], rowCount: 2, dimension: 2)
        #expect(abs(line.shares[0] - 1) < 1e-6 && abs(line.shares[1]) < 1e-6)
        #expect(abs(line.place(of: [3, 4]).x - 2.5) < 1e-5)
        let short = PrincipalPlane(rows: [1, 2, 5], rowCount: 3, dimension: 1)
        #expect(abs(short.shares[0] - 1) < 1e-6 && short.shares[1] == 0 && short.place(of: [5]).y == 0)
    }

    /// The two largest variances along any directions, and the sum of all, by Jacobi on the whole matrix.
    private static func variances(_ rows: [Float], _ count: Int, _ dimension: Int) -> ([Double], Double) {
        var matrix = [Double](repeating: 0, count: dimension * dimension)
        let means = (0..<dimension).map { component in
            (0..<count).reduce(0.0) { $0 + Double(rows[$1 * dimension + component]) } / Double(count)
        }
        for row in 0..<count {
            for first in 0..<dimension {
                for second in 0..<dimension {
                    matrix[first * dimension + second] +=
                        (Double(rows[row * dimension + first]) - means[first])
                        * (Double(rows[row * dimension + second]) - means[second])
                }
            }
        }
        let values = SymmetricMatrix(matrix, count: dimension).eigenvectors().map(\.value)
        let trace = (0..<dimension).reduce(0.0) { $0 + matrix[$1 * dimension + $1] }
        return (values + [0], trace)
    }

    /// Eigenvectors are what the matrix only stretches.
    @Test func eigenvectors() {
        var generator = SeededGenerator()
        for count in 1...8 {
            var matrix = [Double](repeating: 0, count: count * count)
            for first in 0..<count {
                for second in first..<count {
                    let value = Double(generator.normal())
                    matrix[first * count + second] = value
                    matrix[second * count + first] = value
                }
            }
            let found = SymmetricMatrix(matrix, count: count).eigenvectors()
            #expect(found.map(\.value) == found.map(\.value).sorted(by: >))
            for (value, vector) in found {
                #expect(abs(DoubleMath.length(vector) - 1) < 1e-12)
                for row in 0..<count {
                    let product = (0..<count).reduce(0.0) { $0 + matrix[row * count + $1] * vector[$1] }
                    #expect(abs(product - value * vector[row]) < 1e-9)
                }
            }
        }
    }
}
