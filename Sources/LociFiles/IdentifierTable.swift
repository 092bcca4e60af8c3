// Loci, Apache License 2.0.

/// Collects identifiers and refuses those that a database could not hold.
struct IdentifierTable {
    private(set) var identifiers: [[UInt8]] = []

    private let path: String
    private var lines: [[UInt8]: Int] = [:]

    init(path: String) {
        self.path = path
    }

    /// Adds the identifier that stands on a line.
    ///
    /// - Throws: `emptyIdentifier`, `identifierTooLong`, `duplicateIdentifier`.
    mutating func append(_ identifier: [UInt8], line: Int) throws(VectorFileError) {
        try Self.checkLength(of: identifier, path: path, line: line)
        if let firstLine = lines.updateValue(line, forKey: identifier) {
            throw .duplicateIdentifier(
                path: path, identifier: String(decoding: identifier, as: UTF8.self), firstLine: firstLine,
                secondLine: line)
        }
        identifiers.append(identifier)
    }

    /// - Throws: `emptyIdentifier`, `identifierTooLong`.
    static func checkLength(of identifier: [UInt8], path: String, line: Int) throws(VectorFileError) {
        guard !identifier.isEmpty else { throw .emptyIdentifier(path: path, line: line) }
        guard identifier.count <= VectorFileLimits.identifierBytes else {
            throw .identifierTooLong(
                path: path, line: line, length: identifier.count, limit: VectorFileLimits.identifierBytes)
        }
    }
}
