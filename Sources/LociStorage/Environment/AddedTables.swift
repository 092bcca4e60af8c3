// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// The tables that databases of older format versions do not have.
///
/// Opening for writing makes them. Who may only read sees such a database as one with nothing in them, until another process
/// makes them, all in one commit: every commit is looked at once, before anything is read of it.
final class AddedTables: Sendable {
    /// What is known of one table.
    private final class State: Sendable {
        /// LMDB gives no table of a file the number 0.
        static let none: MDB_dbi = 0

        let handle = Atomic<MDB_dbi>(State.none)
        /// The last commit that is known not to have the table.
        let lastWithout = Atomic<Int>(-1)

        var isOpen: Bool { handle.load(ordering: .acquiring) != State.none }
        func mayBe(in commit: Int) -> Bool { commit > lastWithout.load(ordering: .acquiring) }
    }

    private let states: [Table: State] = Dictionary(uniqueKeysWithValues: Table.added.map { ($0, State()) })
    fileprivate let opening = Mutex(())

    /// Whether transactions that begin now can read all the tables.
    var areOpen: Bool { states.values.allSatisfy(\.isOpen) }

    /// A table as LMDB knows it, if it is open.
    func handle(of table: Table) -> MDB_dbi {
        states[table]?.handle.load(ordering: .acquiring) ?? State.none
    }

    /// Whether a transaction of a commit can read a table.
    func has(_ table: Table, at commit: Int) -> Bool {
        states[table].map { $0.isOpen && $0.mayBe(in: commit) } ?? false
    }

    /// Whether a commit may have a table that is not open.
    func mayHaveMore(in commit: Int) -> Bool {
        states.values.contains { !$0.isOpen && $0.mayBe(in: commit) }
    }

    /// The tables that are not open, in their order.
    fileprivate var closed: [Table] { Table.added.filter { states[$0]?.isOpen == false } }

    fileprivate func opened(_ handles: [Table: MDB_dbi]) {
        for (table, handle) in handles { states[table]?.handle.store(handle, ordering: .releasing) }
    }

    fileprivate func isNot(_ table: Table, in commit: Int) {
        states[table]?.lastWithout.store(commit, ordering: .releasing)
    }
}

extension Environment {
    /// Opens the tables that older versions do not have, and makes those that are missing if that can be done.
    func openAddedTables() throws {
        try lookForAddedTables()
        guard !addedTables.areOpen, !isReadOnly else { return }
        let handles = try write { transaction in
            let handles = try transaction.makeAddedTables()
            var settings = try transaction.settings()
            settings.version = DatabaseSettings.currentVersion
            try transaction.put(settings.encoded, for: DatabaseSettings.key, in: .settings)
            return handles
        }
        addedTables.opened(handles)
    }

    /// Opens the tables that the last commit has, and of the others notes which commit that is.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` when one is missing though the format version wants it.
    func lookForAddedTables() throws(StorageError) {
        // LMDB lets one transaction at a time open tables.
        try addedTables.opening.withLock { _ throws(StorageError) in
            let closed = addedTables.closed
            guard !closed.isEmpty else { return }
            let (transaction, _) = try beginReadingOpened()
            let commit = mdb_txn_id(transaction)
            let handles: [Table: MDB_dbi]
            do throws(StorageError) {
                handles = try existing(closed, in: transaction)
            } catch {
                endReading(transaction)
                throw error
            }
            if handles.isEmpty {
                endReading(transaction)
            } else {
                // Handles stay open only if the transaction that opened them is committed, reading or not.
                let code = mdb_txn_commit(transaction)
                gate.leave()
                if code != 0 { throw failure(code, "opening the tables of attributes") }
                addedTables.opened(handles)
            }
            for table in closed where handles[table] == nil { addedTables.isNot(table, in: commit) }
        }
    }

    /// Opens those of some tables that there are.
    private func existing(
        _ tables: [Table], in transaction: OpaquePointer
    ) throws(StorageError) -> [Table: MDB_dbi] {
        var handles: [Table: MDB_dbi] = [:]
        for table in tables {
            var handle: MDB_dbi = 0
            let code = mdb_dbi_open(transaction, table.rawValue, 0, &handle)
            switch code {
            case 0: handles[table] = handle
            case MDB_NOTFOUND:
                let settings = try OpeningTransaction(
                    context: TransactionContext(handle: transaction, environment: self, writing: nil)
                ).settings()
                guard settings.version < table.firstVersion else {
                    throw .corrupted(what: "table \(table) is missing", location: "'\(path)'")
                }
            default: throw failure(code, "opening table \(table)")
            }
        }
        return handles
    }
}

/// A transaction that someone else ends.
private struct OpeningTransaction: StorageTransaction, ~Copyable {
    let context: TransactionContext
}

extension WriteTransaction {
    /// Makes the tables that older versions do not have, as far as there are none.
    ///
    /// - Returns: the tables as LMDB knows them, in this transaction, and after its commit in all that begin.
    @discardableResult
    func makeAddedTables() throws(StorageError) -> [Table: MDB_dbi] {
        var handles: [Table: MDB_dbi] = [:]
        for table in Table.added {
            var handle: MDB_dbi = 0
            let code = mdb_dbi_open(context.handle, table.rawValue, UInt32(MDB_CREATE), &handle)
            if code != 0 { throw context.failure(code, "making table \(table)") }
            handles[table] = handle
        }
        return handles
    }
}
