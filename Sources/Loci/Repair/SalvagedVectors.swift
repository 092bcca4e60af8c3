// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// The vectors of a damaged collection that can be read, each from the best of what is left of it.
///
/// Its pointers lead into the memory map, and are good as long as the transaction that they were found in.
struct SalvagedVectors: VectorSource, @unchecked Sendable {
    /// Where a vector is read from.
    enum Row {
        case original(UnsafeRawPointer)
        /// Both levels, or the first where the second is damaged or there is none.
        case codes(UnsafeRawPointer, residual: UnsafeRawPointer?)
    }

    // Safe to share: nothing changes after init, and the map is only read.
    let record: CollectionRecord
    let rows: [Row]
    private let coder: VectorCoder

    init(record: CollectionRecord, rows: [Row]) {
        self.record = record
        self.rows = rows
        coder = VectorCoder(layout: record.codeLayout, space: record.space)
    }

    var count: Int { rows.count }
    var dimension: Int { record.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        guard rows.indices.contains(row), output.count >= dimension, let base = output.baseAddress else {
            throw IndexError.rowOutOfRange(row: row, count: rows.count)
        }
        Self.read(rows[row], of: record, coder, into: base)
    }

    private static func read(
        _ row: Row, of record: CollectionRecord, _ coder: VectorCoder, into output: UnsafeMutablePointer<Float>
    ) {
        switch row {
        case .original(let original):
            VectorCoder.loadFloats(
                original.assumingMemoryBound(to: UInt8.self), count: record.dimension,
                isHalf: record.configuration.originals == .float16, into: output)
        case .codes(let code, let residual):
            coder.decode(
                record: code.assumingMemoryBound(to: UInt8.self),
                residual: residual?.assumingMemoryBound(to: UInt8.self), into: output)
        }
    }

    /// Finds where vectors can be read from.
    struct Reader {
        private let record: CollectionRecord
        private let arrays: CollectionArrays<SoundChunks>
        private let coder: VectorCoder
        private let admitting: VectorSpace

        init(record: CollectionRecord, arrays: CollectionArrays<SoundChunks>) {
            self.record = record
            self.arrays = arrays
            coder = VectorCoder(layout: record.codeLayout, space: record.space)
            admitting = record.admittingSpace(dimension: record.dimension)
        }

        /// The best of what is left of a vector, and what is not; nil if nothing is left.
        func row(at slot: UInt32) -> (Row, CollectionRepair.ReducedVector.Loss?)? {
            if let original = arrays.originals?.record(at: slot), isUsable(.original(original)) {
                return (.original(original), nil)
            }
            guard let code = arrays.codes.record(at: slot),
                record.codeLayout.fault(of: code.assumingMemoryBound(to: UInt8.self)) == nil
            else { return nil }
            let residual = arrays.residuals?.record(at: slot)
            let row = Row.codes(code, residual: residual)
            guard isUsable(row) else { return nil }
            let losesResidual = arrays.residuals != nil && residual == nil
            switch (arrays.originals != nil, losesResidual) {
            case (true, true): return (row, .originalAndResidual)
            case (true, false): return (row, .original)
            case (false, true): return (row, .residual)
            case (false, false): return (row, nil)
            }
        }

        /// Whether a vector is one that could be stored.
        private func isUsable(_ row: Row) -> Bool {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: record.dimension) { buffer in
                guard let values = buffer.baseAddress else { return false }
                SalvagedVectors.read(row, of: record, coder, into: values)
                do throws(IndexError) {
                    try admitting.admit(values, row: nil, kernels: Kernels.active)
                    return true
                } catch {
                    return false
                }
            }
        }
    }
}

extension SalvagedVectors: DirectionSource {
    func length(row: Int) -> Float? {
        let layout = record.codeLayout
        guard layout.keepsLengths, case .codes(let code, _) = rows[row] else { return nil }
        return layout.length(of: code.assumingMemoryBound(to: UInt8.self))
    }
}

extension SalvagedVectors: CodedVectorSource {
    /// Codes without originals are all there is of a vector: they are kept to the bit.
    func copyCodes(
        row: Int, record: UnsafeMutablePointer<UInt8>, residual: UnsafeMutablePointer<UInt8>?
    ) {
        let layout = self.record.codeLayout
        guard self.record.configuration.originals == .none, case .codes(let code, let second) = rows[row],
            (second == nil) == (residual == nil)
        else { return }
        UnsafeMutableRawPointer(record).copyMemory(from: code, byteCount: layout.recordStride)
        if let second, let residual {
            UnsafeMutableRawPointer(residual).copyMemory(from: second, byteCount: layout.residualStride)
        }
    }
}
