// Loci, Apache License 2.0.

package import CVectorKernels

/// How a collection's vectors are laid for coding: normalised for cosine, centred on the mean, scaled by a power of two,
/// rotated.
///
/// The scale is there because the codes' constants are half-precision floats: it brings the longest centred vector to a
/// length of 512 to 1,024, which leaves headroom for longer ones to come (up to 65,504) and, below, steps of 6e-8. Being
/// a power of two it rounds nothing. Its square need not fit a float: multiply or divide by it twice.
package struct VectorSpace: Sendable {
    /// The largest magnitude of a component that is taken: its square times the largest dimension is a finite float.
    package static let componentLimit: Float = 1e15
    /// The largest finite half-precision float, which bounds the components of what is stored in half precision.
    package static let float16Limit: Float = 65_504

    package let dimension: Int
    package let metric: Metric
    package let mean: [Float]
    package let scale: Float
    package let rotation: Rotation?
    /// What vectors are taken in.
    package let admission: Admission

    /// The largest magnitude of a component of this space's vectors.
    package var componentLimit: Float { admission.componentLimit }

    /// The space of vectors as they are: of float codes.
    package static func identity(
        dimension: Int, metric: Metric, admission: Admission = Admission()
    ) -> VectorSpace {
        VectorSpace(
            dimension: dimension, metric: metric, mean: [Float](repeating: 0, count: dimension), scale: 1,
            rotation: nil, admission: admission)
    }

    package init(
        dimension: Int, metric: Metric, mean: [Float], scale: Float, rotation: Rotation?,
        admission: Admission = Admission()
    ) {
        self.admission = admission
        self.dimension = dimension
        self.metric = metric
        self.mean = mean
        self.scale = scale
        self.rotation = rotation
    }

    /// The power of two that brings `length` to 512…1,024; 1 for a length of zero.
    package static func scale(forLength length: Float) -> Float {
        guard length > 0, length.isFinite else { return 1 }
        let exponent = 9 - Int(length.exponent)
        return Float(sign: .plus, exponent: max(-120, min(120, exponent)), significand: 1)
    }

    /// Refuses what no distance can be taken of, and normalises under cosine, or takes the signs, in place.
    /// - Returns: Under cosine the length of the vector that was given; else 1.
    /// - Throws: `IndexError.notFinite`, `.tooLarge` or `.zeroVector`, naming `row`.
    @discardableResult
    package func admit(
        _ values: UnsafeMutablePointer<Float>, row: Int?, kernels: vk_kernels
    ) throws(IndexError) -> Float {
        if kernels.all_finite(values, dimension) == 0 {
            let component = (0..<dimension).first { !values[$0].isFinite } ?? 0
            throw .notFinite(row: row, component: component)
        }
        let largest = kernels.largest_magnitude(values, dimension)
        if largest > componentLimit {
            let component = (0..<dimension).first { values[$0].magnitude == largest } ?? 0
            throw .tooLarge(row: row, component: component, limit: componentLimit)
        }
        guard metric == .cosine else { return 1 }
        if largest == 0, !admission.takesZeroVectors { throw .zeroVector(row: row) }
        if admission.takesSigns { return takeSigns(values) }
        if largest == 0 { return 0 }
        // By the largest component first, so that the squares of tiny vectors do not vanish.
        let inverse = 1 / largest
        for component in 0..<dimension {
            values[component] = inverse.isFinite ? values[component] * inverse : values[component] / largest
        }
        let length = kernels.sum_of_squares(values, dimension).squareRoot()
        for component in 0..<dimension { values[component] /= length }
        return largest * length
    }

    /// Makes a vector the one of its signs.
    /// - Returns: Its length. In double precision nothing vanishes, be it as small as a float can be.
    private func takeSigns(_ values: UnsafeMutablePointer<Float>) -> Float {
        let magnitude = BinaryCode.magnitude(dimension)
        var squares = 0.0
        for component in 0..<dimension {
            let value = values[component]
            squares += Double(value) * Double(value)
            values[component] = value > 0 ? magnitude : -magnitude
        }
        return Float(squares.squareRoot())
    }

    /// Centres, scales and rotates an admitted vector in place.
    package func code(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        mean.withUnsafeBufferPointer { mean in
            guard let base = mean.baseAddress else { return }
            kernels.subtract_and_scale(values, base, scale, dimension)
        }
        rotation?.apply(values, kernels: kernels)
    }

    /// Scales and rotates, without centring: what a query becomes under inner product.
    /// - Returns: The inner product with the mean, in the space's scale.
    package func codeUncentred(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) -> Float {
        for component in 0..<dimension { values[component] *= scale }
        // Of the scaled vector, since products of tiny vectors vanish.
        let product = mean.withUnsafeBufferPointer { mean in
            mean.baseAddress.map { kernels.dot(values, $0, dimension) } ?? 0
        }
        rotation?.apply(values, kernels: kernels)
        return product * scale
    }

    /// Undoes `code`.
    package func decode(_ values: UnsafeMutablePointer<Float>, kernels: vk_kernels) {
        rotation?.invert(values, kernels: kernels)
        for component in 0..<dimension { values[component] = values[component] / scale + mean[component] }
    }
}
