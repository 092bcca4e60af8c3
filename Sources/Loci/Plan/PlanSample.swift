// Loci, Apache License 2.0.

import LociIndex

/// What candidates are measured on: vectors to be searched, others to be searched for, and the truth about them.
struct PlanSample {
    /// In memory.
    let base: LoadedVectors
    /// In memory, none of them in the base.
    let queries: LoadedVectors
    /// The true neighbours of the queries in the base.
    let truth: [Set<Int32>]
    /// The number of neighbours of each query.
    let k: Int
    /// The largest magnitude of a component of the base.
    let largestMagnitude: Float

    /// The most floats of a base: 1 GiB.
    private static let floatLimit = 1 << 28

    /// Draws rows of a source by a seed.
    /// - Throws: What the source throws; `IndexError` for vectors that are not admitted, by their rows in the source, for
    ///   fewer than two, or `.cancelled`.
    init(
        of source: some VectorSource, configuration: CollectionConfiguration, componentLimit: Float, k: Int,
        options: PlanOptions, threads: Int, observer: some PlanObserver
    ) throws {
        guard source.count > 0 else { throw IndexError.empty }
        guard source.count > 1 else {
            throw IndexError.parameter(name: "vectors", value: "1", allowed: "at least 2, to plan from a sample")
        }
        guard (1...CodeLayout.dimensionLimit).contains(source.dimension) else {
            throw IndexError.dimension(found: source.dimension, limit: CodeLayout.dimensionLimit)
        }
        let queryCount = min(options.queries, max(1, source.count / 10))
        let baseCount = min(
            options.sampleSize, source.count - queryCount, max(1, Self.floatLimit / source.dimension))
        let seed = configuration.build.seed
        let drawn = RandomRows.draw(baseCount + queryCount, of: source.count, seed: seed)
        let chosen = Set(RandomRows.draw(queryCount, of: drawn.count, seed: ~seed))
        let rows = drawn.indices.filter { !chosen.contains($0) }.map { drawn[$0] }
        let queryRows = drawn.indices.filter { chosen.contains($0) }.map { drawn[$0] }

        let space = VectorSpace.identity(
            dimension: source.dimension, metric: configuration.metric,
            admission: Admission(componentLimit: componentLimit, takesZeroVectors: configuration.keepsLengths))
        let reader = SampleReader(
            space: space,
            progress: { observer.progress(stage: .sampling, done: $0, total: drawn.count) },
            isCancelled: { observer.isCancelled })
        var done = 0
        let readBase = try reader.read(RowSample(source: source, rows: rows), done: &done)
        let readQueries = try reader.read(RowSample(source: source, rows: queryRows), done: &done)
        base = readBase.vectors
        queries = readQueries.vectors
        largestMagnitude = readBase.largestMagnitude
        let exact = try ExactNeighbours.find(
            in: base, queries: queries, metric: configuration.metric, k: k, threads: threads,
            takesZeroVectors: configuration.keepsLengths,
            observer: PlanStageObserver(observer: observer, shown: (.learning, .truth)))
        self.k = exact.k
        truth = (0..<exact.queryCount).map { Set(exact.rows[$0 * exact.k..<($0 + 1) * exact.k]) }
    }
}

/// Reads rows into memory, and refuses what cannot be measured by the row that it has in the source.
private struct SampleReader {
    let space: VectorSpace
    let progress: (Int) -> Void
    let isCancelled: () -> Bool

    func read(
        _ sample: RowSample<some VectorSource>, done: inout Int
    ) throws -> (vectors: LoadedVectors, largestMagnitude: Float) {
        let kernels = Kernels.active
        let dimension = sample.dimension
        var values: [Float] = []
        values.reserveCapacity(sample.count * dimension)
        var largest: Float = 0
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { buffer in
            guard let vector = buffer.baseAddress else { return }
            for row in sample.rows {
                if done % 1024 == 0 {
                    if isCancelled() { throw IndexError.cancelled }
                    progress(done)
                }
                try sample.source.read(row: row, into: buffer)
                values.append(contentsOf: buffer)
                for value in buffer { largest = max(largest, abs(value)) }
                try space.admit(vector, row: row, kernels: kernels)
                done += 1
            }
        }
        progress(done)
        return (LoadedVectors(values, count: sample.count, dimension: dimension), largest)
    }
}
