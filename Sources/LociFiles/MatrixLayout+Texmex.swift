// Loci, Apache License 2.0.

extension MatrixLayout {
    /// Lays out `.fvecs`, `.bvecs` and `.ivecs`: each row is a little-endian int32 dimension, then the values.
    ///
    /// The format is that of the TEXMEX corpus, http://corpus-texmex.irisa.fr. It has no count, so the size of the file
    /// gives it. The dimension of every row is checked when the row is read: checking all of them here would
    /// touch every page of the file.
    static func texmex(
        path: String, source: MatrixSource, element: NumericType
    ) throws(VectorFileError) -> MatrixLayout {
        let size = source.size
        guard let first = try source.int32(at: 0) else { throw .truncated(path: path, expected: 4, found: size) }
        let dimension = Int(first)
        try check(dimension: dimension, path: path)
        let stride = 4 + dimension * element.size
        guard size.isMultiple(of: stride) else {
            throw try mismatch(path: path, source: source, dimension: dimension, stride: stride)
        }
        return MatrixLayout(
            count: size / stride, dimension: dimension, element: element, order: .little, start: 4, stride: stride,
            hasRowPrefix: true)
    }

    /// Why a file is not a whole number of rows: a row of another dimension, or a last row that is cut short.
    private static func mismatch(
        path: String, source: MatrixSource, dimension: Int, stride: Int
    ) throws(VectorFileError) -> VectorFileError {
        let rows = source.size / stride
        for row in 0...rows {
            if let found = try source.int32(at: row * stride), Int(found) != dimension {
                return .dimensionDiffers(path: path, row: row, expected: dimension, found: Int(found))
            }
        }
        // Fewer than `stride` bytes are missing, but near the largest size even those may not be countable.
        let (expected, overflow) = ((rows + 1).multipliedReportingOverflow(by: stride))
        return overflow ? .sizeOverflow(path: path) : .truncated(path: path, expected: expected, found: source.size)
    }
}
