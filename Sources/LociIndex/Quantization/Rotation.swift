// Loci, Apache License 2.0.

package import CVectorKernels

/// A seeded random rotation of any dimension, in O(d log d).
///
/// Steps of random signs and a fast Walsh-Hadamard transform. A power of two takes two steps. For another dimension, the
/// transform is applied to the first and then to the last power-of-two components, so that none is left out, and the two
/// halves are mixed by rotations of 45 degrees (as in a Kac walk); that twice. Each step is orthogonal, so lengths and
/// inner products are kept, and the dimension is not padded.
package struct Rotation: Sendable {
    package let dimension: Int
    /// The largest power of two that is not above the dimension.
    private let block: Int
    private let steps: Int
    /// Random signs with the normalisation of what comes before and after: `steps + 1` rows of `dimension` factors.
    private let factors: [Float]

    /// A rotation that the dimension and the seed determine.
    /// - Complexity: O(d) time and memory.
    package init(dimension: Int, seed: UInt64) {
        self.dimension = dimension
        block = 1 << (Int.bitWidth - 1 - dimension.leadingZeroBitCount)
        let isMixed = block != dimension
        steps = isMixed ? 4 : 2
        var generator = SplitMix64(seed: seed)
        let transformFactor = 1 / Float(block).squareRoot()
        let mixingFactor = Float(0.5).squareRoot()
        var factors: [Float] = []
        factors.reserveCapacity((steps + 1) * dimension)
        for step in 0...steps {
            let transformed = Self.start(ofStep: step, dimension: dimension, block: block)
            for component in 0..<dimension {
                var factor: Float = 1
                if step < steps {
                    factor = generator.next() >> 63 == 0 ? 1 : -1
                    if component >= transformed, component < transformed + block { factor *= transformFactor }
                }
                if isMixed, step > 0, Self.isMixedAfter(step - 1), component < dimension / 2 * 2 {
                    factor *= mixingFactor
                }
                factors.append(factor)
            }
        }
        self.factors = factors
    }

    /// Where the transformed block of a step begins.
    private static func start(ofStep step: Int, dimension: Int, block: Int) -> Int {
        step % 2 == 0 ? 0 : dimension - block
    }

    /// Whether the halves are mixed after a step, in a dimension that is no power of two.
    private static func isMixedAfter(_ step: Int) -> Bool { step % 2 == 1 }

    /// Rotates `dimension` floats in place.
    package func apply(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        factors.withUnsafeBufferPointer { factors in
            guard let base = factors.baseAddress else { return }
            for step in 0..<steps {
                kernels.multiply(values, base + step * dimension, dimension)
                kernels.hadamard(values + Self.start(ofStep: step, dimension: dimension, block: block), block)
                if block != dimension, Self.isMixedAfter(step) { kernels.butterfly(values, dimension / 2) }
            }
            if block != dimension { kernels.multiply(values, base + steps * dimension, dimension) }
        }
    }

    /// Undoes `apply`: every step is symmetric and the whole is orthogonal, so the steps in reverse are the inverse.
    package func invert(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        factors.withUnsafeBufferPointer { factors in
            guard let base = factors.baseAddress else { return }
            if block != dimension { kernels.multiply(values, base + steps * dimension, dimension) }
            for step in (0..<steps).reversed() {
                if block != dimension, Self.isMixedAfter(step) { kernels.butterfly(values, dimension / 2) }
                kernels.hadamard(values + Self.start(ofStep: step, dimension: dimension, block: block), block)
                kernels.multiply(values, base + step * dimension, dimension)
            }
        }
    }
}
