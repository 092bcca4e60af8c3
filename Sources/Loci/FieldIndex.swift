// Loci, Apache License 2.0.

public import LociAttributes
import LociStorage

/// An index on a field of the attributes of a collection: filters that name the field find what matches by it.
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

/// A field with its record, as editors and filters use it.
struct IndexedField: Sendable {
    var record: FieldRecord
    let path: FilterPath
    let kind: FieldKind

    /// - Throws: `StorageError.corrupted` for what could not have been stored.
    init(_ record: FieldRecord) throws(StorageError) {
        let text = String(decoding: record.path, as: UTF8.self)
        func fault(_ what: String) -> StorageError { .corrupted(what: what, location: "table fields, \"\(text)\"") }
        guard let kind = FieldKind(code: record.kind) else {
            throw fault("an index of kind \(record.kind) is not known; open it with a later version of Loci")
        }
        guard let path = try? FilterPath(parsing: text), Array(path.text.utf8) == record.path else {
            throw fault("its path is none")
        }
        self.record = record
        self.kind = kind
        self.path = path
    }

    /// What users see of it.
    var index: FieldIndex { FieldIndex(path: path.text, kind: kind, rows: Int(record.rows)) }
}

extension StorageTransaction where Self: ~Copyable {
    /// The fields of a collection that have an index, in the order of their paths.
    func indexedFields(of collection: UInt32) throws -> [IndexedField] {
        try fields(of: collection).map { try IndexedField($0) }
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
    /// field with constants; see `docs/filters.md`.
    /// - Parameters:
    ///   - path: The field, as filters write it; the point before it may be left out.
    ///   - kind: What filters will ask of it.
    /// - Throws: `LociError.fieldPath`, `.indexExists`, `.tooManyIndexes`.
    /// - Complexity: O(bytes of all attributes).
    public func createIndex(_ path: String, _ kind: FieldKind) throws {
        try LociError.mapped {
            _ = try transaction.opened()
            let field = try FieldIndex.path(path)
            let fields = try edit.indexes().fields
            if let field = fields.first(where: { $0.record.path == field.bytes }) {
                throw LociError.indexExists(name: name, path: field.path.text, kind: field.kind)
            }
            guard fields.count < FieldIndex.limit else {
                throw LociError.tooManyIndexes(name: name, limit: FieldIndex.limit)
            }
            try edit.createIndex(field.bytes, kind)
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
