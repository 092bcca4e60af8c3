// Loci, Apache License 2.0.

import LociJSON

/// A reader of a model's files.
typealias ModelReader = JSONReader<TextError>

extension JSONReader where Failure == TextError {
    /// - Parameters:
    ///   - range: Where the text lies in the bytes; nil for all of them.
    ///   - path: The file, for messages.
    /// - Throws: `badJSON` for bytes that are not UTF-8.
    init(_ bytes: [UInt8], range: Range<Int>? = nil, path: String) throws(TextError) {
        var rules = JSONRules()
        rules.refusesLargeNumbers = true
        try self.init(bytes, range: range, rules: rules) { .badJSON(path: path, position: $0, reason: $1) }
    }

    /// Reads the bytes of a file.
    ///
    /// - Throws: `cannotRead`, `fileTooLarge`, `badJSON`.
    init(path: String) throws(TextError) {
        try self.init(TextFileBytes.read(path), path: path)
    }
}

extension JSONValue {
    /// Reads a file that is one value of JSON.
    ///
    /// - Throws: `cannotRead`, `fileTooLarge`, `badJSON`.
    static func read(_ path: String) throws(TextError) -> JSONValue {
        var reader = try ModelReader(path: path)
        return try reader.wholeValue()
    }

    /// The value of a key of an object; nil if there is none, or a null, which is how these files leave something out.
    subscript(given key: String) -> JSONValue? {
        guard let value = self[key], !value.isNull else { return nil }
        return value
    }
}
