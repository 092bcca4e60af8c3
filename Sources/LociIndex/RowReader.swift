// Loci, Apache License 2.0.

/// Reads all rows of a source on several threads, each into a buffer of its worker.
package enum RowReader {
    /// Rows that a worker takes at a time. Fixed, since sums are taken block by block.
    package static let grain = 1024

    /// Calls `body` with each row's admitted vector, in no particular order, from several threads.
    /// - Throws: What the source throws; `IndexError` for a vector that the space does not admit, or `.cancelled`.
    package static func forEach(
        source: some VectorSource, space: VectorSpace, threads: Int, stage: BuildStage, observer: some BuildObserver,
        _ body: @Sendable (_ values: UnsafeMutablePointer<Float>, _ row: Int) throws -> Void
    ) throws {
        let progress = BuildProgress(stage: stage, total: source.count, observer: observer)
        try Parallel.forEach(count: source.count, grain: grain, threads: threads) { block, _ in
            try progress.checkCancelled()
            let kernels = Kernels.active
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: source.dimension) { buffer in
                guard let values = buffer.baseAddress else { return }
                for row in block {
                    try source.read(row: row, into: buffer)
                    try space.admit(values, row: row, kernels: kernels)
                    try body(values, row)
                }
            }
            progress.advance(block.count)
        }
    }
}
