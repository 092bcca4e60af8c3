// Loci, Apache License 2.0.

import CLMDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Environment {
    /// Runs `body` with a view of the last commit.
    ///
    /// - Throws: ``StorageError/readersFull(limit:)``, or what `body` throws.
    package func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        let transaction = try ReadTransaction(environment: self)
        return try body(transaction)
    }

    /// A long-lived view of the last commit that threads may share.
    ///
    /// Calls without a commit between them get the same object while anyone holds it.
    ///
    /// - Throws: ``StorageError/readersFull(limit:)``.
    package func snapshot() throws(StorageError) -> Snapshot {
        if let latest = shared.current, try latest.isLatest { return latest }
        let snapshot = try Snapshot(environment: self)
        shared.current = snapshot
        return snapshot
    }

    /// Runs `body` with a write transaction, and commits when it returns.
    ///
    /// If `body` throws, nothing is changed. If the map is full, the transaction is given up, the map is doubled, and
    /// `body` runs again: it must have no effects outside the transaction before it returns. One writer runs at a time,
    /// in all processes; the others wait.
    ///
    /// - Parameters:
    ///   - isSynced: whether the commit, and all before it, are to be on the disk whatever the settings say.
    ///   - body: makes the changes.
    ///   - abandoned: called when a run of `body` came to nothing: it must let go of every snapshot, or the map could not
    ///     grow for the next.
    ///   - committed: called after the commit, before another thread of this process can write; other processes may.
    /// - Throws: ``StorageError/readOnly(path:)``, ``StorageError/nestedWrite``, ``StorageError/mapFull(limitBytes:)``,
    ///   ``StorageError/mapGrowthBlocked(active:waited:)``, ``StorageError/diskFull(path:)``, or what `body` throws. The
    ///   last commit is then intact.
    package func write<Result>(
        isSynced: Bool = false, _ body: (borrowing WriteTransaction) throws -> Result, abandoned: () -> Void = {},
        committed: (Result) -> Void = { _ in }
    ) throws -> Result {
        if isReadOnly { throw StorageError.readOnly(path: path) }
        try gate.beginWriting()
        defer { gate.endWriting() }
        while true {
            let mapBytes = try mapBytes
            var outcome: Outcome<Result>?
            do {
                outcome = try attempt(isSynced: isSynced, body)
            } catch {
                abandoned()
                throw error
            }
            if let result = outcome?.value {
                committed(result)
                return result
            }
            abandoned()
            try map.grow(from: mapBytes)
        }
    }

    /// A result that may be an optional itself.
    private struct Outcome<Value> {
        let value: Value
    }

    /// One run of a write; nil if the map was full.
    private func attempt<Result>(
        isSynced: Bool, _ body: (borrowing WriteTransaction) throws -> Result
    ) throws -> Outcome<Result>? {
        let handle = try beginWriting()
        defer { gate.leave() }
        let state = WriteState()
        let number = mdb_txn_id(handle)
        var unsyncedCommit: Int?
        defer { syncing.endWriting(commit: unsyncedCommit) }
        let isPeriodic: Bool
        let result: Result
        do {
            let transaction = WriteTransaction(handle: handle, environment: self, state: state)
            // Read under the lock of writers, so that all processes go by one mode. A new database has none yet.
            let interval = isSynced || !hasTables ? 0 : try transaction.settings().syncInterval
            try syncing.prepare(handle, interval: interval)
            isPeriodic = interval != 0
            result = try body(transaction)
        } catch {
            mdb_txn_abort(handle)
            // The body may have wrapped the error: the note counts, not the error.
            if state.mapWasFull { return nil }
            throw error
        }
        if state.mapWasFull {
            mdb_txn_abort(handle)
            return nil
        }
        let code = mdb_txn_commit(handle)
        switch code {
        case 0:
            if isPeriodic { unsyncedCommit = number }
            return Outcome(value: result)
        case MDB_MAP_FULL: return nil
        // LMDB says so after a write that was cut short, which is how a full disk shows itself at first.
        case EIO where FileSystem.isFull(at: path): throw StorageError.diskFull(path: path)
        default: throw failure(code, "committing")
        }
    }

    private func beginWriting() throws(StorageError) -> OpaquePointer {
        while true {
            _ = try gate.enter()
            var handle: OpaquePointer?
            let code = mdb_txn_begin(rawHandle, nil, 0, &handle)
            if code == 0, let handle { return handle }
            gate.leave()
            guard code == MDB_MAP_RESIZED else { throw failure(code, "beginning a write") }
            try map.fitToFile()
        }
    }

    /// Begins a read transaction, of a kept handle if there is one.
    ///
    /// - Returns: the transaction, to be ended by ``endReading(_:)``, and the generation of the map.
    func beginReading() throws(StorageError) -> (handle: OpaquePointer, generation: UInt64) {
        while true {
            let mayLackTables = hasTables && !addedTables.areOpen
            let (handle, generation) = try beginReadingOpened()
            guard mayLackTables, addedTables.mayHaveMore(in: mdb_txn_id(handle)) else { return (handle, generation) }
            endReading(handle)
            try lookForAddedTables()
        }
    }

    /// Begins a read transaction, which has the tables that are open.
    func beginReadingOpened() throws(StorageError) -> (handle: OpaquePointer, generation: UInt64) {
        var mayClear = true
        while true {
            let generation = try gate.enter()
            var handle = readers.take()
            var code: Int32
            if let kept = handle {
                code = mdb_txn_renew(kept)
                if code != 0 { mdb_txn_abort(kept) }
            } else {
                code = mdb_txn_begin(rawHandle, nil, UInt32(MDB_RDONLY), &handle)
            }
            if code == 0, let handle { return (handle, generation) }
            gate.leave()
            if code == MDB_MAP_RESIZED {
                try map.fitToFile()
            } else if code == MDB_READERS_FULL, mayClear {
                mayClear = false
                try clearStaleReaders()
            } else {
                throw failure(code, "beginning a read")
            }
        }
    }

    /// Ends a read transaction.
    func endReading(_ handle: OpaquePointer) {
        readers.put(handle)
        gate.leave()
    }
}
