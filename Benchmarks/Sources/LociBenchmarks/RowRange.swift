// Loci, Apache License 2.0.

import Loci

/// Some rows of a source.
struct RowRange<Source: VectorSource>: VectorSource {
    let source: Source
    let rows: Range<Int>

    var count: Int { rows.count }
    var dimension: Int { source.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        try source.read(row: rows.lowerBound + row, into: output)
    }
}

/// Rows of a source, in some order.
struct SomeRows<Source: VectorSource>: VectorSource {
    let source: Source
    let rows: [Int]

    var count: Int { rows.count }
    var dimension: Int { source.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        try source.read(row: rows[row], into: output)
    }
}

extension VectorSource {
    /// A row as an array.
    func vector(_ row: Int) throws -> [Float] {
        var vector = [Float](repeating: 0, count: dimension)
        try vector.withUnsafeMutableBufferPointer { try read(row: row, into: $0) }
        return vector
    }
}
