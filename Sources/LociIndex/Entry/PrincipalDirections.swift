// Loci, Apache License 2.0.

import CVectorKernels

/// The directions in which a sample of vectors varies most, by subspace iteration (Rutishauser, 1969; Halko, Martinsson
/// and Tropp, SIAM Review 53(2), 2011).
///
/// A few rounds come near enough: what is wanted is a subspace that holds most of the variance, not its axes. All sums
/// are taken by the kernels, in one order, so that every processor learns the same directions.
struct PrincipalDirections {
    /// Orthonormal directions, one after another, `dimension` floats each; zeros for directions that the sample lacks.
    private(set) var values: [Float]
    private let dimension: Int
    private let count: Int
    private let kernels = Kernels.active

    /// Rounds of the iteration. After four, 32 directions hold within half a per cent of the variance that the best would.
    private static let rounds = 4

    /// - Parameters:
    ///   - rows: A sample of `rowCount` vectors about zero, one after another.
    ///   - rowCount: At least 1.
    ///   - dimension: Of the vectors.
    ///   - count: How many directions.
    /// - Complexity: O(rowCount · dimension · count) time; twice the memory of the sample.
    init(rows: [Float], rowCount: Int, dimension: Int, count: Int) {
        self.dimension = dimension
        self.count = count
        values = [Float](repeating: 0, count: count * dimension)
        var columns = [Float](repeating: 0, count: rows.count)
        for row in 0..<rowCount {
            for component in 0..<dimension { columns[component * rowCount + row] = rows[row * dimension + component] }
        }
        var products = [Float](repeating: 0, count: rowCount)
        // Sums of all vectors with random signs: single vectors would be few directions where many vectors are equal.
        var signs = SplitMix64(seed: 0)
        values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for index in 0..<count {
                for row in 0..<rowCount { products[row] = signs.next() >> 63 == 0 ? 1 : -1 }
                Self.multiply(columns, dimension, by: products, length: rowCount, into: base + index * dimension)
            }
        }
        orthonormalise()
        for _ in 0..<Self.rounds {
            values.withUnsafeMutableBufferPointer { values in
                guard let base = values.baseAddress else { return }
                for index in 0..<count {
                    let direction = base + index * dimension
                    // The kernel's products are negated, twice.
                    Self.multiply(rows, rowCount, by: direction, length: dimension, into: &products)
                    Self.multiply(columns, dimension, by: products, length: rowCount, into: direction)
                }
            }
            orthonormalise()
        }
    }

    /// The negated inner products of a vector with the rows of a matrix.
    private static func multiply(
        _ matrix: [Float], _ rowCount: Int, by vector: UnsafePointer<Float>, length: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        matrix.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: rowCount) { pointers in
                for row in 0..<rowCount { pointers.initializeElement(at: row, to: base + row * length * 4) }
                Kernels.active.float32_ip_distances(vector, length, pointers.baseAddress, rowCount, output)
            }
        }
    }

    /// Makes the directions orthonormal (modified Gram-Schmidt, each twice), and those that depend on others zero.
    private mutating func orthonormalise() {
        let (dimension, kernels) = (dimension, kernels)
        values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            for index in 0..<count {
                let direction = base + index * dimension
                let before = kernels.sum_of_squares(direction, dimension)
                for _ in 0..<2 {
                    for other in 0..<index {
                        let earlier = base + other * dimension
                        let share = kernels.dot(direction, earlier, dimension)
                        for component in 0..<dimension { direction[component] -= share * earlier[component] }
                    }
                }
                let after = kernels.sum_of_squares(direction, dimension)
                let factor = after > before * 1e-10 && after > 0 ? 1 / after.squareRoot() : 0
                for component in 0..<dimension { direction[component] *= factor }
            }
        }
    }
}
