// Loci, Apache License 2.0.

import LociStorage

/// Which collections a database has: names to numbers, and numbers to records.
///
/// Both stand in the table `collections`: a name under the database's own number, as an identifier's key with the
/// collection's number (u32) as the value; a record under the collection's number.
enum Catalogue {
    /// The most bytes of a collection's name.
    static let maximumNameBytes = 255

    /// - Throws: `LociError.collectionName` for a name that is empty, too long, or holds control characters.
    static func validate(_ name: String) throws(LociError) {
        if name.isEmpty { throw .collectionName(name: name, reason: "it is empty") }
        if name.utf8.count > maximumNameBytes {
            throw .collectionName(
                name: String(name.prefix(32)) + "…",
                reason: "it has \(name.utf8.count) bytes, and \(maximumNameBytes) is the limit")
        }
        if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            throw .collectionName(name: name.filter { $0.isASCII && $0 >= " " }, reason: "it holds control characters")
        }
    }

    private static func key(_ name: String) throws(StorageError) -> Key {
        try Key(collection: Key.databaseNumber, identifier: Array(name.utf8))
    }

    /// The number of a collection, if there is one of this name.
    static func number(
        of name: String, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> UInt32? {
        // A name that no collection can have is no key either.
        guard !name.isEmpty, name.utf8.count <= maximumNameBytes else { return nil }
        guard let value = try transaction.value(of: key(name), in: .collections) else { return nil }
        guard value.count == 4 else {
            throw StorageError.corrupted(
                what: "its number has \(value.count) bytes of 4", location: "collection \(name)")
        }
        return value.span.bytes.littleEndian(at: 0, as: UInt32.self)
    }

    /// The number of a collection that must be there.
    /// - Throws: `LociError.collectionNotFound`.
    static func existing(_ name: String, in transaction: borrowing some StorageTransaction & ~Copyable) throws -> UInt32
    {
        guard let number = try number(of: name, in: transaction) else {
            throw LociError.collectionNotFound(name: name, existing: try names(in: transaction))
        }
        return number
    }

    /// The record of a collection's number.
    static func record(
        number: UInt32, path: String, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> CollectionRecord {
        guard let value = try transaction.value(of: Key(collection: number), in: .collections) else {
            throw StorageError.corrupted(what: "it has a name but no record", location: "collection number \(number)")
        }
        return try CollectionRecord(decoding: value, path: path)
    }

    /// All names, in the order of their bytes.
    static func names(in transaction: borrowing some StorageTransaction & ~Copyable) throws -> [String] {
        var names: [String] = []
        try transaction.forEach(in: .collections, prefix: Key(collection: Key.databaseNumber)) { key, _ in
            names.append(key.extracting(droppingFirst: 4).withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
            return true
        }
        return names
    }

    /// Writes a collection's record, and lets its name lead to it.
    static func put(_ record: CollectionRecord, number: UInt32, in transaction: borrowing WriteTransaction) throws {
        try transaction.put(record.encoded, for: Key(collection: number), in: .collections)
        try link(name: record.name, to: number, in: transaction)
    }

    /// Lets a name lead to a number.
    static func link(name: String, to number: UInt32, in transaction: borrowing WriteTransaction) throws {
        var value: [UInt8] = []
        value.appendLittleEndian(number)
        try transaction.put(value, for: key(name), in: .collections)
    }

    /// Takes a name away, and leaves what it led to.
    static func unlink(name: String, in transaction: borrowing WriteTransaction) throws {
        try transaction.delete(key(name), in: .collections)
    }

    /// Takes a name away, and leaves what was under its number to be dropped.
    static func remove(name: String, number: UInt32, in transaction: borrowing WriteTransaction) throws {
        try unlink(name: name, in: transaction)
        try transaction.delete(Key(collection: number), in: .collections)
        try transaction.markForDropping(collection: number)
    }
}
