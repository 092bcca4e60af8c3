// Loci, Apache License 2.0.

/// The header of an IDX file: two zero bytes, an element type, a rank, then the rank's sizes as big-endian uint32.
///
/// The format is described with the MNIST data, http://yann.lecun.com/exdb/mnist. The first size counts the rows; the
/// others are flattened, so 60000 x 28 x 28 is 60,000 rows of 784 values.
struct IDXHeader: Equatable {
    /// The bytes before the sizes.
    static let fixedBytes = 4

    var element: NumericType
    /// The number of sizes that follow the fixed bytes.
    var rank: Int

    /// Reads the first four bytes.
    ///
    /// - Throws: `truncated`, `badHeader`, `unsupportedType`.
    init(path: String, fixed: [UInt8]) throws(VectorFileError) {
        guard fixed.count >= IDXHeader.fixedBytes else {
            throw .truncated(path: path, expected: IDXHeader.fixedBytes, found: fixed.count)
        }
        guard fixed[0] == 0, fixed[1] == 0 else {
            throw .badHeader(
                path: path, reason: "this is not IDX, which begins with two zero bytes (a .gz must hold IDX)")
        }
        switch fixed[2] {
        case 0x08: element = .uint8
        case 0x0C: element = .int32
        case 0x0D: element = .float32
        default:
            let names: [UInt8: String] = [0x09: "int8", 0x0B: "int16", 0x0E: "float64"]
            let code = "IDX type 0x" + String(fixed[2], radix: 16)
            throw .unsupportedType(
                path: path, type: names[fixed[2]].map { "\($0) (\(code))" } ?? code,
                remedy: "convert it to uint8 (0x08), int32 (0x0c) or float32 (0x0d)")
        }
        guard fixed[3] > 0 else { throw .badHeader(path: path, reason: "the IDX array has no dimension") }
        rank = Int(fixed[3])
    }

    /// The size of the whole header in bytes.
    var size: Int {
        IDXHeader.fixedBytes + 4 * rank
    }

    /// The rows and the values in a row, from the whole header.
    ///
    /// - Throws: `truncated`, `sizeOverflow`, `empty`, `dimensionOutOfRange`.
    func shape(path: String, header: [UInt8]) throws(VectorFileError) -> (count: Int, dimension: Int) {
        guard header.count >= size else { throw .truncated(path: path, expected: size, found: header.count) }
        var sizes: [Int] = []
        for index in 0..<rank {
            let offset = IDXHeader.fixedBytes + 4 * index
            let value = header[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let value = Int(exactly: value) else { throw .sizeOverflow(path: path) }
            sizes.append(value)
        }
        guard let count = sizes.first, !sizes.contains(0) else { throw .empty(path: path) }
        var dimension = 1
        for size in sizes.dropFirst() {
            let (product, overflow) = dimension.multipliedReportingOverflow(by: size)
            guard !overflow else { throw .sizeOverflow(path: path) }
            dimension = product
        }
        try MatrixLayout.check(dimension: dimension, path: path)
        return (count, dimension)
    }
}

extension MatrixLayout {
    /// Lays out IDX data that is not compressed.
    static func idx(path: String, source: MatrixSource) throws(VectorFileError) -> MatrixLayout {
        let fixed = try IDXHeader(path: path, fixed: source.prefix(IDXHeader.fixedBytes))
        let shape = try fixed.shape(path: path, header: source.prefix(fixed.size))
        return try MatrixLayout(
            path: path, count: shape.count, dimension: shape.dimension, element: fixed.element, order: .big,
            header: fixed.size, size: source.size)
    }
}
