// Loci, Apache License 2.0.

/// The header of a `.npy` file: magic, version, length, and a Python dictionary of type, order and shape.
///
/// The format, versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumpyHeader: Equatable {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The longest dictionary that is read, in bytes: plain arrays need about a hundred.
    static let longestDictionary = 65_535

    /// The bytes before the dictionary, at most.
    static let longestPreamble = 12

    /// As in the file, for example `<f4`.
    var type: String
    var isFortranOrder: Bool
    var shape: [Int]
    /// The offset of the first value, in bytes.
    var size: Int

    /// Reads the header from the first bytes of a file.
    ///
    /// - Parameter bytes: as many as the longest header has, or all that the file has.
    /// - Throws: `badHeader`, `truncated`, `unsupportedType`.
    init(path: String, bytes: [UInt8]) throws(VectorFileError) {
        guard bytes.starts(with: NumpyHeader.magic) else {
            guard bytes.count < NumpyHeader.magic.count, NumpyHeader.magic.starts(with: bytes) else {
                throw .badHeader(path: path, reason: "it does not begin as numpy arrays do")
            }
            throw .truncated(path: path, expected: 10, found: bytes.count)
        }
        guard bytes.count >= 10 else { throw .truncated(path: path, expected: 10, found: bytes.count) }
        let version = bytes[6]
        guard (1...3).contains(version) else {
            throw .badHeader(path: path, reason: "version \(version) of the numpy format is not known, only 1 to 3")
        }
        let preamble = version == 1 ? 10 : NumpyHeader.longestPreamble
        guard bytes.count >= preamble else { throw .truncated(path: path, expected: preamble, found: bytes.count) }
        let length = bytes[8..<preamble].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard length <= UInt32(NumpyHeader.longestDictionary) else {
            throw .badHeader(
                path: path, reason: "it has \(length) bytes, more than the limit of \(NumpyHeader.longestDictionary)")
        }
        size = preamble + Int(length)
        guard bytes.count >= size else { throw .truncated(path: path, expected: size, found: bytes.count) }
        var parser = PythonDictionaryParser(path: path, text: Array(bytes[preamble..<size]))
        let fields = try parser.parse()
        type = fields.type
        isFortranOrder = fields.isFortranOrder
        shape = fields.shape
    }

    /// The header of a matrix in C order, always 128 bytes, so that it can be written again
    /// once the count is known.
    static func encode(count: Int, columns: Int, type: String) -> [UInt8] {
        let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count), \(columns)), }"
        let length = 118
        var bytes = magic + [1, 0, UInt8(length), 0]
        bytes += dictionary.utf8
        bytes += repeatElement(UInt8(ascii: " "), count: 10 + length - 1 - bytes.count)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

extension MatrixLayout {
    /// Lays out a `.npy` array.
    ///
    /// - Parameter isList: what one dimension means: a list of one value a row, or else one row.
    static func numpy(path: String, source: MatrixSource, isList: Bool) throws(VectorFileError) -> MatrixLayout {
        let prefix = NumpyHeader.longestPreamble + NumpyHeader.longestDictionary
        let header = try NumpyHeader(path: path, bytes: source.prefix(prefix))
        let element = try numpyElement(header.type, path: path)
        guard !header.isFortranOrder else {
            throw .unsupportedLayout(
                path: path, layout: "an array in Fortran order", remedy: "save numpy.ascontiguousarray(array)")
        }
        let count: Int
        let dimension: Int
        switch header.shape.count {
        case 1 where isList: (count, dimension) = (header.shape[0], 1)
        case 1: (count, dimension) = (1, header.shape[0])
        case 2: (count, dimension) = (header.shape[0], header.shape[1])
        default:
            throw .unsupportedLayout(
                path: path, layout: "an array of \(header.shape.count) dimensions",
                remedy: "save array.reshape(len(array), -1)")
        }
        return try MatrixLayout(
            path: path, count: count, dimension: dimension, element: element, order: .little, header: header.size,
            size: source.size)
    }

    /// `=` and `|` say the order of the machine that wrote, which is little-endian wherever numpy is at home.
    private static func numpyElement(_ type: String, path: String) throws(VectorFileError) -> NumericType {
        let elements: [String: NumericType] = [
            "u1": .uint8, "i4": .int32, "u4": .uint32, "i8": .int64, "u8": .uint64, "f2": .float16, "f4": .float32,
        ]
        if let order = type.first, "<=|".contains(order), let element = elements[String(type.dropFirst())] {
            return element
        }
        // One byte has no order.
        if type == ">u1" { return .uint8 }
        throw .unsupportedType(
            path: path, type: "numpy \(type)",
            remedy: "save array.astype('<f4') for vectors, array.astype('<i4') for integers")
    }
}
