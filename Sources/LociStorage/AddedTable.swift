// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// The table of attributes, which databases of format version 3 do not have.
///
/// Opening for writing makes it. Who may only read sees such a database as one without attributes, until another process
/// makes the table: every commit is looked at once, before anything is read of it.
final class AddedTable: Sendable {
    /// LMDB gives no table of a file the number 0.
    private static let none: MDB_dbi = 0

    private let number = Atomic<MDB_dbi>(AddedTable.none)
    /// The last commit that is known not to have the table.
    private let lastWithout = Atomic<Int>(-1)
    fileprivate let opening = Mutex(())

    /// Whether transactions that begin now can read the table.
    var isOpen: Bool { number.load(ordering: .acquiring) != AddedTable.none }

    /// The table as LMDB knows it, if it is open.
    var handle: MDB_dbi { number.load(ordering: .acquiring) }

    /// Whether a commit may have the table.
    func mayBe(in commit: Int) -> Bool { commit > lastWithout.load(ordering: .acquiring) }

    fileprivate func opened(_ handle: MDB_dbi) { number.store(handle, ordering: .releasing) }

    fileprivate func isNot(in commit: Int) { lastWithout.store(commit, ordering: .releasing) }
}

extension Environment {
    /// Whether a transaction of a commit can read the table of attributes.
    func hasAttributes(at commit: Int) -> Bool {
        addedTable.isOpen && addedTable.mayBe(in: commit)
    }

    /// Opens the table of attributes of a database that has the others, and makes it if that can be done.
    func openAttributes() throws {
        try lookForAttributes()
        guard !addedTable.isOpen, !isReadOnly else { return }
        let handle = try write { transaction in
            let handle = try transaction.makeAttributes()
            var settings = try transaction.settings()
            settings.version = DatabaseSettings.currentVersion
            try transaction.put(settings.encoded, for: DatabaseSettings.key, in: .settings)
            return handle
        }
        addedTable.opened(handle)
    }

    /// Opens the table of attributes if the last commit has it, and else notes which that is.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` when it is missing though the format version wants it.
    func lookForAttributes() throws(StorageError) {
        // LMDB lets one transaction at a time open tables.
        try addedTable.opening.withLock { _ throws(StorageError) in
            guard !addedTable.isOpen else { return }
            let (transaction, _) = try beginReadingOpened()
            let commit = mdb_txn_id(transaction)
            var handle: MDB_dbi = 0
            let code = mdb_dbi_open(transaction, Table.attributes.rawValue, 0, &handle)
            guard code != 0 else {
                // The handle stays open only if the transaction that opened it is committed, reading or not.
                let code = mdb_txn_commit(transaction)
                gate.leave()
                if code != 0 { throw failure(code, "opening table attributes") }
                addedTable.opened(handle)
                return
            }
            defer { endReading(transaction) }
            guard code == MDB_NOTFOUND else { throw failure(code, "opening table attributes") }
            let settings = try OpeningTransaction(
                context: TransactionContext(handle: transaction, environment: self, writing: nil)
            ).settings()
            guard settings.version < DatabaseSettings.attributesVersion else {
                throw .corrupted(what: "table attributes is missing", location: "'\(path)'")
            }
            addedTable.isNot(in: commit)
        }
    }
}

/// A transaction that someone else ends.
private struct OpeningTransaction: StorageTransaction, ~Copyable {
    let context: TransactionContext
}

extension WriteTransaction {
    /// Makes the table of attributes if there is none.
    ///
    /// - Returns: the table as LMDB knows it, in this transaction, and after its commit in all that begin.
    @discardableResult
    func makeAttributes() throws(StorageError) -> MDB_dbi {
        var handle: MDB_dbi = 0
        let code = mdb_dbi_open(context.handle, Table.attributes.rawValue, UInt32(MDB_CREATE), &handle)
        if code != 0 { throw context.failure(code, "making table attributes") }
        return handle
    }
}
