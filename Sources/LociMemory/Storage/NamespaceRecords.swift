// Loci, Apache License 2.0.

import Loci

/// The table of records of a namespace within a transaction: made by the first record that is written, so that a namespace which is only
/// asked for leaves nothing.
final class NamespaceRecords {
    private let name: String
    private let transaction: DatabaseTransaction
    private var table: WritableRecordTable?

    init(_ name: String, in transaction: DatabaseTransaction) throws {
        (self.name, self.transaction) = (name, transaction)
        table = try transaction.existingRecordTable(name)
    }

    /// Whether there is a table.
    var isMade: Bool { table != nil }

    /// The table, which is made if there is none.
    func made() throws -> WritableRecordTable {
        if let table { return table }
        let made = try transaction.createRecordTable(name)
        table = made
        return made
    }

    func set(_ value: [UInt8], for key: [UInt8]) throws { try made().set(value, for: key) }

    @discardableResult
    func remove(_ key: [UInt8]) throws -> Bool { try table?.remove(key) ?? false }

    @discardableResult
    func removeAll(prefix: [UInt8]) throws -> Int { try table?.removeAll(prefix: prefix) ?? 0 }

    func value(for key: [UInt8]) throws -> [UInt8]? { try table?.value(for: key) }

    func withValue<Result>(for key: [UInt8], _ body: (RawSpan) throws -> Result) throws -> Result? {
        try table?.withValue(for: key, body)
    }

    func forEach(prefix: [UInt8], _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool) throws {
        try table?.forEach(prefix: prefix, body)
    }
}
