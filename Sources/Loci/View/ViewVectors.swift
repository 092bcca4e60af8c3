// Loci, Apache License 2.0.

import LociIndex

/// Vectors of a view, in some order of their slots; directions where only these and their lengths are kept.
struct ViewVectors: VectorSource {
    let view: CollectionView
    let slots: [UInt32]
    /// Whether the vectors are to be coded in the space of the view, so that their codes can be kept to the bit.
    var keepsCodes = false

    var count: Int { slots.count }
    var dimension: Int { view.record.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        guard slots.indices.contains(row), output.count >= dimension, let base = output.baseAddress else {
            throw IndexError.rowOutOfRange(row: row, count: slots.count)
        }
        view.loadDirection(slots[row], into: base)
    }
}

extension ViewVectors: DirectionSource {
    func length(row: Int) -> Float? { view.length(at: slots[row]) }
}

extension ViewVectors: CodedVectorSource {
    func copyCodes(row: Int, record: UnsafeMutablePointer<UInt8>, residual: UnsafeMutablePointer<UInt8>?) {
        guard keepsCodes else { return }
        let layout = view.record.codeLayout
        record.update(from: view.graph.codes.record(slots[row]), count: layout.recordStride)
        if let residual, let residuals = view.graph.residuals {
            residual.update(from: residuals.record(slots[row]), count: layout.residualStride)
        }
    }
}
