// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// A collection as one commit has it: its record, and tables of pointers into the memory map.
///
/// A view holds no transaction, so it keeps neither old pages nor the map from changing. Its pointers are good while a
/// transaction of the same commit and the same map is open; `ViewCache` sees to that.
final class CollectionView: @unchecked Sendable {
    // Safe to share: nothing changes after init.
    let record: CollectionRecord
    let number: UInt32
    /// The number of the commit.
    let commit: Int
    let space: VectorSpace
    let coder: VectorCoder
    let arrays: CollectionArrays<ChunkTable>
    let identifiers: IdentifierTable
    let graph: GraphView
    let searchers: SearcherPool
    let filters: FilterCache
    let words = WordTables()

    /// - Throws: `StorageError.corrupted` when the arrays do not fit the record.
    convenience init(number: UInt32, record: CollectionRecord, in transaction: borrowing ReadTransaction) throws {
        let layout = try CollectionLayout(record)
        let arrays = try layout.map { table, geometry in
            try ChunkTable(unsafelyBorrowing: transaction, table: table, collection: number, geometry: geometry)
        }
        _ = try arrays.map { table, array in
            let expected = layout.count(of: table, in: record)
            guard array.count == expected else {
                throw StorageError.corrupted(
                    what: "there are \(array.count) records and not \(expected)",
                    location: "table \(table) of collection \"\(record.name)\"")
            }
        }
        let identifiers = try IdentifierTable(
            unsafelyBorrowing: transaction, collection: number, count: record.slots,
            storedChunks: record.storedIdentifierChunks)
        self.init(
            number: number, record: record, commit: transaction.transactionID, arrays: arrays,
            identifiers: identifiers, searchers: SearcherPool(layout: record.codeLayout, space: record.space))
    }

    /// - Parameters:
    ///   - searchers: Of the record's code layout and space.
    ///   - filters: What is known of this view, or of one of the same collection with nothing changed.
    init(
        number: UInt32, record: CollectionRecord, commit: Int, arrays: CollectionArrays<ChunkTable>,
        identifiers: IdentifierTable, searchers: SearcherPool, filters: FilterCache = FilterCache()
    ) {
        self.number = number
        self.commit = commit
        self.record = record
        self.arrays = arrays
        self.identifiers = identifiers
        self.searchers = searchers
        self.filters = filters
        space = searchers.space
        coder = VectorCoder(layout: record.codeLayout, space: space)
        graph = GraphView(record, arrays.map { RecordArray($1.records) })
    }

    /// The same collection as a later commit has it, which did not change it.
    /// - Throws: `StorageError.corrupted`.
    /// - Complexity: O(chunks) copies of addresses.
    func renewed(in transaction: borrowing ReadTransaction) throws -> CollectionView {
        CollectionView(
            number: number, record: record, commit: transaction.transactionID,
            arrays: try arrays.map { table, array in
                try ChunkTable(
                    unsafelyBorrowing: transaction, after: ChunkEditor(of: array, in: table, collection: number))
            },
            identifiers: try IdentifierTable(
                unsafelyBorrowing: transaction, base: identifiers,
                after: IdentifierEditor(of: identifiers, collection: number)), searchers: searchers, filters: filters)
    }

    /// Lends a searcher of this view's shape.
    func withSearcher<Result>(_ body: (Searcher) throws -> Result) rethrows -> Result {
        try searchers.withSearcher(body)
    }

    /// Lends several searchers of this view's shape.
    func withSearchers<Result>(_ count: Int, _ body: ([Searcher]) throws -> Result) rethrows -> Result {
        try searchers.withSearchers(count, body)
    }

    /// The slots that hold vectors, in their order.
    var liveSlots: some Sequence<UInt32> {
        (0..<UInt32(record.slots)).lazy.filter { [graph] slot in graph.states?.isLive(slot) ?? true }
    }

    /// The vector of a slot: as it was given where originals are kept, else decoded.
    func vector(at slot: UInt32) -> [Float] { array { graph.load(slot, by: coder, into: $0) } }

    /// The direction of the vector of a slot where its length is kept apart, else the vector.
    func direction(at slot: UInt32) -> [Float] { array { loadDirection(slot, into: $0) } }

    /// Writes the same, as many floats as there are components.
    func loadDirection(_ slot: UInt32, into output: UnsafeMutablePointer<Float>) {
        graph.loadDirection(slot, by: coder, into: output)
    }

    /// The length of the vector of a slot where it is kept apart.
    func length(at slot: UInt32) -> Float? { graph.length(slot) }

    private func array(_ load: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        [Float](unsafeUninitializedCapacity: record.dimension) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            load(output)
            count = record.dimension
        }
    }
}

extension GraphView {
    /// What searches of a collection read.
    init(_ record: CollectionRecord, _ records: CollectionArrays<RecordArray>) {
        let isHalf = record.configuration.originals == .float16
        self.init(
            count: record.count, slotCount: record.slots, states: records.states.map { SlotStates(records: $0) },
            layout: record.codeLayout, codes: records.codes, sketches: records.sketches,
            residuals: records.residuals, adjacency: records.adjacency, parents: records.parents,
            originals: records.originals.map { OriginalRecords(records: $0, isHalf: isHalf) },
            maximumDegree: record.configuration.build.maximumDegree, entryPoint: record.entryPoint,
            growth: record.growth ?? .typical,
            entries: record.entries.flatMap { layout in
                records.entries.map { EntryTable(layout: layout, base: $0.record(0)) }
            })
    }
}

extension GraphView {
    /// Writes the vector of a slot: as it was given where originals are kept, else decoded, and of its length where that is
    /// kept.
    func load(_ slot: UInt32, by coder: VectorCoder, into output: UnsafeMutablePointer<Float>) {
        if let originals {
            originals.load(slot, dimension: layout.dimension, into: output)
        } else {
            coder.restore(record: codes.record(slot), residual: residuals.map { $0.record(slot) }, into: output)
        }
    }

    /// Writes the same, but where the length is kept apart, the direction.
    func loadDirection(_ slot: UInt32, by coder: VectorCoder, into output: UnsafeMutablePointer<Float>) {
        if let originals {
            originals.load(slot, dimension: layout.dimension, into: output)
        } else {
            coder.decode(record: codes.record(slot), residual: residuals.map { $0.record(slot) }, into: output)
        }
    }

    /// The length of the vector of a slot where it is kept apart: with codes, and no originals that have it.
    func length(_ slot: UInt32) -> Float? {
        originals == nil && layout.keepsLengths ? layout.length(of: codes.record(slot)) : nil
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
