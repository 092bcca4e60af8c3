// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// How the arrays of a collection are cut into chunks, which its record determines.
typealias CollectionLayout = CollectionArrays<ChunkGeometry>

extension CollectionArrays where Element == ChunkGeometry {
    /// Up to here a scan answers as fast as a walk, exactly, and a graph would only cost space.
    static let scannedCount = 2_000

    /// - Throws: `StorageError.recordLength` for records that no chunk can hold.
    init(_ record: CollectionRecord) throws(StorageError) {
        // An empty collection has no dimension yet, and no chunk: any stride does.
        let layout = CodeLayout(
            quantization: record.quantization, dimension: max(1, record.dimension),
            keepsLengths: record.configuration.keepsLengths)
        codes = try ChunkGeometry(stride: layout.recordStride)
        residuals = layout.residualStride > 0 ? try ChunkGeometry(stride: layout.residualStride) : nil
        let degree = record.configuration.build.maximumDegree
        adjacency =
            record.hasGraph ? try ChunkGeometry.adjacency(stride: Adjacency.stride(maximumDegree: degree)) : nil
        let originalBytes = record.configuration.originals.bytes(dimension: layout.dimension)
        originals = originalBytes > 0 ? try ChunkGeometry(stride: originalBytes, readableTail: 0) : nil
        sketches =
            if record.hasSketches, let sketches = layout.sketches {
                try ChunkGeometry(stride: sketches.stride)
            } else {
                nil
            }
        entries = if let entries = record.entries { try ChunkGeometry(stride: entries.bytes) } else { nil }
        // Of one page as the lists are: few records of a chunk change at a time.
        parents = record.hasGraph ? try ChunkGeometry.adjacency(stride: SpanningTree.recordBytes) : nil
        states = record.hasUnusedSlots ? try ChunkGeometry.adjacency(stride: SlotStates.recordBytes) : nil
    }

    /// The number of records of an array.
    func count(of table: Table, in record: CollectionRecord) -> Int {
        switch table {
        case .entries: 1
        case .states: SlotStates.recordCount(slots: record.slots)
        default: record.slots
        }
    }
}
