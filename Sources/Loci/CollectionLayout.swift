// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// How the arrays of a collection are cut into chunks, which its record determines.
struct CollectionLayout {
    /// Up to here a scan answers as fast as a walk, exactly, and a graph would only cost space.
    static let scannedCount = 2_000

    let codes: ChunkGeometry
    let residuals: ChunkGeometry?
    let adjacency: ChunkGeometry?
    let originals: ChunkGeometry?
    let sketches: ChunkGeometry?
    /// Of the one record that is the table of entry points.
    let entries: ChunkGeometry?

    /// - Throws: `StorageError.recordLength` for records that no chunk can hold.
    init(_ record: CollectionRecord) throws(StorageError) {
        // An empty collection has no dimension yet, and no chunk: any stride does.
        let layout = CodeLayout(quantization: record.quantization, dimension: max(1, record.dimension))
        codes = try ChunkGeometry(stride: layout.recordStride)
        residuals = layout.residualStride > 0 ? try ChunkGeometry(stride: layout.residualStride) : nil
        adjacency =
            record.hasGraph
            ? try ChunkGeometry.adjacency(
                stride: Adjacency.stride(maximumDegree: record.configuration.build.maximumDegree)) : nil
        let originalBytes = record.configuration.originals.bytes(dimension: layout.dimension)
        originals = originalBytes > 0 ? try ChunkGeometry(stride: originalBytes, readableTail: 0) : nil
        sketches =
            if record.hasSketches, let sketches = layout.sketches {
                try ChunkGeometry(stride: sketches.stride)
            } else {
                nil
            }
        entries = if let entries = record.entries { try ChunkGeometry(stride: entries.bytes) } else { nil }
    }
}
