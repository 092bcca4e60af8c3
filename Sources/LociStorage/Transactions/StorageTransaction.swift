// Loci, Apache License 2.0.

import CLMDB

/// What read and write transactions have in common: reading.
///
/// A read transaction sees the last commit before it began, for as long as it lasts. A write transaction sees its own
/// changes as well.
package protocol StorageTransaction: ~Copyable {
    /// The transaction as LMDB knows it.
    var context: TransactionContext { get }
}

/// An open transaction of LMDB, as the types of this module hand it on.
///
/// It is valid while the transaction that it comes from is.
package struct TransactionContext {
    let handle: OpaquePointer
    let environment: Environment
    /// Present in a write transaction.
    let writing: WriteState?

    /// Whether the commit has a table: older format versions lack some.
    func has(_ table: Table) -> Bool {
        !table.isAdded || environment.addedTables.has(table, at: mdb_txn_id(handle))
    }

    /// The error that `code` means, after noting a full map for the writer to act on.
    func failure(_ code: Int32, _ operation: String, keyBytes: Int = 0) -> StorageError {
        if code == MDB_MAP_FULL { writing?.mapWasFull = true }
        return environment.failure(code, operation, keyBytes: keyBytes)
    }
}

/// What a write transaction has to remember while it is only borrowed.
final class WriteState {
    var mapWasFull = false
}

extension StorageTransaction where Self: ~Copyable {
    /// The number of the transaction: that of the commit it reads, or of the commit it will become.
    package var transactionID: Int {
        mdb_txn_id(context.handle)
    }

    /// Where the value of `key` lies in the memory map, or nil if there is none.
    ///
    /// The pointer is valid until the transaction ends; in a write transaction only until its next change.
    ///
    /// - Complexity: O(log *n*) pages.
    package func unsafeValue(of key: Key, in table: Table) throws(StorageError) -> UnsafeRawBufferPointer? {
        let context = context
        guard context.has(table) else { return nil }
        return try key.withUnsafeBytes { bytes throws(StorageError) -> UnsafeRawBufferPointer? in
            var keyValue = MDB_val(bytes)
            var value = MDB_val()
            let code = mdb_get(context.handle, context.environment.handle(of: table), &keyValue, &value)
            if code == MDB_NOTFOUND { return nil }
            if code != 0 { throw context.failure(code, "reading from table \(table)", keyBytes: bytes.count) }
            return UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        }
    }

    /// Runs `body` with the value of `key`, without copying it, or returns nil if there is none.
    ///
    /// In a write transaction `body` must not change the database: that may move the value.
    package func withValue<Result>(
        of key: Key, in table: Table, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        guard let value = try unsafeValue(of: key, in: table) else { return nil }
        return try body(value.bytes)
    }

    /// A copy of the value of `key`, or nil if there is none.
    package func value(of key: Key, in table: Table) throws(StorageError) -> [UInt8]? {
        try unsafeValue(of: key, in: table).map { [UInt8]($0) }
    }

    /// Whether `table` has a value for `key`.
    package func contains(_ key: Key, in table: Table) throws(StorageError) -> Bool {
        try unsafeValue(of: key, in: table) != nil
    }

    /// The number of keys in `table`, of all collections.
    ///
    /// - Complexity: O(1).
    package func count(of table: Table) throws(StorageError) -> Int {
        guard context.has(table) else { return 0 }
        var statistics = MDB_stat()
        let code = mdb_stat(context.handle, context.environment.handle(of: table), &statistics)
        if code != 0 { throw context.failure(code, "counting table \(table)") }
        return statistics.ms_entries
    }

    /// Runs `body` with a cursor over `table`, which ends with the call.
    package func withCursor<Result>(
        over table: Table, _ body: (borrowing Cursor) throws -> Result
    ) throws -> Result {
        let cursor = try Cursor(context: context, table: table)
        return try body(cursor)
    }

    /// Runs `body` with every key that starts with `prefix` and its value, in the order of the keys, until it returns
    /// false.
    ///
    /// The spans are valid during one call of `body`, which must not change the database.
    package func forEach(
        in table: Table, prefix: Key, _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        let cursor = try Cursor(context: context, table: table)
        try cursor.forEachUnsafe(prefix: prefix) { key, value in try body(key.bytes, value.bytes) }
    }
}

extension MDB_val {
    /// The bytes as LMDB takes them; it does not write to them.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: mv_data, count: mv_size)
    }
}
