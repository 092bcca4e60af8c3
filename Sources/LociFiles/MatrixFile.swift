// Loci, Apache License 2.0.

/// An open file of fixed-stride rows: what `VectorFile` and `IntegerMatrix` have in common.
struct MatrixFile: Sendable {
    let path: String
    let source: MatrixSource
    let layout: MatrixLayout

    init(path: String, source: MatrixSource, layout: MatrixLayout) {
        self.path = path
        self.source = source
        self.layout = layout
    }

    /// Opens any format but JSON lines.
    ///
    /// - Parameter forIntegers: whether distances may follow the rows of an `.ibin`, and a one-dimensional numpy array
    ///   is a list of one value a row, both of which only a matrix of integers can mean.
    init(path: String, format: BinaryFormat, forIntegers: Bool) throws(VectorFileError) {
        self.path = path
        let file = try MappedFile(path: path)
        let mapped = MatrixSource.mapped(file)
        switch format {
        case .texmex(let element):
            source = mapped
            layout = try .texmex(path: path, source: mapped, element: element)
        case .bigANN(let element):
            source = mapped
            layout = try .bigANN(
                path: path, source: mapped, element: element, allowsDistances: forIntegers && element == .int32)
        case .numpy:
            source = mapped
            layout = try .numpy(path: path, source: mapped, isList: forIntegers)
        case .idx:
            source = mapped
            layout = try .idx(path: path, source: mapped)
        case .idxGzip:
            (source, layout) = try MatrixLayout.idxGzip(path: path, file: file)
        }
    }

    /// Calls `body` with the address of the first value of a row, valid until it returns.
    ///
    /// - Throws: `rowOutOfRange`; `dimensionDiffers` when the row says so itself.
    func withRow<Result>(
        _ row: Int, _ body: (UnsafeRawPointer) throws(VectorFileError) -> Result
    ) throws(VectorFileError) -> Result {
        guard row >= 0, row < layout.count else {
            throw .rowOutOfRange(path: path, row: row, count: layout.count)
        }
        return try source.withUnsafeBytes { bytes throws(VectorFileError) in
            // The layout was checked against the size of the source, so every row is inside it.
            let offset = layout.start + row * layout.stride
            if layout.hasRowPrefix {
                let found = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset - 4, as: Int32.self)))
                guard found == layout.dimension else {
                    throw .dimensionDiffers(path: path, row: row, expected: layout.dimension, found: found)
                }
            }
            guard let base = bytes.baseAddress else { throw .empty(path: path) }
            return try body(base + offset)
        }
    }
}

/// The formats that have fixed-stride rows.
enum BinaryFormat: Sendable, Equatable {
    case texmex(NumericType)
    case bigANN(NumericType)
    case numpy
    case idx
    case idxGzip

    /// The layout of a format, or nil for JSON lines.
    init?(_ format: VectorFileFormat) {
        switch format {
        case .fvecs: self = .texmex(.float32)
        case .bvecs: self = .texmex(.uint8)
        case .ivecs: self = .texmex(.int32)
        case .fbin: self = .bigANN(.float32)
        case .u8bin: self = .bigANN(.uint8)
        case .ibin: self = .bigANN(.int32)
        case .npy: self = .numpy
        case .idx: self = .idx
        case .idxGzip: self = .idxGzip
        case .jsonl: return nil
        }
    }
}
