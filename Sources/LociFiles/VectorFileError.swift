// Loci, Apache License 2.0.

/// What can be wrong with a vector file, or with reading or writing one.
///
/// The description is one line that names the file, what is wrong, and what to do about it.
public enum VectorFileError: Error, Equatable, Sendable {
    /// There is no file at the path.
    case missing(path: String)
    /// The path names a directory.
    case isDirectory(path: String)
    /// The path names a pipe, a device or a socket, which can be neither mapped nor replaced.
    case notRegularFile(path: String)
    /// The system refused to open or map the file.
    case cannotRead(path: String, reason: String)
    /// The file holds no byte, or its header promises no row.
    case empty(path: String)
    /// The file ends before what its header promises; sizes in bytes.
    case truncated(path: String, expected: Int, found: Int)
    /// The file goes on after what its header promises; sizes in bytes.
    case trailingBytes(path: String, expected: Int, found: Int)
    /// The header cannot be understood.
    case badHeader(path: String, reason: String)
    /// The sizes in the header multiply to more than this machine can address.
    case sizeOverflow(path: String)
    /// A row has another dimension than the rows before it.
    case dimensionDiffers(path: String, row: Int, expected: Int, found: Int)
    /// The dimension is zero, negative, or above the limit.
    case dimensionOutOfRange(path: String, dimension: Int, limit: Int)
    /// The name of the file does not tell its format.
    case unknownExtension(path: String)
    /// The elements are of a type that is not read.
    case unsupportedType(path: String, type: String, remedy: String)
    /// The array is laid out in a way that is not read.
    case unsupportedLayout(path: String, layout: String, remedy: String)
    /// The gzip stream is damaged.
    case badGzip(path: String, reason: String)
    /// The gzip stream inflates to more bytes than its IDX header promises.
    case inflatesPastHeader(path: String, expected: Int)
    /// A line is not the JSON object that is asked for; lines count from 1.
    case badJSON(path: String, line: Int, reason: String)
    /// A line of a stream is longer than the limit, in bytes; lines count from 1.
    case lineTooLong(path: String, line: Int, limit: Int)
    /// The row is not in the file; rows count from 0.
    case rowOutOfRange(path: String, row: Int, count: Int)
    /// The buffer given for a row is smaller than the dimension.
    case bufferTooSmall(path: String, needed: Int, given: Int)
    /// An integer does not fit 32 bits.
    case integerOutOfRange(path: String, row: Int, column: Int, value: String)
    /// The identifier on a line has no byte.
    case emptyIdentifier(path: String, line: Int)
    /// The identifier on a line is longer than the limit; lengths in bytes.
    case identifierTooLong(path: String, line: Int, length: Int, limit: Int)
    /// Two lines have the same identifier.
    case duplicateIdentifier(path: String, identifier: String, firstLine: Int, secondLine: Int)
    /// The system refused to create, write or rename the file.
    case cannotWrite(path: String, reason: String)
    /// The format is read but not written.
    case notWritable(path: String, format: VectorFileFormat, writable: [VectorFileFormat])
    /// An identifier is given for a row of a format that has no place for it.
    case identifiersNotHeld(path: String, format: VectorFileFormat)
    /// JSON has no word for a number that is infinite or not a number.
    case notFinite(path: String, row: Int)
    /// The writer has finished, or failed, and takes no more rows.
    case writerClosed(path: String)
    /// The number of values is not the product of rows and columns.
    case shapeMismatch(count: Int, columns: Int, values: Int)
    /// A setting of a generator is out of its range.
    case badSetting(name: String, value: Int, allowed: String)
}
