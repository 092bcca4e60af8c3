// Loci, Apache License 2.0.

import CVectorKernels

/// How a vector is recorded that a graph is built on: centred, rotated, and 8 bits a dimension about zero, with a scale
/// of its own.
///
/// Whatever the collection's quantization, the graph is built on these: near enough to exact for pruning, all distances
/// are one exact integer product, and a vector is a query against the others as it stands.
///
///     0                           d, padded to 4    + 4           + 8
///     | component + 128, u8 …     | scale, f32      | offset, f32 |  padding
///
/// A distance between i and j is offset(i) + offset(j) + weight · scale(i) · scale(j) · Σ x(i) x(j): for L2 (and
/// cosine, which on unit vectors ranks the same and is a metric, as pruning wants it) the offset is the squared length
/// and the weight -2; for inner product the offset holds the products with the mean, and the weight is -1.
struct BuildVectorLayout: Sendable {
    let dimension: Int
    let metric: Metric
    let scaleOffset: Int
    /// Under inner product: the mean, scaled and rotated, and half of its squared length. Scaled before products are
    /// taken, since those of tiny vectors vanish.
    private let mean: [Float]
    private let halfMeanSquare: Float

    /// - Parameter space: What the vectors are coded in.
    init(space: VectorSpace) {
        dimension = space.dimension
        metric = space.metric
        scaleOffset = (space.dimension + 3) / 4 * 4
        guard space.metric == .ip else {
            mean = []
            halfMeanSquare = 0
            return
        }
        let kernels = Kernels.active
        var mean = space.mean.map { $0 * space.scale }
        halfMeanSquare = mean.withUnsafeMutableBufferPointer { mean in
            guard let base = mean.baseAddress else { return 0 }
            space.rotation?.apply(base, kernels: kernels)
            return kernels.sum_of_squares(base, mean.count) / 2
        }
        self.mean = mean
    }

    /// Bytes from one record to the next.
    var stride: Int { CodeLayout.stride(scaleOffset + 8) }
    /// The cache lines of a record.
    var lines: Int { (scaleOffset + 8 + 63) / 64 }

    /// Records one vector.
    /// - Parameters:
    ///   - values: Of the space, centred.
    ///   - record: `stride` bytes.
    /// - Returns: The squared length of what is recorded.
    @discardableResult
    func write(
        _ values: UnsafePointer<Float>, to record: UnsafeMutablePointer<UInt8>, kernels: vk_kernels
    ) -> Float {
        let magnitude = kernels.largest_magnitude(values, dimension)
        let factor = magnitude > 0 ? 127 / magnitude : 0
        let scale = magnitude > 0 && factor.isFinite ? magnitude / 127 : 0
        let usable = scale > 0 ? factor : 0
        // The sum of 65,536 squares of 127 fits.
        var squares: Int32 = 0
        for component in 0..<dimension {
            let code = Self.round(values[component] * usable)
            squares &+= code &* code
            record[component] = UInt8(truncatingIfNeeded: code &+ 128)
        }
        let norm = Float(Double(squares) * Double(scale) * Double(scale))
        let tail = UnsafeMutableRawPointer(record) + scaleOffset
        tail.storeBytes(of: scale, as: Float.self)
        tail.storeBytes(
            of: metric == .ip ? meanOffset(values, kernels: kernels) : norm, toByteOffset: 4, as: Float.self)
        return norm
    }

    /// Reads a vector back, about zero, as near as its record is.
    /// - Parameter output: Takes `dimension` floats.
    func load(_ record: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>) {
        let scale = UnsafeRawPointer(record + scaleOffset).load(as: Float.self)
        for component in 0..<dimension { output[component] = scale * Float(Int(record[component]) - 128) }
    }

    /// The nearest integer to a number of magnitude below 2^22, ties to even: it stands in the low bits of the sum. A
    /// conversion would look at every number by itself; this goes many at a time.
    @inline(__always)
    private static func round(_ value: Float) -> Int32 {
        let shift: Float = 12_582_912
        return Int32(bitPattern: (value + shift).bitPattern &- shift.bitPattern)
    }

    /// -(⟨mean, y⟩ + ‖mean‖² / 2): for x = mean + y, two of these and -⟨y, y'⟩ make -⟨x, x'⟩.
    private func meanOffset(_ values: UnsafePointer<Float>, kernels: vk_kernels) -> Float {
        mean.withUnsafeBufferPointer { mean in
            guard let base = mean.baseAddress else { return 0 }
            return -(kernels.dot(values, base, mean.count) + halfMeanSquare)
        }
    }
}

/// Vectors by slot, recorded as graphs are built on them.
protocol BuildRecords {
    var layout: BuildVectorLayout { get }
    /// Where the vector of a slot is.
    func record(_ slot: UInt32) -> UnsafePointer<UInt8>
}
