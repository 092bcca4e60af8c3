// Loci, Apache License 2.0.

import LociFiles

/// Files of a model that are read whole.
enum TextFileBytes {
    /// The most bytes of a file that is read whole; tokenizers of many languages have some 20 MB.
    static let maximumBytes = 100_000_000

    /// The bytes of a file.
    ///
    /// - Throws: `cannotRead`, `fileTooLarge`.
    static func read(_ path: String) throws(TextError) -> [UInt8] {
        let file = try map(path)
        guard file.size <= maximumBytes else {
            throw .fileTooLarge(path: path, bytes: file.size, limit: maximumBytes)
        }
        return file.withUnsafeBytes { Array($0) }
    }

    /// The file, mapped.
    ///
    /// - Throws: `cannotRead`.
    static func map(_ path: String) throws(TextError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch {
            throw .cannotRead(path: path, reason: reason(error))
        }
    }

    private static func reason(_ error: VectorFileError) -> String {
        switch error {
        case .missing: "there is no such file"
        case .isDirectory: "it is a folder"
        case .notRegularFile: "it is not a file of bytes"
        case .empty: "it is empty"
        case .cannotRead(_, let reason): reason
        default: "\(error)"
        }
    }
}
