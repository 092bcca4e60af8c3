// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// The tables of attributes and of indexes on them, which databases of format version 3 do not have.
///
/// Opening for writing makes them. Who may only read sees such a database as one without attributes, until another process
/// makes the tables, all in one commit: every commit is looked at once, before anything is read of it.
final class AddedTables: Sendable {
    /// LMDB gives no table of a file the number 0.
    private static let none: MDB_dbi = 0

    private let attributes = Atomic<MDB_dbi>(AddedTables.none)
    private let fields = Atomic<MDB_dbi>(AddedTables.none)
    private let postings = Atomic<MDB_dbi>(AddedTables.none)
    /// Set after the numbers.
    private let isOpen = Atomic<Bool>(false)
    /// The last commit that is known not to have the tables.
    private let lastWithout = Atomic<Int>(-1)
    fileprivate let opening = Mutex(())

    /// Whether transactions that begin now can read the tables.
    var areOpen: Bool { isOpen.load(ordering: .acquiring) }

    /// A table as LMDB knows it, if it is open.
    func handle(of table: Table) -> MDB_dbi {
        switch table {
        case .fields: fields.load(ordering: .acquiring)
        case .postings: postings.load(ordering: .acquiring)
        default: attributes.load(ordering: .acquiring)
        }
    }

    /// Whether a commit may have the tables.
    func mayBe(in commit: Int) -> Bool { commit > lastWithout.load(ordering: .acquiring) }

    fileprivate func opened(_ handles: AddedHandles) {
        attributes.store(handles.attributes, ordering: .releasing)
        fields.store(handles.fields, ordering: .releasing)
        postings.store(handles.postings, ordering: .releasing)
        isOpen.store(true, ordering: .releasing)
    }

    fileprivate func isNot(in commit: Int) { lastWithout.store(commit, ordering: .releasing) }
}

/// The tables as LMDB knows them.
struct AddedHandles {
    fileprivate var attributes: MDB_dbi = 0
    fileprivate var fields: MDB_dbi = 0
    fileprivate var postings: MDB_dbi = 0

    fileprivate subscript(table: Table) -> MDB_dbi {
        get {
            switch table {
            case .fields: fields
            case .postings: postings
            default: attributes
            }
        }
        set {
            switch table {
            case .fields: fields = newValue
            case .postings: postings = newValue
            default: attributes = newValue
            }
        }
    }
}

extension Environment {
    /// Whether a transaction of a commit can read the tables of attributes and indexes.
    func hasAddedTables(at commit: Int) -> Bool {
        addedTables.areOpen && addedTables.mayBe(in: commit)
    }

    /// Opens the tables of attributes and indexes of a database that has the others, and makes them if that can be done.
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

    /// Opens the tables if the last commit has them, and else notes which that is.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` when one is missing though the format version wants it.
    func lookForAddedTables() throws(StorageError) {
        // LMDB lets one transaction at a time open tables.
        try addedTables.opening.withLock { _ throws(StorageError) in
            guard !addedTables.areOpen else { return }
            let (transaction, _) = try beginReadingOpened()
            let commit = mdb_txn_id(transaction)
            let (handles, missing, code) = addedHandles(in: transaction, flags: 0)
            guard let missing else {
                // Handles stay open only if the transaction that opened them is committed, reading or not.
                let code = mdb_txn_commit(transaction)
                gate.leave()
                if code != 0 { throw failure(code, "opening the tables of attributes") }
                addedTables.opened(handles)
                return
            }
            defer { endReading(transaction) }
            guard code == MDB_NOTFOUND else { throw failure(code, "opening table \(missing)") }
            let settings = try OpeningTransaction(
                context: TransactionContext(handle: transaction, environment: self, writing: nil)
            ).settings()
            guard settings.version < DatabaseSettings.attributesVersion else {
                throw .corrupted(what: "table \(missing) is missing", location: "'\(path)'")
            }
            addedTables.isNot(in: commit)
        }
    }

    /// Opens the tables in a transaction.
    ///
    /// - Returns: the tables, the first that could not be opened, and LMDB's code for why.
    fileprivate func addedHandles(
        in transaction: OpaquePointer, flags: Int32
    ) -> (handles: AddedHandles, missing: Table?, code: Int32) {
        var handles = AddedHandles()
        for table in Table.added {
            var handle: MDB_dbi = 0
            let code = mdb_dbi_open(transaction, table.rawValue, UInt32(flags), &handle)
            if code != 0 { return (handles, table, code) }
            handles[table] = handle
        }
        return (handles, nil, 0)
    }
}

/// A transaction that someone else ends.
private struct OpeningTransaction: StorageTransaction, ~Copyable {
    let context: TransactionContext
}

extension WriteTransaction {
    /// Makes the tables of attributes and indexes that there are not.
    ///
    /// - Returns: the tables as LMDB knows them, in this transaction, and after its commit in all that begin.
    @discardableResult
    func makeAddedTables() throws(StorageError) -> AddedHandles {
        let (handles, missing, code) = context.environment.addedHandles(in: context.handle, flags: MDB_CREATE)
        if let missing { throw context.failure(code, "making table \(missing)") }
        return handles
    }
}
