// Loci, Apache License 2.0.

import CLMDB
import Synchronization

/// An open database file: one LMDB environment.
///
/// Any number of threads may use it, and any number of processes may have the file open. One of them writes at a time;
/// readers neither wait for the writer nor make it wait. Opening a file that is open already in this process gives the
/// same object. The file is closed when the last reference is gone, snapshots included.
///
/// Caveats, which are LMDB's:
/// - The file and its lock file (the path with `-lock` appended) stay together; never open, copy or remove the lock file.
/// - Where commits are synced at an interval (``PeriodicSync``), so do the file and its side file (`-sync`).
/// - An open environment must not be used after `fork`.
/// - No remote file systems, and no second name (hard link) of one file in another process.
/// - A file that is truncated or overwritten by others while it is open kills the process.
package final class Environment: @unchecked Sendable {
    let map: MemoryMap
    let syncing: PeriodicSync
    let identity: FileIdentity
    let readers = ReaderPool()
    let shared = SharedSnapshot()
    private let kept = Mutex<(any AnyObject & Sendable)?>(nil)
    // Written once, while the environment is opened by one thread.
    private var tableHandles: [MDB_dbi] = []
    let addedTables = AddedTables()

    /// Whether the environment was opened for reading only.
    package let isReadOnly: Bool
    /// Whether readers are unknown to writers, because the lock file can not be written.
    ///
    /// A writer in another process may then reuse the pages under a reader: keep reads short, or make sure that there is
    /// no writer.
    package let isUnlocked: Bool

    init(opened: OpenedHandle, identity: FileIdentity, path: String, mode: OpenMode, options: EnvironmentOptions) {
        map = MemoryMap(handle: opened.handle, path: path, options: options)
        syncing = PeriodicSync(map: map)
        isUnlocked = opened.isUnlocked
        self.identity = identity
        isReadOnly = mode == .readOnly
    }

    deinit {
        syncing.close()
        readers.drain()
        mdb_env_close(rawHandle)
        if !isReadOnly { SyncRecovery.settleAfterClosing(path: path, identity: identity) }
        // Only now may the file be opened again in this process.
        EnvironmentRegistry.shared.closed(identity)
    }

    var rawHandle: OpaquePointer { map.handle }
    var gate: TransactionGate { map.gate }

    /// The path of the file, without links.
    package var path: String { map.path }
    /// The limits in force.
    package var options: EnvironmentOptions { map.options }
    /// The page size of the file, in bytes.
    package var pageBytes: Int { map.pageBytes }

    /// What a layer above keeps with the open file: one object, whoever opened the file in this process. It is made when it
    /// is first asked for, and must not hold the environment.
    package func companion<Companion: AnyObject & Sendable>(_ make: () -> Companion) -> Companion {
        kept.withLock { kept in
            if let companion = kept as? Companion { return companion }
            let companion = make()
            kept = companion
            return companion
        }
    }

    func setTableHandles(_ handles: [MDB_dbi]) {
        tableHandles = handles
    }

    /// Whether the tables have been opened.
    var hasTables: Bool { !tableHandles.isEmpty }

    func handle(of table: Table) -> MDB_dbi {
        table.isAdded ? addedTables.handle(of: table) : tableHandles[table.index]
    }

    private var information: MDB_envinfo {
        get throws(StorageError) {
            try gate.withStableMap {
                var information = MDB_envinfo()
                mdb_env_info(rawHandle, &information)
                return information
            }
        }
    }

    /// The number of the last commit, by any process.
    ///
    /// - Complexity: O(1): a lock of this process and a read of the memory map.
    package var lastTransactionID: Int {
        get throws(StorageError) { try information.me_last_txnid }
    }

    /// The size of the memory map, in bytes.
    package var mapBytes: Int {
        get throws(StorageError) { try information.me_mapsize }
    }

    /// The size of the pages in use and of those that can be reused, in bytes.
    package var usedBytes: Int {
        get throws(StorageError) { (try information.me_last_pgno &+ 1) &* pageBytes }
    }

    /// How often the memory map was replaced; pointers of an earlier generation lead nowhere.
    package var mapGeneration: UInt64 {
        gate.mapGeneration
    }

    /// Frees the slots of readers whose process died.
    ///
    /// - Returns: how many slots were freed.
    @discardableResult
    package func clearStaleReaders() throws(StorageError) -> Int {
        var dead: Int32 = 0
        let code = mdb_reader_check(rawHandle, &dead)
        if code != 0 { throw failure(code, "looking for dead readers") }
        return Int(dead)
    }

    /// The error that a code of LMDB means here.
    func failure(_ code: Int32, _ operation: String, keyBytes: Int = 0) -> StorageError {
        map.failure(code, operation, keyBytes: keyBytes)
    }
}
