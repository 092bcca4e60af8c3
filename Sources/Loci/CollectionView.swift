// Loci, Apache License 2.0.

import LociIndex
import LociStorage
import Synchronization

/// A collection as one commit has it: its record, and tables of pointers into the memory map.
///
/// A view holds no transaction, so it keeps neither old pages nor the map from changing. Its pointers are good while a
/// transaction of the same commit and the same map is open; `ViewCache` sees to that.
final class CollectionView: @unchecked Sendable {
    // Safe to share: nothing changes after init but the pool of searchers, which is behind a lock.
    let record: CollectionRecord
    let number: UInt32
    let layout: CollectionLayout
    let space: VectorSpace
    let coder: VectorCoder
    let identifiers: IdentifierTable
    let graph: GraphView
    /// What searches read.
    let searchedArrays: [ChunkTable]
    private let searchers = Mutex<[SearcherBox]>([])

    /// A searcher on its way between threads: it is used by one at a time.
    private struct SearcherBox: @unchecked Sendable {
        let searcher: Searcher
    }

    /// - Throws: `StorageError.corrupted` when the arrays do not fit the record.
    init(number: UInt32, record: CollectionRecord, in transaction: borrowing ReadTransaction) throws {
        self.number = number
        self.record = record
        let layout = try CollectionLayout(record)
        self.layout = layout
        space = record.space
        coder = VectorCoder(layout: record.codeLayout, space: space)
        func table(_ table: Table, _ geometry: ChunkGeometry, count: Int? = nil) throws -> ChunkTable {
            let array = try ChunkTable(
                unsafelyBorrowing: transaction, table: table, collection: number, geometry: geometry)
            guard array.count == count ?? record.count else {
                throw StorageError.corrupted(
                    what: "there are \(array.count) records and not \(count ?? record.count)",
                    location: "table \(table) of collection \"\(record.name)\"")
            }
            return array
        }
        let codes = try table(.codes, layout.codes)
        let residuals = try layout.residuals.map { try table(.residuals, $0) }
        let adjacency = try layout.adjacency.map { try table(.adjacency, $0) }
        let originals = try layout.originals.map { try table(.originals, $0) }
        let sketches = try layout.sketches.map { try table(.sketches, $0) }
        let entries = try layout.entries.map { try table(.entries, $0, count: 1) }
        searchedArrays = [codes] + [sketches, entries, adjacency, residuals, originals].compactMap(\.self)
        identifiers = try IdentifierTable(
            unsafelyBorrowing: transaction, collection: number, count: record.count,
            storedChunks: record.storedIdentifierChunks)
        let isHalf = record.configuration.originals == .float16
        graph = GraphView(
            count: record.count, layout: record.codeLayout, codes: RecordArray(codes.records),
            sketches: sketches.map { RecordArray($0.records) },
            residuals: residuals.map { RecordArray($0.records) }, adjacency: adjacency.map { RecordArray($0.records) },
            originals: originals.map { OriginalRecords(records: RecordArray($0.records), isHalf: isHalf) },
            maximumDegree: record.configuration.build.maximumDegree, entryPoint: record.entryPoint,
            growth: record.growth ?? .typical,
            entries: record.entries.flatMap { layout in
                entries.map { EntryTable(layout: layout, base: RecordArray($0.records).record(0)) }
            })
    }

    /// Lends a searcher of this view's shape.
    func withSearcher<Result>(_ body: (Searcher) throws -> Result) rethrows -> Result {
        let searcher = searchers.withLock { $0.popLast() }?.searcher ?? newSearcher()
        defer {
            let box = SearcherBox(searcher: searcher)
            searchers.withLock { $0.append(box) }
        }
        return try body(searcher)
    }

    /// Lends several searchers of this view's shape.
    func withSearchers<Result>(_ count: Int, _ body: ([Searcher]) throws -> Result) rethrows -> Result {
        var boxes = searchers.withLock { pool in
            let taken = Array(pool.suffix(count))
            pool.removeLast(taken.count)
            return taken
        }
        while boxes.count < count { boxes.append(SearcherBox(searcher: newSearcher())) }
        defer {
            let returned = boxes
            searchers.withLock { $0.append(contentsOf: returned) }
        }
        return try body(boxes.map(\.searcher))
    }

    private func newSearcher() -> Searcher { Searcher(layout: record.codeLayout, space: space) }

    /// The vector of a slot: as it was given where originals are kept, else decoded.
    func vector(at slot: UInt32) -> [Float] {
        [Float](unsafeUninitializedCapacity: record.dimension) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            if let originals = graph.originals {
                originals.load(slot, dimension: record.dimension, into: output)
            } else {
                coder.decode(
                    record: graph.codes.record(slot), residual: graph.residuals.map { $0.record(slot) }, into: output)
            }
            count = record.dimension
        }
    }
}

extension RecordArray {
    /// The records of a chunked array.
    init(_ records: ChunkedRecords) {
        self.init(
            pointers: records.pointers, multiplier: records.multiplier, shift: records.shift,
            recordsPerChunk: records.recordsPerChunk, stride: records.stride)
    }
}
