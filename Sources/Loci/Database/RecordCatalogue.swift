// Loci, Apache License 2.0.

import LociStorage

/// Which tables of records a database has: names to numbers, which are of the same count as those of collections.
///
/// A name stands in the table `records` under the database's own number, with the number (u32) as the value.
enum RecordCatalogue {
    private static func key(_ name: String) throws(StorageError) -> Key {
        try Key(collection: Key.databaseNumber, identifier: Array(name.utf8))
    }

    /// The number of a table, if there is one of this name.
    static func number(
        of name: String, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> UInt32? {
        // A name that no table can have is no key either.
        guard !name.isEmpty, name.utf8.count <= Catalogue.maximumNameBytes else { return nil }
        return try transaction.withRecord(of: key(name)) { try number(in: $0, of: name) }
    }

    /// The number of a table that must be there.
    /// - Throws: `LociError.recordTableNotFound`.
    static func existing(_ name: String, in transaction: borrowing some StorageTransaction & ~Copyable) throws -> UInt32
    {
        guard let number = try number(of: name, in: transaction) else {
            throw LociError.recordTableNotFound(name: name, existing: try all(in: transaction).map(\.name))
        }
        return number
    }

    /// All tables, in the order of their names' bytes.
    static func all(
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> [(name: String, number: UInt32)] {
        var tables: [(name: String, number: UInt32)] = []
        let prefix = Key(collection: Key.databaseNumber)
        try transaction.forEachRecord(prefix: prefix, from: prefix) { key, value in
            let name = key.extracting(droppingFirst: 4).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            tables.append((name, try number(in: value, of: name)))
            return true
        }
        return tables
    }

    /// Makes a table, and gives its number.
    /// - Throws: `LociError.recordTableExists` or `.collectionName`.
    static func create(_ name: String, in transaction: borrowing WriteTransaction) throws -> UInt32 {
        try Catalogue.validate(name)
        guard try number(of: name, in: transaction) == nil else { throw LociError.recordTableExists(name: name) }
        let number = try transaction.allocateCollectionNumber()
        var value: [UInt8] = []
        value.appendLittleEndian(number)
        try transaction.putRecord(value.span.bytes, for: key(name))
        return number
    }

    /// Takes a name away, and leaves what was under its number to be dropped.
    static func remove(_ name: String, number: UInt32, in transaction: borrowing WriteTransaction) throws {
        _ = try transaction.deleteRecord(key(name))
        try transaction.markForDropping(collection: number)
    }

    private static func number(in value: RawSpan, of name: String) throws -> UInt32 {
        guard value.byteCount == 4 else {
            throw StorageError.corrupted(
                what: "its number has \(value.byteCount) bytes of 4", location: "the table of records \(name)")
        }
        return value.littleEndian(at: 0, as: UInt32.self)
    }
}
