// Loci, Apache License 2.0.

/// A text file of identifiers, one a line, in the order of the rows of a vector file.
///
/// An identifier is any bytes but LF, 1 to `VectorFileLimits.identifierBytes` of them. Lines end with LF or CRLF;
/// the last may do without.
public enum IdentifierFile {
    /// Reads the identifiers of a file.
    ///
    /// - Throws: `emptyIdentifier`, `identifierTooLong` and `duplicateIdentifier` with the number of the line; what the
    ///   system refuses, as `VectorFile.open` does.
    /// - Complexity: O(n) in the size of the file.
    public static func read(_ path: String) throws(VectorFileError) -> [[UInt8]] {
        let file = try MappedFile(path: path)
        var table = IdentifierTable(path: path)
        try file.forEachLine { line, bytes throws(VectorFileError) in
            try table.append([UInt8](bytes), line: line)
        }
        return table.identifiers
    }
}
