// Loci, Apache License 2.0.

import CVectorKernels

/// The vectors as a build sees them: centred, rotated, and 8 bits a dimension about zero, with a scale of their own.
///
/// Whatever the collection's quantization, the graph is built on these: near enough to exact for pruning, all distances
/// are one exact integer product, and a vector is a query against the others as it stands. They live in memory for the
/// length of the build: one byte a dimension, and 8, a vector.
///
///     0                           d, padded to 4    + 4           + 8
///     | component + 128, u8 …     | scale, f32      | offset, f32 |  padding
///
/// A distance between i and j is offset(i) + offset(j) + weight · scale(i) · scale(j) · Σ x(i) x(j): for L2 (and cosine,
/// which on unit vectors ranks the same and is a metric, as pruning wants it) the offset is the squared length and the
/// weight -2; for inner product the offset holds the products with the mean, and the weight is -1.
final class BuildVectors: Sendable {
    let count: Int
    let dimension: Int
    let metric: Metric
    let records: OwnedRecords
    let scaleOffset: Int
    /// The vector nearest to the mean: where the graph is entered.
    let medoid: UInt32
    let recordLines: Int

    /// - Throws: What the source throws, or `IndexError` for a vector that is not admitted.
    init(source: some VectorSource, space: VectorSpace, threads: Int, observer: some BuildObserver) throws {
        count = source.count
        dimension = source.dimension
        metric = space.metric
        scaleOffset = (dimension + 3) / 4 * 4
        recordLines = (scaleOffset + 8 + 63) / 64
        let records = OwnedRecords(count: count, stride: CodeLayout.stride(scaleOffset + 8))
        self.records = records
        let scaleOffset = scaleOffset
        let meanTerm = MeanTerm(space: space)
        let norms = OwnedRecords(count: count, stride: 4)
        try RowReader.forEach(source: source, space: space, threads: threads, stage: .preparing, observer: observer) {
            values, row in
            let kernels = Kernels.active
            let inner = space.metric == .ip ? meanTerm.offset(values, kernels: kernels) : 0
            space.code(values, kernels: kernels)
            let norm = Self.write(
                values, inner: inner, metric: space.metric, dimension: source.dimension,
                scaleOffset: scaleOffset, to: records[row], kernels: kernels)
            UnsafeMutableRawPointer(norms[row]).storeBytes(of: norm, as: Float.self)
        }
        var nearest = 0
        var least = Float.infinity
        for row in 0..<count {
            let norm = UnsafeRawPointer(norms[row]).load(as: Float.self)
            if norm < least { (nearest, least) = (row, norm) }
        }
        medoid = UInt32(nearest)
    }

    /// The vector of a slot, about zero, as near as its codes are.
    /// - Parameter output: Takes `dimension` floats.
    func load(_ slot: UInt32, into output: UnsafeMutablePointer<Float>) {
        let record = records[Int(slot)]
        let scale = UnsafeRawPointer(record + scaleOffset).load(as: Float.self)
        for component in 0..<dimension { output[component] = scale * Float(Int(record[component]) - 128) }
    }

    /// Codes one vector, and returns its squared length.
    private static func write(
        _ values: UnsafeMutablePointer<Float>, inner: Float, metric: Metric, dimension: Int, scaleOffset: Int,
        to record: UnsafeMutablePointer<UInt8>, kernels: vk_kernels
    ) -> Float {
        let magnitude = kernels.largest_magnitude(values, dimension)
        let factor = magnitude > 0 ? 127 / magnitude : 0
        let scale = magnitude > 0 && factor.isFinite ? magnitude / 127 : 0
        let usable = scale > 0 ? factor : 0
        var squares: Int64 = 0
        for component in 0..<dimension {
            let code = Int64(LVQEncoder.round(values[component] * usable))
            squares &+= code &* code
            record[component] = UInt8(truncatingIfNeeded: code &+ 128)
        }
        let norm = Float(Double(squares) * Double(scale) * Double(scale))
        let tail = UnsafeMutableRawPointer(record) + scaleOffset
        tail.storeBytes(of: scale, as: Float.self)
        tail.storeBytes(of: metric == .ip ? inner : norm, toByteOffset: 4, as: Float.self)
        return norm
    }

    /// The part of an inner product that the mean contributes, in the space's scale.
    private struct MeanTerm {
        private let scale: Float
        /// Scaled before products are taken, since those of tiny vectors vanish.
        private let mean: [Float]

        init(space: VectorSpace) {
            scale = space.scale
            mean = space.mean.map { $0 * space.scale }
        }

        /// -(⟨mean, x⟩ - ‖mean‖² / 2) · scale²: for x = mean + y, two of these and -⟨y, y'⟩ make -⟨x, x'⟩.
        func offset(_ values: UnsafePointer<Float>, kernels: vk_kernels) -> Float {
            mean.withUnsafeBufferPointer { mean in
                guard let base = mean.baseAddress else { return 0 }
                let product = kernels.dot(values, base, mean.count) * scale
                let square = kernels.sum_of_squares(base, mean.count)
                return -(product - square / 2)
            }
        }
    }
}

/// Distances from one build vector to others.
struct BuildQuery: DistanceFunction {
    private let kernels: vk_kernels
    private let vectors: BuildVectors
    /// The vector as signed bytes, zero-padded to a multiple of 64.
    private let query: UnsafeMutablePointer<Int8>
    private let sums: UnsafeMutablePointer<Int32>
    private var scale: Float = 0
    private var offset: Float = 0
    private var correction: Int32 = 0

    init(vectors: BuildVectors) {
        kernels = Kernels.active
        self.vectors = vectors
        let padded = (vectors.dimension + 63) / 64 * 64
        query = .allocate(capacity: padded)
        query.initialize(repeating: 0, count: padded)
        sums = .allocate(capacity: BuildQuery.mostRows)
    }

    /// The most rows in one call.
    static let mostRows = 1024

    func deallocate() {
        query.deallocate()
        sums.deallocate()
    }

    /// Makes the vector of a slot the query.
    @inline(__always)
    mutating func prepare(_ slot: UInt32) {
        let record = vectors.records[Int(slot)]
        var sum: Int32 = 0
        for component in 0..<vectors.dimension {
            let value = Int8(bitPattern: record[component] ^ 0x80)
            query[component] = value
            sum &+= Int32(value)
        }
        correction = 128 &* sum
        let tail = UnsafeRawPointer(record) + vectors.scaleOffset
        scale = tail.load(as: Float.self)
        offset = tail.load(fromByteOffset: 4, as: Float.self)
    }

    @inline(__always)
    func callAsFunction(
        _ rows: UnsafePointer<UnsafePointer<UInt8>?>, count: Int, output: UnsafeMutablePointer<Float>
    ) {
        kernels.byte_dots(query, vectors.dimension, rows, count, sums)
        let isMetric = vectors.metric != .ip
        let weight: Float = isMetric ? -2 : -1
        for index in 0..<count {
            guard let row = rows[index] else { continue }
            let tail = UnsafeRawPointer(row) + vectors.scaleOffset
            let other = tail.load(fromByteOffset: 4, as: Float.self)
            let total = offset + other
            // In this order it is the same from either side.
            let distance = total + weight * (scale * tail.load(as: Float.self)) * Float(sums[index] &- correction)
            // Equal vectors must be at distance 0, or rounding would keep pruning from seeing that they are equal.
            output[index] = isMetric && distance <= total * 1e-6 ? 0 : distance
        }
    }
}
