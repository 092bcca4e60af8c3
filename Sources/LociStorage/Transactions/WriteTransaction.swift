// Loci, Apache License 2.0.

import CLMDB

/// Changes that become visible all at once, when the body of ``Environment/write(isSynced:_:abandoned:committed:)`` returns.
///
/// An error of a change leaves the transaction unusable: let it travel out of the body.
package struct WriteTransaction: StorageTransaction, ~Copyable {
    package let context: TransactionContext

    init(handle: OpaquePointer, environment: Environment, state: WriteState) {
        context = TransactionContext(handle: handle, environment: environment, writing: state)
    }

    private init(context: TransactionContext) {
        self.context = context
    }

    /// The same transaction once more, for an object that needs it for longer than a call.
    ///
    /// It is the caller's duty that nobody uses it after the body of ``Environment/write(isSynced:_:abandoned:committed:)`` has returned, nor from
    /// another thread than the body's.
    package func unsafelyKept() -> WriteTransaction {
        WriteTransaction(context: context)
    }

    /// The longest value, in bytes.
    package static let maximumValueBytes = Int(UInt32.max)

    /// Stores `value` under `key`, in place of an older value.
    ///
    /// - Throws: ``StorageError/valueLength(bytes:limit:)``, or an error that aborts the transaction.
    package func put(_ value: [UInt8], for key: Key, in table: Table) throws(StorageError) {
        try put(value.span.bytes, for: key, in: table)
    }

    /// Stores `value` under `key`, in place of an older value; `value` must not lie in this database.
    package func put(_ value: RawSpan, for key: Key, in table: Table) throws(StorageError) {
        try value.withUnsafeBytes { bytes throws(StorageError) in
            _ = try put(MDB_val(bytes), for: key, in: table, flags: 0)
        }
    }

    /// Stores `value` under `key`, which comes after every key of the table: the pages before it are then left full, where
    /// other insertions leave them half full. A key that does not come last is stored as any other.
    package func append(_ value: [UInt8], for key: Key, in table: Table) throws(StorageError) {
        let stored = try value.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
            try key.withUnsafeBytes { keyBytes throws(StorageError) -> Bool in
                var keyValue = MDB_val(keyBytes)
                var result = MDB_val(bytes)
                let dbi = context.environment.handle(of: table)
                let code = mdb_put(context.handle, dbi, &keyValue, &result, UInt32(MDB_APPEND))
                if code == MDB_KEYEXIST { return false }
                if code != 0 { throw context.failure(code, "writing to table \(table)", keyBytes: keyBytes.count) }
                return true
            }
        }
        if !stored { try put(value, for: key, in: table) }
    }

    /// Stores a value of `count` bytes under `key` that `fill` writes in place.
    ///
    /// `fill` gets memory of any content and must write all of it; it must not change the database.
    package func put(
        byteCount count: Int, for key: Key, in table: Table, fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws {
        let value = try put(MDB_val(mv_size: count, mv_data: nil), for: key, in: table, flags: MDB_RESERVE)
        try fill(UnsafeMutableRawBufferPointer(start: value.mv_data, count: count))
    }

    private func put(
        _ value: MDB_val, for key: Key, in table: Table, flags: Int32
    ) throws(StorageError) -> MDB_val {
        guard value.mv_size <= WriteTransaction.maximumValueBytes else {
            throw .valueLength(bytes: value.mv_size, limit: WriteTransaction.maximumValueBytes)
        }
        let context = context
        return try key.withUnsafeBytes { bytes throws(StorageError) -> MDB_val in
            var keyValue = MDB_val(bytes)
            var result = value
            let dbi = context.environment.handle(of: table)
            let code = mdb_put(context.handle, dbi, &keyValue, &result, UInt32(flags))
            if code != 0 { throw context.failure(code, "writing to table \(table)", keyBytes: bytes.count) }
            return result
        }
    }

    /// Deletes `key` and its value.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func delete(_ key: Key, in table: Table) throws(StorageError) -> Bool {
        let context = context
        return try key.withUnsafeBytes { bytes throws(StorageError) -> Bool in
            var keyValue = MDB_val(bytes)
            let code = mdb_del(context.handle, context.environment.handle(of: table), &keyValue, nil)
            if code == MDB_NOTFOUND { return false }
            if code != 0 { throw context.failure(code, "deleting from table \(table)", keyBytes: bytes.count) }
            return true
        }
    }

    /// Deletes up to `limit` keys that start with `prefix`, from the first on.
    ///
    /// - Returns: how many were deleted: fewer than `limit` if none is left.
    package func delete(prefix: Key, in table: Table, limit: Int) throws(StorageError) -> Int {
        let cursor = try Cursor(context: context, table: table)
        var deleted = 0
        while deleted < limit, let entry = try cursor.unsafeSeek(prefix) {
            let belongs = prefix.withUnsafeBytes {
                entry.key.count >= $0.count && entry.key.prefix($0.count).elementsEqual($0)
            }
            guard belongs else { break }
            try cursor.deleteCurrent()
            deleted += 1
        }
        return deleted
    }
}
