// Loci, Apache License 2.0.

import LociIndex

/// Vectors of which some are not as they were given, but brought to length 1 by a collection that keeps their lengths.
///
/// Codes are not quite of length 1 when they are decoded: a length that was taken of them would drift with every coding.
protocol DirectionSource: VectorSource {
    /// The length that the vector of a row had, where `read` gives its direction; `nil` where it gives the vector itself.
    func length(row: Int) -> Float?
}

/// Vectors in memory, the first of which may be directions.
struct GatheredVectors: DirectionSource {
    private let vectors: VectorArray
    private let lengths: [Float?]

    /// - Parameters:
    ///   - values: The components, vector by vector.
    ///   - lengths: Of the first vectors; all others are as they were given.
    /// - Throws: `IndexError.shape`.
    init(_ values: [Float], lengths: [Float?], dimension: Int) throws {
        vectors = try VectorArray(values, dimension: dimension)
        self.lengths = lengths
    }

    var count: Int { vectors.count }
    var dimension: Int { vectors.dimension }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        try vectors.read(row: row, into: output)
    }

    func length(row: Int) -> Float? { row < lengths.count ? lengths[row] : nil }
}
