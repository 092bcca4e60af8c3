// Loci, Apache License 2.0.

/// Where the rows of a fixed-stride matrix are among the bytes of a file.
struct MatrixLayout: Sendable, Equatable {
    /// The number of rows, above 0.
    var count: Int
    /// The values in a row, 1 ... `VectorFileLimits.dimension`.
    var dimension: Int
    var element: NumericType
    var order: ByteOrder
    /// The offset of the first value of row 0, in bytes.
    var start: Int
    /// From a row to the next, in bytes.
    var stride: Int
    /// Whether an int32 dimension stands before each row, to be checked when the row is read.
    var hasRowPrefix = false

    /// Lays out `count` dense rows after a header and checks them against the size of the file, all in bytes.
    ///
    /// - Parameter allowsDistances: whether as many bytes as the rows have may follow them, for distances.
    /// - Throws: `empty`, `dimensionOutOfRange`, `sizeOverflow`, `truncated`, `trailingBytes`.
    init(
        path: String, count: Int, dimension: Int, element: NumericType, order: ByteOrder, header: Int, size: Int,
        allowsDistances: Bool = false
    ) throws(VectorFileError) {
        guard count > 0 else { throw .empty(path: path) }
        try MatrixLayout.check(dimension: dimension, path: path)
        let stride = dimension * element.size
        let (data, dataOverflow) = stride.multipliedReportingOverflow(by: count)
        let (expected, overflow) = data.addingReportingOverflow(header)
        guard !dataOverflow, !overflow else { throw .sizeOverflow(path: path) }
        guard size >= expected else { throw .truncated(path: path, expected: expected, found: size) }
        guard size == expected || (allowsDistances && size - expected == data) else {
            throw .trailingBytes(path: path, expected: expected, found: size)
        }
        self.init(
            count: count, dimension: dimension, element: element, order: order, start: header, stride: stride)
    }

    init(
        count: Int, dimension: Int, element: NumericType, order: ByteOrder, start: Int, stride: Int,
        hasRowPrefix: Bool = false
    ) {
        self.count = count
        self.dimension = dimension
        self.element = element
        self.order = order
        self.start = start
        self.stride = stride
        self.hasRowPrefix = hasRowPrefix
    }

    /// Refuses a dimension that is not in 1 ... `VectorFileLimits.dimension`.
    static func check(dimension: Int, path: String) throws(VectorFileError) {
        guard (1...VectorFileLimits.dimension).contains(dimension) else {
            throw .dimensionOutOfRange(path: path, dimension: dimension, limit: VectorFileLimits.dimension)
        }
    }
}
