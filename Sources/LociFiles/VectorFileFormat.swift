// Loci, Apache License 2.0.

/// The formats of vector files; the raw value is the name a user gives on a command line.
///
/// The layout of each is in `docs/files.md`.
public enum VectorFileFormat: String, Sendable, CaseIterable {
    /// TEXMEX rows of float32: an int32 dimension, then the values.
    case fvecs
    /// TEXMEX rows of uint8.
    case bvecs
    /// TEXMEX rows of int32.
    case ivecs
    /// Big-ANN float32: uint32 count, uint32 dimension, then the rows.
    case fbin
    /// Big-ANN uint8.
    case u8bin
    /// Big-ANN int32.
    case ibin
    /// A numpy array, one- or two-dimensional, in C order.
    case npy
    /// One JSON object a line, with a `vector` and perhaps an `id`.
    case jsonl
    /// IDX, as MNIST uses it.
    case idx
    /// IDX in gzip, as MNIST is published.
    case idxGzip = "idx.gz"

    /// Finds the format by the last component of a path, without regard to case.
    ///
    /// The extension decides; names such as `train-images-idx3-ubyte` are IDX too.
    public init?(path: String) {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)).lowercased() } ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, let suffix = parts.last {
            if suffix == "gz" {
                self = .idxGzip
                return
            }
            if let format = VectorFileFormat(rawValue: String(suffix)) {
                self = format
                return
            }
        }
        let words = name.split { $0 == "-" || $0 == "." }
        guard words.count >= 3, let last = words[words.count - 2].last,
            words[words.count - 2].dropLast() == "idx", last.isASCII, last.isNumber
        else { return nil }
        self = .idx
    }

    /// The format of a file to be read: the one that is given, else by the name.
    ///
    /// A name without a known extension is often a path that is wrong altogether; that is the better message then.
    static func ofFile(
        at path: String, given format: VectorFileFormat?
    ) throws(VectorFileError) -> VectorFileFormat {
        if let format = format ?? VectorFileFormat(path: path) { return format }
        _ = try MappedFile(path: path)
        throw .unknownExtension(path: path)
    }

    /// The format of a file to be written, which must be one of `writable`.
    static func ofOutput(
        path: String, format: VectorFileFormat?, writable: [VectorFileFormat]
    ) throws(VectorFileError) -> VectorFileFormat {
        guard let format = format ?? VectorFileFormat(path: path) else { throw .unknownExtension(path: path) }
        guard writable.contains(format) else {
            throw .notWritable(path: path, format: format, writable: writable)
        }
        return format
    }

    /// Checks that a file can be written, before the work whose results it is to hold.
    ///
    /// - Parameter writable: the formats to choose from.
    /// - Returns: the format that the name tells.
    /// - Throws: `unknownExtension`, `notWritable`, `isDirectory`, `notRegularFile`, `cannotWrite`.
    package static func checkOutput(
        path: String, writable: [VectorFileFormat]
    ) throws(VectorFileError) -> VectorFileFormat {
        let format = try ofOutput(path: path, format: nil, writable: writable)
        try ReplacingFile(path: path).discard()
        return format
    }

    /// Whether `VectorFileWriter` writes this format.
    public var isWritable: Bool {
        VectorFileFormat.writable.contains(self)
    }

    /// Whether rows of this format carry identifiers.
    public var holdsIdentifiers: Bool {
        self == .jsonl
    }

    /// The formats that `VectorFileWriter` writes.
    public static let writable: [VectorFileFormat] = [.fvecs, .fbin, .npy, .jsonl]

    /// The formats that `IntegerMatrix.write` writes.
    public static let writableIntegers: [VectorFileFormat] = [.ivecs, .ibin, .npy]
}

/// Limits on what files may hold.
public enum VectorFileLimits {
    /// The largest dimension of a vector, and the most columns of an integer matrix.
    public static let dimension = 65_536

    /// The longest identifier, in bytes: what a key of the database can hold.
    public static let identifierBytes = 480

    /// The longest line of a stream of JSON lines, in bytes: ten times what the longest vector takes.
    public static let lineBytes = 16 << 20
}
