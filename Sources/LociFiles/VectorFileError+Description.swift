// Loci, Apache License 2.0.

extension VectorFileError: CustomStringConvertible {
    /// One line: the file, what is wrong, what to do.
    public var description: String {
        switch self {
        case .missing(let path):
            "\(shown(path)): there is no such file; check the path"
        case .isDirectory(let path):
            "\(shown(path)): this is a directory; give the path of a file in it"
        case .notRegularFile(let path):
            "\(shown(path)): this is not a regular file; give the path of a file on disk"
        case .cannotRead(let path, let reason):
            "\(shown(path)): cannot be read: \(shown(reason)); check the path and its permissions"
        case .empty(let path):
            "\(shown(path)): the file holds no rows; give a file with at least one"
        case .truncated(let path, let expected, let found):
            "\(shown(path)): the file is cut short: \(expected) bytes are promised, \(found) are there; "
                + "fetch or write it again"
        case .trailingBytes(let path, let expected, let found):
            "\(shown(path)): the file goes on after its last row: \(expected) bytes are promised, \(found) are there; "
                + "check its format and fetch or write it again"
        case .badHeader(let path, let reason):
            "\(shown(path)): the header is not understood: \(shown(reason)); check that the format is as the name says"
        case .sizeOverflow(let path):
            "\(shown(path)): the sizes in the header are too large for this machine; check that the format is right"
        case .dimensionDiffers(let path, let row, let expected, let found):
            "\(shown(path)): row \(row) has dimension \(found), the rows before it \(expected); "
                + "give every row the same dimension"
        case .dimensionOutOfRange(let path, let dimension, let limit):
            "\(shown(path)): the dimension \(dimension) is not in 1 ... \(limit); check that the format is right"
        case .unknownExtension(let path):
            "\(shown(path)): the name does not tell the format; name the format, or use one of the extensions "
                + ".fvecs .bvecs .ivecs .fbin .u8bin .ibin .npy .jsonl .idx .gz"
        case .unsupportedType(let path, let type, let remedy):
            "\(shown(path)): elements of type \(shown(type)) are not read here; \(remedy)"
        case .unsupportedLayout(let path, let layout, let remedy):
            "\(shown(path)): \(shown(layout)) is not read; \(remedy)"
        case .badGzip(let path, let reason):
            "\(shown(path)): the gzip data is damaged: \(shown(reason)); fetch the file again"
        case .inflatesPastHeader(let path, let expected):
            "\(shown(path)): the gzip data inflates past the \(expected) bytes that its IDX header promises; "
                + "fetch the file again"
        case .badJSON(let path, let line, let reason):
            "\(shown(path)): line \(line): \(shown(reason)); write each line as {\"id\": \"...\", \"vector\": [...]}"
        case .lineTooLong(let path, let line, let limit):
            "\(shown(path)): line \(line) is longer than the limit of \(limit) bytes; leave out what is not needed, and "
                + "write each object on a line of its own"
        case .rowOutOfRange(let path, let row, let count):
            "\(shown(path)): there is no row \(row); rows are 0 ..< \(count)"
        case .bufferTooSmall(let path, let needed, let given):
            "\(shown(path)): a row has \(needed) values, the buffer holds \(given); give a larger buffer"
        case .integerOutOfRange(let path, let row, let column, let value):
            "\(shown(path)): row \(row), column \(column): \(shown(value)) does not fit 32 bits; "
                + "use numbers up to \(Int32.max)"
        case .emptyIdentifier(let path, let line):
            "\(shown(path)): line \(line): the identifier is empty; give every row one"
        case .identifierTooLong(let path, let line, let length, let limit):
            "\(shown(path)): line \(line): the identifier has \(length) bytes, the limit is \(limit); shorten it"
        case .duplicateIdentifier(let path, let identifier, let firstLine, let secondLine):
            "\(shown(path)): line \(secondLine): the identifier \"\(shown(identifier))\" is on line \(firstLine) already; "
                + "make identifiers unique"
        case .cannotWrite(let path, let reason):
            "\(shown(path)): cannot be written: \(shown(reason)); "
                + "check the path, its permissions and the space on the disk"
        case .notWritable(let path, let format, let writable):
            "\(shown(path)): the format \(format.rawValue) is not written here; use one of "
                + writable.map { ".\($0.rawValue)" }.joined(separator: " ")
        case .identifiersNotHeld(let path, let format):
            "\(shown(path)): the format \(format.rawValue) has no place for identifiers; write .jsonl, or give none"
        case .notFinite(let path, let row):
            "\(shown(path)): row \(row) holds a number that is not finite, which JSON cannot say; "
                + "write another format, or leave the row out"
        case .writerClosed(let path):
            "\(shown(path)): the writer has finished or failed; open another to write more"
        case .shapeMismatch(let count, let columns, let values):
            "\(values) values are not \(count) rows of \(columns) columns; give one value for each place"
        case .badSetting(let name, let value, let allowed):
            "\(name) is \(value); it must be \(allowed)"
        }
    }
}

/// Text from outside, on one line: control characters are escaped, and what is very long is cut.
func shown(_ text: String) -> String {
    let limit = 4_096
    var line = ""
    for (position, scalar) in text.unicodeScalars.enumerated() {
        if position == limit {
            line += "..."
            break
        }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format:
            line += scalar.escaped(asASCII: true)
        default:
            line.unicodeScalars.append(scalar)
        }
    }
    return line
}
