// Loci, Apache License 2.0.

public import LociAttributes
import LociStorage
public import LociWords

/// An index on a field of the attributes of a collection: filters that name the field find what matches by it, or, of texts, searches
/// find what has some words.
public struct FieldIndex: Sendable, Equatable {
    /// The most that a collection has.
    public static let limit = 64
    /// The most bytes of a path.
    public static let maximumPathBytes = FieldRecord.maximumPathBytes

    /// The field, as filters write it, without the point before it.
    public let path: String
    /// What the index is good for.
    public let kind: FieldKind
    /// How many vectors have the field.
    public let rows: Int
    /// What is known of the words; of the kind `text` alone.
    public let text: Text?

    init(path: String, kind: FieldKind, rows: Int, text: Text? = nil) {
        self.path = path
        self.kind = kind
        self.rows = rows
        self.text = text
    }

    /// The words of a field.
    public struct Text: Sendable, Equatable {
        /// What makes words the same.
        public let analysis: WordAnalysis
        /// How many vectors have words in the field.
        public let documents: Int
        /// How many words these are together.
        public let words: Int
    }
}

extension FieldIndex {
    /// What a path leads along, and how records name it.
    /// - Throws: `LociError.fieldPath`.
    static func path(_ text: String) throws(LociError) -> (path: FilterPath, bytes: [UInt8]) {
        let path: FilterPath
        do throws(AttributesError) {
            path = try FilterPath(parsing: text)
        } catch {
            throw .fieldPath(text, reason: String("\(error)".prefix { $0 != "\n" }))
        }
        let bytes = Array(path.text.utf8)
        guard bytes.count <= maximumPathBytes else {
            throw .fieldPath(
                String(text.prefix(32)) + "…",
                reason: "it has \(bytes.count) bytes, and \(maximumPathBytes) is the limit")
        }
        return (path, bytes)
    }
}

extension Collection {
    /// The indexes on fields of the attributes, in the order of their paths.
    /// - Throws: `LociError`.
    public var indexes: [FieldIndex] {
        get throws {
            try withTransaction { transaction in
                let number = try Catalogue.existing(name, in: transaction)
                return try transaction.indexedFields(of: number).map(\.index)
            }
        }
    }

    /// Makes an index on a field, in a transaction of its own; see `WritableCollection.createIndex`.
    public func createIndex(_ path: String, _ kind: FieldKind) throws {
        try requireWritable()
        try database.write { try $0.collection(name).createIndex(path, kind) }
    }

    /// Makes an index on the words of a field, in a transaction of its own; see `WritableCollection.createIndex`.
    public func createIndex(_ path: String, words analysis: WordAnalysis) throws {
        try requireWritable()
        try database.write { try $0.collection(name).createIndex(path, words: analysis) }
    }

    /// Drops the index on a field, in a transaction of its own; see `WritableCollection.dropIndex`.
    public func dropIndex(_ path: String) throws {
        try requireWritable()
        try database.write { try $0.collection(name).dropIndex(path) }
    }
}

extension WritableCollection {
    /// The indexes on fields of the attributes, in the order of their paths, as this transaction has changed them.
    ///
    /// Vectors that wait to be coded are not counted yet.
    /// - Throws: `LociError`.
    public var indexes: [FieldIndex] {
        get throws {
            try LociError.mapped {
                _ = try transaction.opened()
                return try edit.indexes().fields.map(\.index)
            }
        }
    }

    /// Makes an index on a field, of all attributes that there are and that will come.
    ///
    /// An index changes no answer. It finds what matches a filter without reading the attributes, as far as the filter compares the
    /// field with constants; see `docs/filters.md`. Of the kind `text` it finds what has some words, which are made without a language.
    /// - Parameters:
    ///   - path: The field, as filters write it; the point before it may be left out.
    ///   - kind: What will be asked of it.
    /// - Throws: `LociError.fieldPath`, `.indexExists`, `.tooManyIndexes`.
    /// - Complexity: O(bytes of all attributes).
    public func createIndex(_ path: String, _ kind: FieldKind) throws {
        try createIndex(path, kind, nil)
    }

    /// Makes an index on the words of a field, of all attributes that there are and that will come.
    ///
    /// ```swift
    /// try collection.createIndex("gloss", words: WordAnalysis(language: .english))
    /// ```
    ///
    /// A document is a string, or all strings of an array; see `docs/words.md`.
    /// - Parameters:
    ///   - path: The field, as filters write it; the point before it may be left out.
    ///   - analysis: What makes words the same.
    /// - Throws: `LociError.fieldPath`, `.indexExists`, `.tooManyIndexes`; `WordsError.stemmingNotBuilt`, `.languageNotInstalled`.
    /// - Complexity: O(bytes of all attributes).
    public func createIndex(_ path: String, words analysis: WordAnalysis) throws {
        try createIndex(path, .text, analysis)
    }

    private func createIndex(_ path: String, _ kind: FieldKind, _ analysis: WordAnalysis?) throws {
        try LociError.mapped {
            _ = try transaction.opened()
            let field = try FieldIndex.path(path)
            // A language that this build does not have is refused before anything is changed.
            if let analysis { _ = try WordAnalyser(analysis) }
            let fields = try edit.indexes().fields
            if let field = fields.first(where: { $0.record.path == field.bytes }) {
                throw LociError.indexExists(name: name, path: field.path.text, kind: field.kind)
            }
            guard fields.count < FieldIndex.limit else {
                throw LociError.tooManyIndexes(name: name, limit: FieldIndex.limit)
            }
            try edit.createIndex(FieldIndexDefinition(path: field.bytes, kind: kind, analysis: analysis))
        }
    }

    /// Drops the index on a field.
    /// - Parameter path: The field, as filters write it; the point before it may be left out.
    /// - Throws: `LociError.fieldPath`, `.indexNotFound`.
    /// - Complexity: O(entries of the index).
    public func dropIndex(_ path: String) throws {
        try LociError.mapped {
            _ = try transaction.opened()
            let field = try FieldIndex.path(path)
            let fields = try edit.indexes().fields
            guard fields.contains(where: { $0.record.path == field.bytes }) else {
                throw LociError.indexNotFound(
                    name: name, path: field.path.text, existing: fields.map(\.path.text))
            }
            try edit.dropIndex(field.bytes)
        }
    }
}
