// Loci, Apache License 2.0.

import CVectorKernels

/// Distances from one vector that a graph is built on to others.
struct BuildQuery: DistanceFunction {
    private let kernels: vk_kernels
    private let dimension: Int
    private let scaleOffset: Int
    private let isMetric: Bool
    /// The vector as signed bytes, zero-padded to a multiple of 64.
    private let query: UnsafeMutablePointer<Int8>
    private let sums: UnsafeMutablePointer<Int32>
    private var scale: Float = 0
    private var offset: Float = 0
    private var correction: Int32 = 0

    init(layout: BuildVectorLayout) {
        kernels = Kernels.active
        dimension = layout.dimension
        scaleOffset = layout.scaleOffset
        isMetric = layout.metric != .ip
        let padded = (layout.dimension + 63) / 64 * 64
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

    /// Makes a recorded vector the query.
    @inline(__always)
    mutating func prepare(_ record: UnsafePointer<UInt8>) {
        var sum: Int32 = 0
        for component in 0..<dimension {
            let value = Int8(bitPattern: record[component] ^ 0x80)
            query[component] = value
            sum &+= Int32(value)
        }
        correction = 128 &* sum
        let tail = UnsafeRawPointer(record) + scaleOffset
        scale = tail.load(as: Float.self)
        offset = tail.load(fromByteOffset: 4, as: Float.self)
    }

    @inline(__always)
    func callAsFunction(
        _ rows: UnsafePointer<UnsafePointer<UInt8>?>, count: Int, output: UnsafeMutablePointer<Float>
    ) {
        kernels.byte_dots(query, dimension, rows, count, sums)
        let weight: Float = isMetric ? -2 : -1
        for index in 0..<count {
            guard let row = rows[index] else { continue }
            let tail = UnsafeRawPointer(row) + scaleOffset
            let other = tail.load(fromByteOffset: 4, as: Float.self)
            let total = offset + other
            // In this order it is the same from either side.
            let distance = total + weight * (scale * tail.load(as: Float.self)) * Float(sums[index] &- correction)
            // Equal vectors must be at distance 0, or rounding would keep pruning from seeing that they are equal.
            output[index] = isMetric && distance <= total * 1e-6 ? 0 : distance
        }
    }

    /// The distances of any number of rows.
    func measure(_ rows: UnsafePointer<UnsafePointer<UInt8>?>, count: Int, output: UnsafeMutablePointer<Float>) {
        for start in stride(from: 0, to: count, by: Self.mostRows) {
            self(rows + start, count: min(Self.mostRows, count - start), output: output + start)
        }
    }
}
