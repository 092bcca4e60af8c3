// Loci, Apache License 2.0.

import CLMDB

/// A position in the ordered keys of a table, within one transaction.
///
/// It can not outlive the call of ``StorageTransaction/withCursor(over:_:)`` that made it.
package struct Cursor: ~Copyable {
    /// Nil over a table that the commit does not have, which is as one without keys.
    private let handle: OpaquePointer?
    private let context: TransactionContext
    private let table: Table

    init(context: TransactionContext, table: Table) throws(StorageError) {
        var handle: OpaquePointer?
        if context.has(table) {
            let code = mdb_cursor_open(context.handle, context.environment.handle(of: table), &handle)
            if code != 0 { throw context.failure(code, "opening a cursor over table \(table)") }
        }
        self.handle = handle
        self.context = context
        self.table = table
    }

    deinit {
        if let handle { mdb_cursor_close(handle) }
    }

    /// Moves to the first key that is not before `key`.
    ///
    /// - Returns: false if there is none.
    package func seek(_ key: Key) throws(StorageError) -> Bool {
        try unsafeSeek(key) != nil
    }

    /// Moves to the first key of the table.
    ///
    /// - Returns: false if the table is empty.
    package func first() throws(StorageError) -> Bool {
        try move(MDB_FIRST) != nil
    }

    /// Moves to the last key of the table.
    ///
    /// - Returns: false if the table is empty.
    package func last() throws(StorageError) -> Bool {
        try move(MDB_LAST) != nil
    }

    /// Moves to the next key, or to the first one if the cursor is nowhere yet.
    ///
    /// - Returns: false after the last key.
    package func next() throws(StorageError) -> Bool {
        try move(MDB_NEXT) != nil
    }

    /// Moves to the key before, or to the last one if the cursor is nowhere yet.
    ///
    /// - Returns: false before the first key.
    package func previous() throws(StorageError) -> Bool {
        try move(MDB_PREV) != nil
    }

    /// Runs `body` with the key and the value at the position, or returns nil if the cursor is nowhere.
    ///
    /// The spans are valid during the call, and `body` must not change the database.
    package func withCurrent<Result>(_ body: (_ key: RawSpan, _ value: RawSpan) throws -> Result) throws -> Result? {
        // Asked of LMDB each time: a change of the database since the last move may have moved the value.
        guard let entry = try unsafeCurrent() else { return nil }
        return try body(entry.key.bytes, entry.value.bytes)
    }

    /// Runs `body` with the value of a key, or returns nil if there is none.
    ///
    /// Of keys that rise, most lie on the page of the one before, and are found without going down the tree again.
    ///
    /// - Parameter body: The span is valid during the call, which must not change the database.
    package func withValue<Result>(of key: Key, _ body: (RawSpan) throws -> Result) throws -> Result? {
        guard let value = try unsafeValue(of: key) else { return nil }
        return try body(value.bytes)
    }

    /// The value of a key, or nil if there is none.
    func unsafeValue(of key: Key) throws(StorageError) -> UnsafeRawBufferPointer? {
        try key.withUnsafeBytes { bytes throws(StorageError) in try move(MDB_SET, from: MDB_val(bytes))?.value }
    }

    /// Runs `body` with each key that starts with `prefix` and its value, until it returns false.
    ///
    /// The pointers are valid until the transaction ends; in a write transaction until its next change.
    func forEachUnsafe(
        prefix: Key, _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        var entry = try unsafeSeek(prefix)
        while let (key, value) = entry {
            let belongs = prefix.withUnsafeBytes { key.count >= $0.count && key.prefix($0.count).elementsEqual($0) }
            guard belongs, try body(key, value) else { return }
            entry = try move(MDB_NEXT)
        }
    }

    /// Deletes the key at the position; the next ``next()`` moves to the one that followed it.
    func deleteCurrent() throws(StorageError) {
        let code = mdb_cursor_del(handle, 0)
        if code != 0 { throw context.failure(code, "deleting from table \(table)") }
    }

    typealias Entry = (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    func unsafeSeek(_ key: Key) throws(StorageError) -> Entry? {
        try key.withUnsafeBytes { bytes throws(StorageError) in try move(MDB_SET_RANGE, from: MDB_val(bytes)) }
    }

    /// The key and the value at the position, or nil if the cursor is nowhere.
    func unsafeCurrent() throws(StorageError) -> Entry? {
        try move(MDB_GET_CURRENT)
    }

    private func move(_ operation: MDB_cursor_op, from start: MDB_val = MDB_val()) throws(StorageError) -> Entry? {
        guard let handle else { return nil }
        var key = start
        var value = MDB_val()
        let code = mdb_cursor_get(handle, &key, &value, operation)
        // EINVAL is LMDB's answer to "current" when the cursor is nowhere.
        if code == MDB_NOTFOUND || (code == 22 && operation == MDB_GET_CURRENT) { return nil }
        if code != 0 { throw context.failure(code, "moving a cursor over table \(table)") }
        return (key.buffer, value.buffer)
    }
}
