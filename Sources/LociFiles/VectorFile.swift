// Loci, Apache License 2.0.

public import LociAttributes

/// A file of vectors, opened for reading.
///
/// Formats of fixed stride are mapped, not copied: opening reads the header, and a row is converted to floats when it
/// is asked for. Gzip and JSON lines are inflated or parsed to memory.
///
/// ```swift
/// let file = try VectorFile.open("base.fvecs")
/// for row in 0..<file.count {
///     let vector = try file.row(row)
/// }
/// ```
///
/// Any number of threads may read rows at once. Numbers that are not finite are passed on as they are. The file must
/// not be shortened while it is open; replacing it by a rename is safe.
public final class VectorFile: Sendable {
    /// The path as it was given.
    public let path: String

    /// The format that was given or found by the name.
    public let format: VectorFileFormat

    /// The number of vectors, above 0.
    public var count: Int { matrix.layout.count }

    /// The number of values in each vector, 1 ... `VectorFileLimits.dimension`.
    public var dimension: Int { matrix.layout.dimension }

    /// How many vectors each row has, when the file is JSON lines and a line has several, which come one after another; nil when
    /// each row has one.
    public let vectorCounts: [Int]?

    /// The identifier of each row, when the file is JSON lines and a line has one.
    ///
    /// In a file where only some lines have one, the others have the number of their row, counted from 0, in digits.
    public let identifiers: [[UInt8]]?

    /// The attributes of each row, when the file is JSON lines and a line has some.
    public let attributes: [Attributes?]?

    private let matrix: MatrixFile
    private let convert: RowConversion.ToFloats

    /// Opens a file and checks its header against its size.
    ///
    /// - Parameter format: the format, or nil to find it by the name.
    /// - Throws: `VectorFileError`, for anything that is wrong with the file; the rows of `.fvecs`, `.bvecs` and
    ///   `.ivecs` are each checked when they are read.
    /// - Complexity: O(1), but O(n) in the size of the file for gzip and JSON lines.
    public static func open(
        _ path: String, format: VectorFileFormat? = nil
    ) throws(VectorFileError) -> VectorFile {
        try VectorFile(path: path, format: .ofFile(at: path, given: format))
    }

    private init(path: String, format: VectorFileFormat) throws(VectorFileError) {
        self.path = path
        self.format = format
        if let binary = BinaryFormat(format) {
            matrix = try MatrixFile(path: path, format: binary, forIntegers: false)
            vectorCounts = nil
            identifiers = nil
            attributes = nil
        } else {
            let rows = try JSONLinesReader.read(path: path)
            let layout = MatrixLayout(
                count: rows.count, dimension: rows.dimension, element: .float32, order: .host, start: 0,
                stride: rows.dimension * MemoryLayout<Float>.size)
            matrix = MatrixFile(path: path, source: .floats(rows.values), layout: layout)
            vectorCounts = rows.vectorCounts
            identifiers = rows.identifiers
            attributes = rows.attributes
        }
        guard let convert = RowConversion.toFloats(from: matrix.layout.element, order: matrix.layout.order) else {
            throw .unsupportedType(
                path: path, type: matrix.layout.element.name, remedy: "save it as float32: array.astype('<f4')")
        }
        self.convert = convert
    }

    /// Reads one vector into the first `dimension` places of a buffer.
    ///
    /// - Throws: `rowOutOfRange`, `bufferTooSmall`, `dimensionDiffers`.
    /// - Complexity: O(`dimension`), without allocation.
    public func read(row: Int, into buffer: UnsafeMutableBufferPointer<Float>) throws(VectorFileError) {
        let dimension = dimension
        guard let target = buffer.baseAddress, buffer.count >= dimension else {
            throw .bufferTooSmall(path: path, needed: dimension, given: buffer.count)
        }
        try matrix.withRow(row) { source throws(VectorFileError) in
            convert(source, target, dimension)
        }
    }

    /// Returns one vector.
    ///
    /// - Throws: `rowOutOfRange`, `dimensionDiffers`.
    /// - Complexity: O(`dimension`).
    public func row(_ index: Int) throws(VectorFileError) -> [Float] {
        let dimension = dimension
        return try matrix.withRow(index) { source throws(VectorFileError) in
            [Float](unsafeUninitializedCapacity: dimension) { buffer, initialized in
                if let target = buffer.baseAddress {
                    convert(source, target, dimension)
                    initialized = dimension
                }
            }
        }
    }
}
