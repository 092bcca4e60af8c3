// Loci, Apache License 2.0.

import LociStorage

/// A ``RecordTable`` within a write transaction: it sees the transaction's changes.
///
/// It is for the thread of the transaction, and ends with it.
public struct WritableRecordTable {
    /// The name.
    public let name: String
    private let number: UInt32
    private let transaction: DatabaseTransaction

    init(name: String, number: UInt32, transaction: DatabaseTransaction) {
        self.name = name
        self.number = number
        self.transaction = transaction
    }

    /// Stores a value under a key, in place of an older one.
    /// - Parameters:
    ///   - value: Up to 4 GiB.
    ///   - key: 1 to 480 bytes.
    /// - Throws: `LociError.limit` for a key or a value of another length.
    /// - Complexity: O(log n + bytes).
    public func set(_ value: [UInt8], for key: [UInt8]) throws {
        try set(value.span.bytes, for: key)
    }

    /// The same with bytes that lie anywhere but in this database.
    public func set(_ value: RawSpan, for key: [UInt8]) throws {
        try LociError.mapped {
            try transaction.opened().putRecord(value, for: Key(collection: number, identifier: key))
        }
    }

    /// Removes a key and its value.
    /// - Returns: Whether there was one.
    /// - Throws: `LociError.limit` for a key of another length than 1 to 480 bytes.
    /// - Complexity: O(log n).
    @discardableResult
    public func remove(_ key: [UInt8]) throws -> Bool {
        try LociError.mapped {
            try transaction.opened().deleteRecord(Key(collection: number, identifier: key))
        }
    }

    /// Removes all keys that begin with some bytes.
    /// - Returns: How many there were.
    /// - Complexity: O(log n) for each.
    @discardableResult
    public func removeAll(prefix: [UInt8]) throws -> Int {
        try LociError.mapped {
            let key = try prefix.isEmpty ? Key(collection: number) : Key(collection: number, identifier: prefix)
            return try transaction.opened().delete(prefix: key, in: .records, limit: .max)
        }
    }

    /// A copy of the value of a key, or `nil` if there is none.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n + bytes).
    public func value(for key: [UInt8]) throws -> [UInt8]? {
        try withValue(for: key) { bytes in bytes.withUnsafeBytes { [UInt8]($0) } }
    }

    /// Runs `body` with the value of a key where it lies, or returns `nil` if there is none.
    /// - Parameters:
    ///   - key: Any bytes.
    ///   - body: Must not change the database: that may move the value.
    /// - Throws: `LociError.corrupt` for a value with a wrong checksum; what `body` throws.
    /// - Complexity: O(log n + bytes).
    public func withValue<Result>(for key: [UInt8], _ body: (RawSpan) throws -> Result) throws -> Result? {
        try LociError.mapped {
            try transaction.opened().withRecord(of: Key(collection: number, identifier: key), body)
        }
    }

    /// Runs `body` with all records whose keys begin with some bytes, in the order of their keys, until it returns false.
    /// - Parameters:
    ///   - prefix: What the keys begin with; nothing for all.
    ///   - start: The key to begin at, or where it would be; `nil` for the first.
    ///   - body: Must not change the database.
    /// - Throws: `LociError.corrupt` for a value with a wrong checksum; what `body` throws.
    /// - Complexity: O(log n + bytes of what is given).
    public func forEach(
        prefix: [UInt8] = [], from start: [UInt8]? = nil, _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool
    ) throws {
        try LociError.mapped {
            try transaction.opened().forEachRecord(in: number, prefix: prefix, from: start, body)
        }
    }
}

extension DatabaseTransaction {
    /// The names of all tables of records, in the order of their bytes.
    /// - Throws: `LociError`.
    public func recordTableNames() throws -> [String] {
        try LociError.mapped { try RecordCatalogue.all(in: opened()).map(\.name) }
    }

    /// A table of records that exists, to be changed.
    /// - Throws: `LociError.recordTableNotFound`.
    public func recordTable(_ name: String) throws -> WritableRecordTable {
        try LociError.mapped {
            let number = try RecordCatalogue.existing(name, in: opened())
            return WritableRecordTable(name: name, number: number, transaction: self)
        }
    }

    /// Creates an empty table of records.
    /// - Parameter name: From 1 to 255 bytes, without control characters. A collection may have the same.
    /// - Throws: `LociError.recordTableExists` or `.collectionName`.
    @discardableResult
    public func createRecordTable(_ name: String) throws -> WritableRecordTable {
        try LociError.mapped {
            let number = try RecordCatalogue.create(name, in: opened())
            return WritableRecordTable(name: name, number: number, transaction: self)
        }
    }

    /// Drops a table of records. Its pages are freed after the commit.
    /// - Throws: `LociError.recordTableNotFound`.
    public func dropRecordTable(_ name: String) throws {
        try LociError.mapped {
            let transaction = try opened()
            let number = try RecordCatalogue.existing(name, in: transaction)
            try RecordCatalogue.remove(name, number: number, in: transaction)
            noteDropped(number)
        }
    }
}
