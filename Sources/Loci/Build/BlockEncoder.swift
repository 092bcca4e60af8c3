// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// Coded vectors of one table, ready to be stored; valid until the next block is coded.
struct CodedRecords {
    let table: Table
    let geometry: ChunkGeometry
    /// Where they lie; it may have room for more.
    let buffer: OwnedRecords
    let count: Int

    var records: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: buffer.base, count: count * geometry.stride)
    }
}

/// Vectors that may come with codes of their own, made in the space that they are to be coded in.
protocol CodedVectorSource: VectorSource {
    /// Writes the codes of a vector in place of those that were made of it, where it has codes.
    /// - Parameters:
    ///   - row: From 0 to `count - 1`.
    ///   - record: A first-level record.
    ///   - residual: The residual record where the quantization has one.
    func copyCodes(row: Int, record: UnsafeMutablePointer<UInt8>, residual: UnsafeMutablePointer<UInt8>?)
}

/// Codes blocks of a build's rows, on several threads, into buffers that are used again.
final class BlockEncoder<Source: VectorSource> {
    private let source: Source
    private let threads: Int
    private let coder: VectorCoder
    private let originals: Originals
    private let layout: CollectionLayout
    private var codes: OwnedRecords?
    private var residuals: OwnedRecords?
    private var kept: OwnedRecords?
    private var sketches: OwnedRecords?

    init(record: CollectionRecord, layout: CollectionLayout, source: Source, threads: Int) {
        self.source = source
        self.threads = threads
        self.layout = layout
        coder = VectorCoder(layout: record.codeLayout, space: record.space)
        originals = record.configuration.originals
    }

    /// The bytes that a row takes in all arrays.
    var bytesPerRow: Int {
        layout.codes.stride + (layout.residuals?.stride ?? 0) + (layout.originals?.stride ?? 0)
            + (layout.sketches?.stride ?? 0)
    }

    /// Codes rows.
    /// - Returns: The records of every table that the collection has.
    /// - Throws: What the source throws, or `IndexError` for a vector that has changed since it was learned from.
    func encode(_ rows: Range<Int>) throws -> [CodedRecords] {
        let codes = reuse(&self.codes, rows.count, layout.codes)
        let residuals = layout.residuals.map { reuse(&self.residuals, rows.count, $0) }
        let kept = layout.originals.map { reuse(&self.kept, rows.count, $0) }
        let sketches = layout.sketches.map { reuse(&self.sketches, rows.count, $0) }
        let (source, coder, originals) = (source, coder, originals)
        let coded = source as? any CodedVectorSource
        let directions = source as? any DirectionSource
        try Parallel.forEach(count: rows.count, grain: 256, threads: threads) { block, _ in
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: source.dimension) { buffer in
                guard let values = buffer.baseAddress else { return }
                for place in block {
                    let row = rows.lowerBound + place
                    try source.read(row: row, into: buffer)
                    let known = directions?.length(row: row)
                    if let kept {
                        if let known { for component in buffer.indices { buffer[component] *= known } }
                        VectorCoder.storeFloats(
                            values, count: source.dimension, isHalf: originals == .float16, to: kept[place])
                    }
                    let length = try coder.space.admit(values, row: row, kernels: Kernels.active)
                    coder.encode(
                        values, length: known ?? length, record: codes[place], residual: residuals.map { $0[place] },
                        sketch: sketches.map { $0[place] })
                    coded?.copyCodes(row: row, record: codes[place], residual: residuals.map { $0[place] })
                }
            }
        }
        var arrays = [array(.codes, layout.codes, codes, rows.count)]
        if let residuals, let geometry = layout.residuals {
            arrays.append(array(.residuals, geometry, residuals, rows.count))
        }
        if let kept, let geometry = layout.originals { arrays.append(array(.originals, geometry, kept, rows.count)) }
        if let sketches, let geometry = layout.sketches {
            arrays.append(array(.sketches, geometry, sketches, rows.count))
        }
        return arrays
    }

    private func reuse(_ buffer: inout OwnedRecords?, _ count: Int, _ geometry: ChunkGeometry) -> OwnedRecords {
        if let buffer, buffer.count >= count { return buffer }
        let made = OwnedRecords(count: count, stride: geometry.stride)
        buffer = made
        return made
    }

    private func array(
        _ table: Table, _ geometry: ChunkGeometry, _ records: OwnedRecords, _ count: Int
    ) -> CodedRecords {
        CodedRecords(table: table, geometry: geometry, buffer: records, count: count)
    }
}
