// Loci, Apache License 2.0.

import LociIndex
import LociStorage
import Synchronization

/// The vectors of a sample as a collection of a quantization would hold them, in memory.
final class CodedSample {
    let space: VectorSpace
    let layout: CodeLayout
    let count: Int
    let codes: OwnedRecords
    let sketches: OwnedRecords?
    let residuals: OwnedRecords?
    let originals: OwnedRecords?
    let originalBytes: Int
    let areOriginalsHalf: Bool
    /// Of this space: graphs are shared by quantizations, tables of entry points cannot be.
    let entries: (layout: EntryTableLayout, table: OwnedRecords)?

    /// - Parameter hasGraph: Whether it is walked, and not scanned.
    /// - Throws: `IndexError` for vectors that are not admitted, or `.cancelled`.
    init(
        _ sample: PlanSample, space: VectorSpace, configuration: CollectionConfiguration, hasGraph: Bool, threads: Int,
        observer: some BuildObserver
    ) throws {
        var record = CollectionRecord(name: "", configuration: configuration)
        record.dimension = sample.base.dimension
        record.setFilled(count: sample.base.count)
        record.setSpace(space)
        if hasGraph {
            record.addGraph(
                entryPoint: 0, growth: .typical, entries: .standard(dimension: record.dimension, count: record.count))
        }
        let encoder = BlockEncoder(
            record: record, layout: try CollectionLayout(record), source: sample.base, threads: threads)
        let arrays = try encoder.encode(0..<sample.base.count)
        func buffer(_ table: Table) -> OwnedRecords? { arrays.first { $0.table == table }?.buffer }
        self.space = space
        layout = record.codeLayout
        count = record.count
        codes = buffer(.codes) ?? OwnedRecords(count: 0, stride: layout.recordStride)
        sketches = buffer(.sketches)
        residuals = buffer(.residuals)
        originals = buffer(.originals)
        originalBytes = configuration.originals.bytes(dimension: layout.dimension)
        areOriginalsHalf = configuration.originals == .float16
        entries =
            record.entries == nil
            ? nil
            : try EntryTableBuilder.learn(
                from: sample.base, space: space, seed: configuration.build.seed, threads: threads, observer: observer)
    }
}

/// A coded sample with a graph over it, ready to be searched.
final class SearchedSample: @unchecked Sendable {
    // Safe to share: nothing changes after init.
    private let coded: CodedSample
    private let graph: GraphBuilder.Graph?
    private let degree: Int

    /// What searches found, and what they touched, over all queries.
    struct Counts: Equatable {
        /// True neighbours that were found.
        var hits = 0
        /// The squares of what each query found.
        var squares = 0
        /// Neighbour lists that were read.
        var expanded = 0
        /// Codes that were measured.
        var distances = 0
        /// Sketches that were looked at.
        var sketches = 0
        /// Candidates that were ranked again.
        var reranked = 0
    }

    /// - Parameter graph: `nil` for a collection that is scanned.
    init(_ coded: CodedSample, graph: GraphBuilder.Graph?, degree: Int) {
        self.coded = coded
        self.graph = graph
        self.degree = degree
    }

    private var view: GraphView {
        GraphView(
            count: coded.count, layout: coded.layout, codes: coded.codes.records, sketches: coded.sketches?.records,
            residuals: coded.residuals?.records, adjacency: graph?.adjacency.records,
            originals: coded.originals.map { OriginalRecords(records: $0.records, isHalf: coded.areOriginalsHalf) },
            maximumDegree: degree, entryPoint: graph?.entryPoint ?? 0, growth: graph?.growth ?? .typical,
            entries: coded.entries.map { EntryTable(layout: $0.layout, base: UnsafePointer($0.table.base)) })
    }

    /// Searches for all queries of a sample with a window.
    /// - Throws: `IndexError.cancelled`.
    func counts(
        _ sample: PlanSample, window: Int, threads: Int, isCancelled: @Sendable () -> Bool
    ) throws -> Counts {
        let total = Mutex(Counts())
        try Parallel.forEach(count: sample.queries.count, grain: 32, threads: threads) { block, _ in
            if isCancelled() { throw IndexError.cancelled }
            let counts = try counts(of: block, sample, window: window)
            total.withLock { total in
                total.hits += counts.hits
                total.squares += counts.squares
                total.expanded += counts.expanded
                total.distances += counts.distances
                total.sketches += counts.sketches
                total.reranked += counts.reranked
            }
        }
        return total.withLock { $0 }
    }

    private func counts(of block: Range<Int>, _ sample: PlanSample, window: Int) throws -> Counts {
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let view = view
        var counts = Counts()
        var slots = [UInt32](repeating: 0, count: sample.k)
        var distances = [Float](repeating: 0, count: sample.k)
        for query in block {
            let found = try sample.queries.withRow(query) { row in
                try searcher.search(
                    row.span.bytes, in: view, count: sample.k, reach: .window(window), slots: &slots,
                    distances: &distances)
            }
            let hits = slots.prefix(found).count { sample.truth[query].contains(Int32(bitPattern: $0)) }
            counts.hits += hits
            counts.squares += hits * hits
            let visited = searcher.visitedCounts
            counts.expanded += visited.expanded
            counts.distances += visited.distances
            counts.sketches += visited.sketches
            counts.reranked += searcher.rerankedCount
        }
        return counts
    }

    /// The lines of memory that were touched: what most of a walk's time goes by, waiting for them and reading them
    /// (`docs/performance.md`). The table of entry points is left out: every query reads it, whatever the window, in
    /// order, and it stays in the cache.
    func lines(_ counts: Counts, queries: Int) -> Double {
        let codes = Self.lines(coded.layout.recordBytes, stride: coded.layout.recordStride)
        let again: Double =
            if coded.layout.residualBytes > 0 {
                codes + Self.lines(coded.layout.residualBytes, stride: coded.layout.residualStride)
            } else if coded.originals != nil, !coded.layout.quantization.isExact {
                Self.lines(coded.originalBytes, stride: coded.originalBytes)
            } else {
                0
            }
        guard graph != nil else {
            // A scan measures everything by what ranks: both levels, or the originals alone.
            return Double(queries * coded.count) * (again > 0 ? again : codes)
        }
        let list = Self.lines(Adjacency.stride(maximumDegree: degree), stride: Adjacency.stride(maximumDegree: degree))
        let sketch = coded.layout.sketches.map { Self.lines($0.bytes, stride: $0.stride) } ?? 0
        // What was measured by its first level is in the cache when it is ranked again.
        let reranking = coded.layout.residualBytes > 0 ? again - codes : again
        return Double(counts.distances) * codes + Double(counts.sketches) * sketch + Double(counts.expanded) * list
            + Double(counts.reranked) * reranking
    }

    /// The lines that a record lies across on average, records being anywhere at multiples of 16 bytes; one that begins
    /// with a line takes no more than it must.
    private static func lines(_ bytes: Int, stride: Int) -> Double {
        stride % 64 == 0 ? Double((bytes + 63) / 64) : Double(bytes + 48) / 64
    }
}
