// Loci, Apache License 2.0.

import CVectorKernels

/// The two directions in which vectors vary most, and where vectors are on the plane of both: a map of vectors (principal
/// component analysis).
///
/// `PrincipalDirections` gives a subspace and not its axes, so it is asked for some more directions, in which the axes are
/// found exactly (Rayleigh and Ritz).
package struct PrincipalPlane: Sendable, Equatable {
    /// What is subtracted from vectors.
    package let mean: [Float]
    /// The directions, orthonormal, the one of more variance first; zeros where vectors do not vary.
    package let directions: [[Float]]
    /// The shares of the variance that lie along both, from 0 to 1.
    package let shares: [Double]

    /// How many directions the axes are sought among: vectors whose variances are near each other need some room.
    private static let subspace = 8

    /// - Parameters:
    ///   - rows: `rowCount` vectors, one after another.
    ///   - rowCount: At least 1.
    ///   - dimension: Of the vectors, at least 1.
    /// - Complexity: O(rowCount · dimension) time; three times the memory of the rows.
    package init(rows: [Float], rowCount: Int, dimension: Int) {
        var sums = [Double](repeating: 0, count: dimension)
        for row in 0..<rowCount {
            for component in 0..<dimension { sums[component] += Double(rows[row * dimension + component]) }
        }
        let mean = sums.map { Float($0 / Double(rowCount)) }
        var centred = rows
        var largest: Float = 0
        for row in 0..<rowCount {
            for component in 0..<dimension {
                let place = row * dimension + component
                centred[place] -= mean[component]
                largest = max(largest, centred[place].magnitude)
            }
        }
        self.mean = mean
        guard largest > 0 else {
            directions = [[Float]](repeating: [Float](repeating: 0, count: dimension), count: 2)
            shares = [0, 0]
            return
        }
        // Products of very large or small components would leave the range of floats.
        var variance = 0.0
        for place in centred.indices {
            centred[place] /= largest
            variance += Double(centred[place]) * Double(centred[place])
        }
        let count = min(Self.subspace, dimension)
        let basis = PrincipalDirections(rows: centred, rowCount: rowCount, dimension: dimension, count: count).values
        let axes = SymmetricMatrix(
            productOf: Self.projections(of: centred, rowCount, on: basis, dimension), rowCount, count
        )
        .eigenvectors()
        let taken = (0..<2).map { place in place < axes.count ? axes[place] : (value: 0, vector: []) }
        directions = taken.map { Self.combine(basis, by: $0.vector, dimension) }
        shares = taken.map { variance > 0 ? max(0, $0.value) / variance : 0 }
    }

    /// Where a vector is on the plane.
    /// - Parameter vector: `dimension` components.
    package func place(of vector: [Float]) -> (x: Float, y: Float) {
        var place = [0.0, 0.0]
        for component in mean.indices {
            let value = Double(vector[component]) - Double(mean[component])
            for axis in 0..<2 { place[axis] += value * Double(directions[axis][component]) }
        }
        return (Float(place[0]), Float(place[1]))
    }

    /// The products of rows and directions, by rows.
    private static func projections(
        of rows: [Float], _ rowCount: Int, on basis: [Float], _ dimension: Int
    ) -> [Float] {
        let count = basis.count / dimension
        var products = [Float](repeating: 0, count: rowCount * count)
        rows.withUnsafeBufferPointer { rows in
            basis.withUnsafeBufferPointer { basis in
                guard let rows = rows.baseAddress, let basis = basis.baseAddress else { return }
                for row in 0..<rowCount {
                    for index in 0..<count {
                        products[row * count + index] = Kernels.active.dot(
                            rows + row * dimension, basis + index * dimension, dimension)
                    }
                }
            }
        }
        return products
    }

    /// The sum of directions times weights, of unit length, and so that its largest component is positive: an axis has no
    /// sign, but a map that is made twice is to be the same.
    private static func combine(_ basis: [Float], by weights: [Double], _ dimension: Int) -> [Float] {
        var sum = [Double](repeating: 0, count: dimension)
        for (index, weight) in weights.enumerated() {
            for component in 0..<dimension { sum[component] += weight * Double(basis[index * dimension + component]) }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let leading = sum.max { $0.magnitude < $1.magnitude } ?? 0
        guard length > 1e-6 else { return [Float](repeating: 0, count: dimension) }
        return sum.map { Float($0 / (leading < 0 ? -length : length)) }
    }
}

/// A small symmetric matrix.
struct SymmetricMatrix {
    private let count: Int
    private var values: [Double]

    /// - Parameter values: `count` rows of as many numbers.
    init(_ values: [Double], count: Int) { (self.values, self.count) = (values, count) }

    /// The products of all columns of a matrix with each other.
    init(productOf columns: [Float], _ rowCount: Int, _ count: Int) {
        var values = [Double](repeating: 0, count: count * count)
        for row in 0..<rowCount {
            for first in 0..<count {
                for second in 0..<count {
                    values[first * count + second] +=
                        Double(columns[row * count + first]) * Double(columns[row * count + second])
                }
            }
        }
        self.init(values, count: count)
    }

    /// The eigenvalues, the largest first, and their vectors, by Jacobi's rotations (Golub and Van Loan, 8.5).
    func eigenvectors() -> [(value: Double, vector: [Double])] {
        var matrix = values
        var vectors = [Double](repeating: 0, count: count * count)
        for index in 0..<count { vectors[index * count + index] = 1 }
        // Each sweep squares what is left beside the diagonal; ten are more than doubles can tell.
        for _ in 0..<10 {
            for first in 0..<count {
                for second in first + 1..<count {
                    let beside = matrix[first * count + second]
                    guard beside != 0 else { continue }
                    let slope =
                        (matrix[second * count + second] - matrix[first * count + first]) / (2 * beside)
                    let tangent =
                        (slope < 0 ? -1.0 : 1.0) / (slope.magnitude + (slope * slope + 1).squareRoot())
                    let cosine = 1 / (tangent * tangent + 1).squareRoot()
                    let sine = tangent * cosine
                    Self.rotate(&matrix, count, first, second, cosine, sine)
                    for index in 0..<count {
                        let (left, right) = (vectors[index * count + first], vectors[index * count + second])
                        vectors[index * count + first] = cosine * left - sine * right
                        vectors[index * count + second] = sine * left + cosine * right
                    }
                }
            }
        }
        return (0..<count).map { place in
            (matrix[place * count + place], (0..<count).map { vectors[$0 * count + place] })
        }.enumerated().sorted { ($1.element.0, $0.offset) < ($0.element.0, $1.offset) }
            .map { (value: $0.element.0, vector: $0.element.1) }
    }

    private static func rotate(
        _ matrix: inout [Double], _ count: Int, _ first: Int, _ second: Int, _ cosine: Double, _ sine: Double
    ) {
        for index in 0..<count {
            let (left, right) = (matrix[index * count + first], matrix[index * count + second])
            matrix[index * count + first] = cosine * left - sine * right
            matrix[index * count + second] = sine * left + cosine * right
        }
        for index in 0..<count {
            let (left, right) = (matrix[first * count + index], matrix[second * count + index])
            matrix[first * count + index] = cosine * left - sine * right
            matrix[second * count + index] = sine * left + cosine * right
        }
    }
}
