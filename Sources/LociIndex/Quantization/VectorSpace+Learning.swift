// Loci, Apache License 2.0.

import CVectorKernels
import Synchronization

extension VectorSpace {
    /// Learns the space that a build codes vectors in: the mean, the scale, and a rotation where the quantization wants
    /// one. Reads every vector twice.
    ///
    /// Sums are taken in double precision by blocks of fixed size and merged in their order, so that the mean does not
    /// depend on the number of threads.
    /// - Throws: What the source throws; `IndexError` for vectors that are not admitted, or none.
    package static func learn(
        from source: some VectorSource, metric: Metric, quantization: Quantization, seed: UInt64,
        admission: Admission, threads: Int, observer: some BuildObserver
    ) throws -> VectorSpace {
        let dimension = source.dimension
        let count = source.count
        guard count > 0 else { throw IndexError.empty }
        guard count <= Adjacency.slotLimit else {
            throw IndexError.tooManyVectors(count: count, limit: Adjacency.slotLimit)
        }
        guard (1...CodeLayout.dimensionLimit).contains(dimension) else {
            throw IndexError.dimension(found: dimension, limit: CodeLayout.dimensionLimit)
        }
        let plain = VectorSpace.identity(dimension: dimension, metric: metric, admission: admission)
        let mean = try learnMean(source: source, space: plain, threads: threads, observer: observer)
        let centred = VectorSpace(
            dimension: dimension, metric: metric, mean: mean, scale: 1, rotation: nil, admission: admission)
        let longest = Mutex<Float>(0)
        try RowReader.forEach(source: source, space: centred, threads: threads, stage: .learning, observer: observer) {
            values, _ in
            let kernels = Kernels.active
            centred.code(values, kernels: kernels)
            let magnitude = kernels.largest_magnitude(values, dimension)
            guard magnitude > 0 else { return }
            // The squares of tiny or huge components do not fit a float; divide by the largest first.
            let inverse = 1 / magnitude
            for component in 0..<dimension {
                values[component] = inverse.isFinite ? values[component] * inverse : values[component] / magnitude
            }
            let length = magnitude * kernels.sum_of_squares(values, dimension).squareRoot()
            longest.withLock { $0 = max($0, length) }
        }
        // Vectors that differ by less than 2^-30 of their length keep the scale that such a difference has: with a larger
        // one, inner products and queries as long as the mean would not fit a float.
        let meanLength = mean.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let length = max(longest.withLock { $0 }, Float(meanLength * 0x1p-30))
        let rotation = quantization.isRotated ? Rotation(dimension: dimension, seed: seed) : nil
        return VectorSpace(
            dimension: dimension, metric: metric, mean: mean, scale: scale(forLength: length), rotation: rotation,
            admission: admission)
    }

    private static func learnMean(
        source: some VectorSource, space: VectorSpace, threads: Int, observer: some BuildObserver
    ) throws -> [Float] {
        let dimension = source.dimension
        let sums = Mutex<BlockSums>(BlockSums(dimension: dimension))
        let progress = BuildProgress(stage: .learning, total: source.count, observer: observer)
        try Parallel.forEach(count: source.count, grain: RowReader.grain, threads: threads) { block, _ in
            try progress.checkCancelled()
            let kernels = Kernels.active
            var sum = [Double](repeating: 0, count: dimension)
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { buffer in
                guard let values = buffer.baseAddress else { return }
                for row in block {
                    try source.read(row: row, into: buffer)
                    try space.admit(values, row: row, kernels: kernels)
                    sum.withUnsafeMutableBufferPointer { sum in
                        for component in 0..<dimension { sum[component] += Double(values[component]) }
                    }
                }
            }
            sums.withLock { $0.take(sum, block: block.lowerBound / RowReader.grain) }
            progress.advance(block.count)
        }
        let total = sums.withLock { $0.total }
        return total.map { Float($0 / Double(source.count)) }
    }

    /// Adds up the sums of blocks in the order of the blocks, in whatever order they come.
    private struct BlockSums {
        private(set) var total: [Double]
        private var next = 0
        private var waiting: [Int: [Double]] = [:]

        init(dimension: Int) { total = [Double](repeating: 0, count: dimension) }

        mutating func take(_ sum: [Double], block: Int) {
            waiting[block] = sum
            while let sum = waiting.removeValue(forKey: next) {
                for component in total.indices { total[component] += sum[component] }
                next += 1
            }
        }
    }
}
