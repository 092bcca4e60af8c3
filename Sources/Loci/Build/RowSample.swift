// Loci, Apache License 2.0.

import LociIndex

/// Some of the rows of a source, as a source of their own.
struct RowSample<Source: VectorSource>: VectorSource {
    let source: Source
    /// The rows, in the order that they are given in.
    let rows: [Int]

    var count: Int { rows.count }
    var dimension: Int { source.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        guard rows.indices.contains(row) else { throw IndexError.rowOutOfRange(row: row, count: rows.count) }
        try source.read(row: rows[row], into: output)
    }
}

/// Drawing without replacement.
enum RandomRows {
    /// Different numbers from 0 up to but not including `count`, in their order: Floyd's sampling (Bentley, Floyd: "A
    /// sample of brilliance", 1987).
    /// - Parameter size: How many, at most `count`.
    static func draw(_ size: Int, of count: Int, seed: UInt64) -> [Int] {
        var generator = SplitMix64(seed: seed)
        var chosen = Set<Int>()
        for last in count - size..<count {
            if !chosen.insert(generator.next(below: last + 1)).inserted { chosen.insert(last) }
        }
        return chosen.sorted()
    }
}
