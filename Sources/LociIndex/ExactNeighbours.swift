// Loci, Apache License 2.0.

import CVectorKernels
import Synchronization

/// The true neighbours of queries, by measuring every vector in single precision: what recall is counted against.
public struct ExactNeighbours: Sendable, Equatable {
    /// The number of queries.
    public let queryCount: Int
    /// The neighbours of each query: `k`, or fewer when there are fewer vectors.
    public let k: Int
    /// Row numbers, nearest first, `k` a query; equal distances in the order of rows.
    public let rows: [Int32]
    /// The distances, of the metric, in the same order.
    public let distances: [Float]

    /// Measures every query against every vector, on several threads. The result does not depend on their number.
    /// - Parameters:
    ///   - source: The vectors.
    ///   - queries: Vectors of the same dimension.
    ///   - metric: How nearness is measured.
    ///   - k: The number of neighbours, at least 1.
    ///   - threads: The number of threads, at least 1.
    ///   - takesZeroVectors: Whether vectors of zeros are taken under cosine, at distance 1 from everything.
    ///   - observer: Told of the progress over `source`, as `BuildStage.learning`.
    /// - Throws: What the sources throw; `IndexError` for vectors that cannot be measured.
    /// - Complexity: O(vectors · queries · dimension) time; O(queries · (dimension + k · threads)) memory.
    public static func find(
        in source: some VectorSource, queries: some VectorSource, metric: Metric, k: Int, threads: Int,
        takesZeroVectors: Bool = false, observer: some BuildObserver
    ) throws -> ExactNeighbours {
        guard k >= 1 else { throw IndexError.parameter(name: "k", value: "\(k)", allowed: "at least 1") }
        guard source.count > 0 else { throw IndexError.empty }
        guard source.count <= Adjacency.slotLimit else {
            throw IndexError.tooManyVectors(count: source.count, limit: Adjacency.slotLimit)
        }
        guard (1...CodeLayout.dimensionLimit).contains(source.dimension) else {
            throw IndexError.dimension(found: source.dimension, limit: CodeLayout.dimensionLimit)
        }
        guard queries.dimension == source.dimension else {
            throw IndexError.dimensionMismatch(found: queries.dimension, expected: source.dimension)
        }
        let kept = min(k, source.count)
        let space = VectorSpace.identity(
            dimension: source.dimension, metric: metric, admission: Admission(takesZeroVectors: takesZeroVectors))
        let prepared = OwnedRecords(count: queries.count, stride: source.dimension * 4)
        try RowReader.forEach(
            source: queries, space: space, threads: threads, stage: .learning, observer: SilentObserver()
        ) { values, row in
            UnsafeMutableRawPointer(prepared[row]).copyMemory(from: values, byteCount: source.dimension * 4)
        }
        let workers = (0..<max(1, threads)).map { _ in
            TileScanner(queries: prepared, space: space, k: kept, source: source)
        }
        let progress = BuildProgress(stage: .learning, total: source.count, observer: observer)
        let pool = ScannerPool(workers: workers)
        let tile = TileScanner.rows(dimension: source.dimension)
        try Parallel.forEach(count: source.count, grain: tile, threads: threads) { block, worker in
            try progress.checkCancelled()
            try pool.workers[worker].scan(block, of: source)
            progress.advance(block.count)
        }
        var rows: [Int32] = []
        var distances: [Float] = []
        rows.reserveCapacity(queries.count * kept)
        distances.reserveCapacity(queries.count * kept)
        for query in 0..<queries.count {
            let keys = workers.flatMap { $0.best(of: query) }.sorted().prefix(kept)
            for key in keys {
                rows.append(Int32(SearchBuffer.slot(key)))
                let distance = SearchBuffer.distance(key)
                distances.append(metric == .cosine ? max(0, 1 + distance) : distance)
            }
        }
        return ExactNeighbours(queryCount: queries.count, k: kept, rows: rows, distances: distances)
    }
}

/// The scanners of a search, one a thread.
private struct ScannerPool: @unchecked Sendable {
    // Safe to share: `Parallel` runs one block at a time for each worker's number.
    let workers: [TileScanner]
}

/// One thread's share: measures tiles of vectors, small enough for the second-level cache, against all queries.
private final class TileScanner {
    private let queries: OwnedRecords
    private let space: VectorSpace
    private let tile: OwnedRecords
    private var pointers: [UnsafePointer<UInt8>?]
    private var distances: [Float]
    private var slots: [UInt32]
    private var buffers: [SearchBuffer]

    /// How many vectors make a tile of 256 KiB.
    static func rows(dimension: Int) -> Int { max(16, 262_144 / (dimension * 4)) }

    init(queries: OwnedRecords, space: VectorSpace, k: Int, source: some VectorSource) {
        self.queries = queries
        self.space = space
        let rows = Self.rows(dimension: source.dimension)
        tile = OwnedRecords(count: rows, stride: source.dimension * 4)
        let tile = tile
        pointers = (0..<rows).map { UnsafePointer(tile[$0]) }
        distances = [Float](repeating: 0, count: rows)
        slots = [UInt32](repeating: 0, count: rows)
        buffers = (0..<queries.count).map { _ in
            var buffer = SearchBuffer()
            buffer.reset(capacity: k)
            return buffer
        }
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
    }

    func scan(_ block: Range<Int>, of source: some VectorSource) throws {
        let kernels = Kernels.active
        let dimension = space.dimension
        for row in block {
            slots[row - block.lowerBound] = UInt32(row)
            let place = UnsafeMutableRawPointer(tile[row - block.lowerBound]).assumingMemoryBound(to: Float.self)
            try source.read(row: row, into: UnsafeMutableBufferPointer(start: place, count: dimension))
            try space.admit(place, row: row, kernels: kernels)
        }
        let kernel = space.metric == .l2 ? kernels.float32_l2_distances : kernels.float32_ip_distances
        for query in 0..<queries.count {
            let values = UnsafeRawPointer(queries[query]).assumingMemoryBound(to: Float.self)
            kernel(values, dimension, &pointers, block.count, &distances)
            buffers[query].insert(distances, slots, count: block.count)
        }
    }

    func best(of query: Int) -> [UInt64] { (0..<buffers[query].count).map { buffers[query][$0] } }
}
