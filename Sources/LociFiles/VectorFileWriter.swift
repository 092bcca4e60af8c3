// Loci, Apache License 2.0.

public import LociAttributes

/// Writes vectors row by row to `.fvecs`, `.fbin`, `.npy` (float32) or `.jsonl`.
///
/// The file appears under its name, whole, when `finish` is called; until then the rows are in a hidden sibling, which
/// is removed when writing fails or the writer is dropped.
///
/// ```swift
/// let writer = try VectorFileWriter(path: "copy.fbin", dimension: file.dimension)
/// for row in 0..<file.count {
///     try writer.append(file.row(row))
/// }
/// try writer.finish()
/// ```
public final class VectorFileWriter {
    /// The path as it was given.
    public let path: String

    /// The format that was given or found by the name.
    public let format: VectorFileFormat

    /// The number of values in each vector.
    public let dimension: Int

    /// The number of vectors appended so far.
    public private(set) var count = 0

    private let file: ReplacingFile

    /// Creates a file.
    ///
    /// - Parameter format: the format, or nil to find it by the name.
    /// - Throws: `notWritable`, `unknownExtension`, `dimensionOutOfRange`, `isDirectory`, `notRegularFile`,
    ///   `cannotWrite`.
    public init(path: String, dimension: Int, format: VectorFileFormat? = nil) throws(VectorFileError) {
        self.path = path
        self.format = try .ofOutput(path: path, format: format, writable: VectorFileFormat.writable)
        self.dimension = dimension
        try MatrixLayout.check(dimension: dimension, path: path)
        file = try ReplacingFile(path: path)
        try file.write(header(count: 0))
    }

    /// Appends a row of one vector.
    ///
    /// - Parameters:
    ///   - identifier: any bytes, for `.jsonl` only; without one the line has no `id`.
    ///   - attributes: for `.jsonl` only, too.
    /// - Throws: `dimensionDiffers`; `identifiersNotHeld`, of attributes too; `notFinite` for `.jsonl`; `sizeOverflow` past the
    ///   4,294,967,295 rows of an `.fbin`; `cannotWrite`, after which the writer is closed; `writerClosed`.
    /// - Complexity: O(`dimension`).
    public func append(
        _ vector: [Float], identifier: [UInt8]? = nil, attributes: Attributes? = nil
    ) throws(VectorFileError) {
        try append(vectors: [vector], identifier: identifier, attributes: attributes)
    }

    /// Appends a row of several vectors: as one line to `.jsonl`, and else one after another.
    ///
    /// - Throws: As `append(_:identifier:attributes:)`.
    /// - Complexity: O(vectors · `dimension`).
    public func append(
        vectors: [[Float]], identifier: [UInt8]? = nil, attributes: Attributes? = nil
    ) throws(VectorFileError) {
        for vector in vectors where vector.count != dimension {
            throw .dimensionDiffers(path: path, row: count, expected: dimension, found: vector.count)
        }
        guard identifier == nil && attributes == nil || format.holdsIdentifiers else {
            throw .identifiersNotHeld(path: path, format: format)
        }
        guard format != .fbin || UInt32(exactly: count + vectors.count) != nil else { throw .sizeOverflow(path: path) }
        if format == .jsonl {
            try file.write(line(vectors, identifier, attributes))
        } else {
            for vector in vectors {
                if format == .fvecs { try file.write(littleEndianBytes(Int32(dimension))) }
                try file.write(floats: vector)
            }
        }
        count += vectors.count
    }

    /// Gives the file its name and closes the writer.
    ///
    /// - Throws: `empty` when there is no row; `cannotWrite`; `writerClosed`. Nothing is left then.
    public func finish() throws(VectorFileError) {
        guard count > 0 else {
            file.discard()
            throw .empty(path: path)
        }
        let header = header(count: count)
        if !header.isEmpty { try file.overwriteStart(header) }
        try file.commit()
    }

    private func header(count: Int) -> [UInt8] {
        switch format {
        case .fbin: littleEndianBytes(UInt32(clamping: count)) + littleEndianBytes(UInt32(clamping: dimension))
        case .npy: NumpyHeader.encode(count: count, columns: dimension, type: "<f4")
        default: []
        }
    }

    private func line(
        _ vectors: [[Float]], _ identifier: [UInt8]?, _ attributes: Attributes?
    ) throws(VectorFileError) -> [UInt8] {
        var line = Array("{".utf8)
        if let identifier {
            line += #""id": "#.utf8
            JSONText.append(identifier: identifier, to: &line)
            line += ", ".utf8
        }
        line += (vectors.count == 1 ? #""vector": "# : #""vectors": ["#).utf8
        for (place, vector) in vectors.enumerated() {
            line += (place > 0 ? ", [" : "[").utf8
            for (column, value) in vector.enumerated() {
                if column > 0 { line += ", ".utf8 }
                guard JSONText.append(value, to: &line) else { throw .notFinite(path: path, row: count + place) }
            }
            line += "]".utf8
        }
        if vectors.count != 1 { line += "]".utf8 }
        if let attributes {
            line += #", "attributes": "#.utf8
            // Ends of lines are blanks there: in a string they would be escaped.
            line += attributes.utf8.lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        }
        line += "}\n".utf8
        return line
    }
}
