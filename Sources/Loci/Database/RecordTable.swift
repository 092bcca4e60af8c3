// Loci, Apache License 2.0.

import LociStorage

/// A named table of a program's own records, bytes under bytes, in the database of its vectors and in their transactions: what
/// would otherwise take a second store, which a crash leaves behind or ahead of the first.
///
/// ```swift
/// try database.write { transaction in
///     try transaction.collection("photos").upsert("cat.jpg", vector)
///     try transaction.recordTable("albums").set(Array("cats".utf8), for: Array("cat.jpg".utf8))
/// }
/// ```
///
/// Keys are of 1 to 480 bytes and in the order of their bytes, values of up to 4 GiB, with a checksum each. A value of this type
/// sees what the database has when it is used, or, if it is of a ``DatabaseView``, what that had. Any number of threads may use it.
public struct RecordTable: Sendable {
    /// The name.
    public let name: String
    private let database: Database
    /// The moment that is seen, with the table's number then; `nil` for the last commit.
    private let moment: (view: DatabaseView, number: UInt32)?

    init(name: String, database: Database, moment: (view: DatabaseView, number: UInt32)? = nil) {
        self.name = name
        self.database = database
        self.moment = moment
    }

    /// The longest key, in bytes.
    public static let maximumKeyBytes = Key.maximumIdentifierBytes

    private func withTransaction<Result>(_ body: (borrowing ReadTransaction, UInt32) throws -> Result) throws -> Result
    {
        try LociError.mapped {
            if let moment { return try moment.view.withTransaction { try body($0, moment.number) } }
            return try database.environment.read { try body($0, try RecordCatalogue.existing(name, in: $0)) }
        }
    }

    /// A copy of the value of a key, or `nil` if there is none.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n + bytes).
    public func value(for key: [UInt8]) throws -> [UInt8]? {
        try withValue(for: key) { bytes in bytes.withUnsafeBytes { [UInt8]($0) } }
    }

    /// Runs `body` with the value of a key where it lies in the file's map, or returns `nil` if there is none.
    /// - Parameters:
    ///   - key: 1 to 480 bytes.
    ///   - isVerified: Whether the checksum is compared, which reads all of the value.
    ///   - body: Must not use the view that the table is of.
    /// - Throws: `LociError.corrupt` for a value with a wrong checksum; what `body` throws.
    /// - Complexity: O(log n), and O(bytes) where the checksum is compared.
    public func withValue<Result>(
        for key: [UInt8], isVerified: Bool = true, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        try withTransaction { transaction, number in
            try transaction.withRecord(of: Key(collection: number, identifier: key), isVerified: isVerified, body)
        }
    }

    /// Runs `body` with the value of each of some keys, in their order; those that there are not are passed over.
    ///
    /// Of keys that rise, it costs a fraction of as many calls of ``withValue(for:isVerified:_:)``.
    /// - Parameters:
    ///   - keys: 1 to 480 bytes each.
    ///   - isVerified: Whether checksums are compared, which reads all of the values.
    ///   - body: Gets the place of a key among `keys`, and its value where it lies. Must not use the view that the table is of.
    /// - Throws: `LociError.corrupt` for a value with a wrong checksum; what `body` throws.
    /// - Complexity: O(keys · log n), and O(bytes) where checksums are compared.
    public func forEachValue(
        for keys: [[UInt8]], isVerified: Bool = true, _ body: (_ place: Int, _ value: RawSpan) throws -> Void
    ) throws {
        try withTransaction { transaction, number in
            let keys = try keys.map { try Key(collection: number, identifier: $0) }
            try transaction.forEachRecord(of: keys, isVerified: isVerified, body)
        }
    }

    /// Runs `body` with all records whose keys begin with some bytes, in the order of their keys, until it returns false.
    /// - Parameters:
    ///   - prefix: What the keys begin with; nothing for all.
    ///   - start: The key to begin at, or where it would be; `nil` for the first.
    ///   - body: Gets a key, and its value where it lies. Must not use the view that the table is of.
    /// - Throws: `LociError.corrupt` for a value with a wrong checksum; what `body` throws.
    /// - Complexity: O(log n + bytes of what is given).
    public func forEach(
        prefix: [UInt8] = [], from start: [UInt8]? = nil, _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool
    ) throws {
        try withTransaction { transaction, number in
            try transaction.forEachRecord(in: number, prefix: prefix, from: start, body)
        }
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// The records of a table whose keys begin with some bytes.
    func forEachRecord(
        in number: UInt32, prefix: [UInt8], from start: [UInt8]?,
        _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool
    ) throws {
        let all = Key(collection: number)
        let prefix = try prefix.isEmpty ? all : Key(collection: number, identifier: prefix)
        var first = prefix
        if let start, !start.isEmpty {
            let key = try Key(collection: number, identifier: start)
            if Key.isOrdered(prefix, key) { first = key }
        }
        try forEachRecord(prefix: prefix, from: first) { key, value in
            try body(key.extracting(droppingFirst: 4).withUnsafeBytes { [UInt8]($0) }, value)
        }
    }
}

extension Key {
    fileprivate static func isOrdered(_ left: Key, _ right: Key) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { left.lexicographicallyPrecedes($0) } }
    }
}

extension Database {
    /// The names of all tables of records, in the order of their bytes.
    /// - Throws: `LociError`.
    public func recordTableNames() throws -> [String] {
        try LociError.mapped { try environment.read { try RecordCatalogue.all(in: $0).map(\.name) } }
    }

    /// A table of records that exists.
    /// - Throws: `LociError.recordTableNotFound`.
    public func recordTable(_ name: String) throws -> RecordTable {
        try LociError.mapped { try environment.read { _ = try RecordCatalogue.existing(name, in: $0) } }
        return RecordTable(name: name, database: self)
    }
}

extension DatabaseView {
    /// The names of all tables of records at this moment, in the order of their bytes.
    /// - Throws: `LociError`.
    public func recordTableNames() throws -> [String] {
        try LociError.mapped { try withTransaction { try RecordCatalogue.all(in: $0).map(\.name) } }
    }

    /// A table of records that exists at this moment, until the view ends.
    /// - Throws: `LociError.recordTableNotFound`.
    public func recordTable(_ name: String) throws -> RecordTable {
        let number = try LociError.mapped { try withTransaction { try RecordCatalogue.existing(name, in: $0) } }
        return RecordTable(name: name, database: database, moment: (self, number))
    }
}
