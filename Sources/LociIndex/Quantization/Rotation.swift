// Loci, Apache License 2.0.

package import CVectorKernels

/// A seeded random rotation of any dimension, in O(d log d).
///
/// Rounds of random signs and a fast Walsh-Hadamard transform. A power of two takes two rounds. For another dimension,
/// the transform is applied to the first and the last power-of-two components in turn, and the two halves are mixed by
/// rotations of 45 degrees after each (a Kac walk step), four rounds in all. Each step is orthogonal, so lengths and
/// inner products are kept, and the dimension is not padded.
package struct Rotation: Sendable {
    package let dimension: Int
    /// The largest power of two that is not above the dimension.
    private let block: Int
    private let rounds: Int
    /// Random signs with the normalisation of what comes before and after: `rounds + 1` rows of `dimension` factors.
    private let factors: [Float]

    /// A rotation that the dimension and the seed determine.
    /// - Complexity: O(d) time and memory.
    package init(dimension: Int, seed: UInt64) {
        self.dimension = dimension
        block = 1 << (Int.bitWidth - 1 - dimension.leadingZeroBitCount)
        let isMixed = block != dimension
        rounds = isMixed ? 4 : 2
        var generator = SplitMix64(seed: seed)
        let transformFactor = 1 / Float(block).squareRoot()
        let mixingFactor = Float(0.5).squareRoot()
        var factors: [Float] = []
        factors.reserveCapacity((rounds + 1) * dimension)
        for round in 0...rounds {
            let transformed = Self.start(ofRound: round, dimension: dimension, block: block)
            for component in 0..<dimension {
                var factor: Float = 1
                if round < rounds {
                    factor = generator.next() >> 63 == 0 ? 1 : -1
                    if component >= transformed, component < transformed + block { factor *= transformFactor }
                }
                if isMixed, round > 0, component < dimension / 2 * 2 { factor *= mixingFactor }
                factors.append(factor)
            }
        }
        self.factors = factors
    }

    /// Where the transformed block of a round begins.
    private static func start(ofRound round: Int, dimension: Int, block: Int) -> Int {
        round % 2 == 0 ? 0 : dimension - block
    }

    /// Rotates `dimension` floats in place.
    package func apply(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        factors.withUnsafeBufferPointer { factors in
            guard let base = factors.baseAddress else { return }
            for round in 0..<rounds {
                kernels.multiply(values, base + round * dimension, dimension)
                kernels.hadamard(values + Self.start(ofRound: round, dimension: dimension, block: block), block)
                if block != dimension { kernels.butterfly(values, dimension / 2) }
            }
            if block != dimension { kernels.multiply(values, base + rounds * dimension, dimension) }
        }
    }

    /// Undoes `apply`: every step is symmetric and the whole is orthogonal, so the steps in reverse are the inverse.
    package func invert(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        factors.withUnsafeBufferPointer { factors in
            guard let base = factors.baseAddress else { return }
            if block != dimension { kernels.multiply(values, base + rounds * dimension, dimension) }
            for round in (0..<rounds).reversed() {
                if block != dimension { kernels.butterfly(values, dimension / 2) }
                kernels.hadamard(values + Self.start(ofRound: round, dimension: dimension, block: block), block)
                kernels.multiply(values, base + round * dimension, dimension)
            }
        }
    }
}
