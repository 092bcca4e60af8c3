// Loci, Apache License 2.0.

import LociIndex

/// Vectors of a view, in some order of their slots.
struct ViewVectors: VectorSource {
    let view: CollectionView
    let slots: [UInt32]

    var count: Int { slots.count }
    var dimension: Int { view.record.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        guard slots.indices.contains(row), output.count >= dimension, let base = output.baseAddress else {
            throw IndexError.rowOutOfRange(row: row, count: slots.count)
        }
        view.load(slots[row], into: base)
    }
}
