// Loci, Apache License 2.0.

/// A matrix of 32-bit integers in memory: the neighbours of each query, say, as benchmarks publish them.
public struct IntegerMatrix: Sendable, Equatable {
    /// The number of rows.
    public let count: Int

    /// The number of integers in each row.
    public let columns: Int

    /// Row after row, `count * columns` integers.
    public let values: [Int32]

    /// Makes a matrix of values that are in memory.
    ///
    /// - Throws: `shapeMismatch` when the values are not `count * columns` in number.
    public init(count: Int, columns: Int, values: [Int32]) throws(VectorFileError) {
        let (product, overflow) = count.multipliedReportingOverflow(by: columns)
        guard count >= 0, columns >= 0, !overflow, product == values.count else {
            throw .shapeMismatch(count: count, columns: columns, values: values.count)
        }
        self.count = count
        self.columns = columns
        self.values = values
    }

    /// One row.
    ///
    /// - Precondition: `row` is in `0 ..< count`.
    public subscript(row row: Int) -> ArraySlice<Int32> {
        values[row * columns..<(row + 1) * columns]
    }

    /// Reads a file of integers.
    ///
    /// Reads `.ivecs`, `.ibin` (with or without distances after the neighbours), `.npy` of 1, 4 or 8 byte integers,
    /// and uint8 or int32 of the other formats. A numpy array of one dimension is one column.
    ///
    /// - Parameter format: the format, or nil to find it by the name.
    /// - Throws: `unsupportedType` for files of floats, `integerOutOfRange`, and what `VectorFile.open` throws.
    /// - Complexity: O(n) in the size of the file.
    public static func read(
        _ path: String, format: VectorFileFormat? = nil
    ) throws(VectorFileError) -> IntegerMatrix {
        let format = try VectorFileFormat.ofFile(at: path, given: format)
        let remedy = "give a file of integers, such as .ivecs, .ibin or .npy of '<i4'"
        guard let binary = BinaryFormat(format) else {
            throw .unsupportedType(path: path, type: format.rawValue, remedy: remedy)
        }
        let matrix = try MatrixFile(path: path, format: binary, forIntegers: true)
        let layout = matrix.layout
        guard let convert = RowConversion.toIntegers(from: layout.element, order: layout.order) else {
            throw .unsupportedType(path: path, type: layout.element.name, remedy: remedy)
        }
        // The layout fits the file, so this is at most four times the size of what is in the file.
        var values = [Int32](repeating: 0, count: layout.count * layout.dimension)
        for row in 0..<layout.count {
            let misfit = try matrix.withRow(row) { source throws(VectorFileError) in
                values.withUnsafeMutableBufferPointer { buffer in
                    buffer.baseAddress.flatMap { convert(source, $0 + row * layout.dimension, layout.dimension) }
                }
            }
            if let misfit {
                throw .integerOutOfRange(path: path, row: row, column: misfit.column, value: misfit.value)
            }
        }
        return try IntegerMatrix(count: layout.count, columns: layout.dimension, values: values)
    }

    /// Writes the matrix to `.ivecs`, `.ibin` or `.npy`, whole or not at all.
    ///
    /// - Parameter format: the format, or nil to find it by the name.
    /// - Throws: `notWritable`, `unknownExtension`, `empty`, `dimensionOutOfRange`, `sizeOverflow`, `cannotWrite`.
    public func write(to path: String, format: VectorFileFormat? = nil) throws(VectorFileError) {
        let format = try VectorFileFormat.ofOutput(
            path: path, format: format, writable: VectorFileFormat.writableIntegers)
        guard count > 0 else { throw .empty(path: path) }
        try MatrixLayout.check(dimension: columns, path: path)
        let file = try ReplacingFile(path: path)
        switch format {
        case .npy:
            try file.write(NumpyHeader.encode(count: count, columns: columns, type: "<i4"))
        case .ibin:
            guard let count = UInt32(exactly: count) else { throw .sizeOverflow(path: path) }
            try file.write(littleEndianBytes(count) + littleEndianBytes(UInt32(columns)))
        default: break
        }
        for row in 0..<count {
            if format == .ivecs { try file.write(littleEndianBytes(Int32(columns))) }
            try file.write(self[row: row].flatMap(littleEndianBytes))
        }
        try file.commit()
    }
}

/// The bytes of an integer, lowest first.
func littleEndianBytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
