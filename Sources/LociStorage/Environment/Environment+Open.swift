// Loci, Apache License 2.0.

import CLMDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An environment that LMDB has opened.
struct OpenedHandle {
    let handle: OpaquePointer
    let isUnlocked: Bool
}

extension Environment {
    /// Opens the database file at `path`.
    ///
    /// A file that is open in this process already gives the same environment, with the options of its first opening;
    /// asked for reading only, that may be one that can write. An environment that was opened for reading only does not
    /// become a writer while someone holds it. A writer drops what interrupted builds left.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist. The lock file lies beside it, with `-lock` appended to the name.
    ///   - mode: whether to write, and whether to create a missing file. An empty file counts as missing.
    ///   - options: the limits.
    /// - Throws: ``StorageError/notFound(path:)``, ``StorageError/notADatabase(path:reason:)``,
    ///   ``StorageError/formatVersion(path:found:supported:)``, ``StorageError/corrupted(what:location:)``,
    ///   ``StorageError/permission(path:)``, ``StorageError/readOnly(path:)``,
    ///   ``StorageError/openForReadingOnly(path:)``, ``StorageError/replacedWhileOpen(path:)``,
    ///   ``StorageError/addressSpace(bytes:)``, and others of LMDB's.
    package static func open(
        at path: String, mode: OpenMode, options: EnvironmentOptions = EnvironmentOptions()
    ) throws -> Environment {
        for attempt in 0..<openingAttempts {
            if attempt > 0 { usleep(openingPause) }
            if let environment = try openUnlessReplaced(at: path, mode: mode, options: options) { return environment }
        }
        throw StorageError.busy(path: path, operation: "replacing the file")
    }

    /// How often a file is opened anew that was replaced meanwhile, and the pause before, in microseconds. Several
    /// processes that wait at the lock while a file is replaced must all have let go of the lock file for one moment.
    private static let openingAttempts = 100
    private static let openingPause: UInt32 = 20_000

    /// - Returns: nil if the file was replaced while it was opened.
    private static func openUnlessReplaced(
        at path: String, mode: OpenMode, options: EnvironmentOptions
    ) throws -> Environment? {
        let file = try OpenFile.open(path: path, create: mode == .create)
        let identity = try file.identity()
        let path = try FileSystem.canonicalPath(of: path)
        if let existing = try EnvironmentRegistry.shared.claim(identity, path: path) {
            if existing.isReadOnly && mode != .readOnly { throw StorageError.openForReadingOnly(path: path) }
            return existing
        }
        let opened: OpenedHandle
        do {
            try SyncRecovery.prepare(path: path, mode: mode, options: options)
            if try DataFileCheck.check(file, path: path) == .empty && mode != .create {
                throw StorageError.notADatabase(path: path, reason: "it is empty")
            }
            opened = try openHandle(path: path, mode: mode, options: options)
        } catch {
            EnvironmentRegistry.shared.closed(identity)
            throw error
        }
        // From here on the end of the environment takes it out of the registry.
        let environment = Environment(opened: opened, identity: identity, path: path, mode: mode, options: options)
        guard try environment.isOfItsPath() else { return nil }
        if !opened.isUnlocked { try environment.clearStaleReaders() }
        try environment.openTables(create: mode == .create)
        if mode != .readOnly { try environment.dropInterruptedBuildsIfPossible() }
        EnvironmentRegistry.shared.opened(environment)
        return environment
    }

    /// Whether the file that LMDB opened is still the one at the path, and the lock file tells of its commits.
    ///
    /// Neither is so for one who waited while the file was replaced. LMDB would begin such a process's transactions at the
    /// last commit that the lock file knows, which is of the old file.
    private func isOfItsPath() throws(StorageError) -> Bool {
        var descriptor: mdb_filehandle_t = -1
        mdb_env_get_fd(rawHandle, &descriptor)
        guard FileIdentity(descriptor: descriptor) == identity, FileIdentity(path: path) == identity else {
            return false
        }
        let (transaction, _) = try beginReading()
        let number = mdb_txn_id(transaction)
        endReading(transaction)
        return try number <= lastTransactionID
    }

    /// The smallest map worth trying, in bytes: an empty database takes a dozen pages.
    private static let minimumMapBytes = 256 << 10

    /// - Parameter isUnlocked: whether to go without a lock file from the start.
    static func openHandle(
        path: String, mode: OpenMode, options: EnvironmentOptions, isUnlocked: Bool = false
    ) throws(StorageError) -> OpenedHandle {
        let unit = FileSystem.memoryPageBytes
        let wanted = max(minimumMapBytes, min(options.initialMapBytes, options.maximumMapBytes))
        var mapBytes = wanted / unit * unit
        var isUnlocked = isUnlocked
        if !isUnlocked { try LockFile.prepare(database: path, readers: options.maximumReaders) }
        while true {
            let result = try openOnce(
                path: path, mode: mode, isUnlocked: isUnlocked, mapBytes: mapBytes, readers: options.maximumReaders)
            switch result {
            case .success(let handle):
                return OpenedHandle(handle: handle, isUnlocked: isUnlocked)
            case .failure(ENOMEM):
                guard mapBytes / 2 >= minimumMapBytes else { throw .addressSpace(bytes: mapBytes) }
                mapBytes = mapBytes / 2 / unit * unit
            case .failure(EACCES) where mode == .readOnly && !isUnlocked,
                .failure(EPERM) where mode == .readOnly && !isUnlocked:
                // The data file can be read, as it was opened for reading before: it is the lock file that can not be
                // written. LMDB goes without it by itself on read-only file systems.
                isUnlocked = true
            case .failure(let code):
                throw StorageError(code: code, operation: "opening the database", path: path)
            }
        }
    }

    private enum OpenResult {
        case success(OpaquePointer)
        case failure(Int32)
    }

    private static func openOnce(
        path: String, mode: OpenMode, isUnlocked: Bool, mapBytes: Int, readers: Int
    ) throws(StorageError) -> OpenResult {
        var created: OpaquePointer?
        let code = mdb_env_create(&created)
        guard code == 0, let handle = created else {
            throw StorageError(code: code, operation: "opening the database", path: path)
        }
        // Without MDB_NOTLS a read transaction would belong to a thread, and snapshots could not be shared.
        // A walk over a graph jumps: read-ahead of pages that it will not touch drives out those that it will, and made an
        // index of twice the memory a thousand times slower.
        var flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD
        if mode == .readOnly { flags |= MDB_RDONLY }
        if isUnlocked { flags |= MDB_NOLOCK }
        mdb_env_set_mapsize(handle, mapBytes)
        mdb_env_set_maxreaders(handle, UInt32(clamping: max(1, readers)))
        mdb_env_set_maxdbs(handle, MDB_dbi(Table.allCases.count))
        let result = mdb_env_open(handle, path, UInt32(flags), 0o644)
        if result == 0 { return .success(handle) }
        mdb_env_close(handle)
        return .failure(result)
    }

    /// Opens the tables, or makes them in a new database, and checks the settings record.
    private func openTables(create: Bool) throws {
        if try openExistingTables() {
            try openAddedTables()
            return
        }
        guard create else {
            throw StorageError.notADatabase(path: path, reason: "it has none of Loci's tables")
        }
        let key = try DatabaseSettings.key
        let handles = try write { transaction in
            // Another process may have made the tables since.
            var handles = try tableHandles(in: transaction.context.handle, flags: 0)
            if handles.isEmpty {
                guard try isEmpty(transaction.context.handle) else {
                    throw StorageError.notADatabase(path: path, reason: "it is an LMDB file of another program")
                }
                handles = try tableHandles(in: transaction.context.handle, flags: MDB_CREATE)
                setTableHandles(handles)
                try transaction.makeAddedTables()
                try transaction.put(DatabaseSettings().encoded, for: key, in: .settings)
            }
            return handles
        }
        setTableHandles(handles)
        try checkSettings()
        try openAddedTables()
    }

    /// - Returns: false if the file has no table at all.
    private func openExistingTables() throws -> Bool {
        let transaction = try beginReadingChecked()
        let handles: [MDB_dbi]
        do {
            handles = try tableHandles(in: transaction, flags: 0)
        } catch {
            endReading(transaction)
            throw error
        }
        // Handles of tables stay open only if the transaction that opened them is committed, reading or not.
        let code = mdb_txn_commit(transaction)
        gate.leave()
        if code != 0 { throw failure(code, "opening the tables") }
        if handles.isEmpty { return false }
        setTableHandles(handles)
        // First, since another version may have other tables.
        try checkSettings()
        for (place, missing) in Table.lasting.enumerated() where place == handles.count {
            throw StorageError.corrupted(what: "table \(missing) is missing", location: "'\(path)'")
        }
        return true
    }

    /// Begins a read transaction whose pages, as far as opening reads them, are sound.
    private func beginReadingChecked() throws(StorageError) -> OpaquePointer {
        for _ in 0..<Environment.openingAttempts {
            let (transaction, _) = try beginReading()
            do throws(StorageError) {
                if try checkOpeningPages(of: mdb_txn_id(transaction)) { return transaction }
            } catch {
                endReading(transaction)
                throw error
            }
            endReading(transaction)
        }
        throw .busy(path: path, operation: "committing without a pause")
    }

    /// The handles of the lasting tables in the order of ``Table/index``, up to the first that is missing.
    private func tableHandles(in transaction: OpaquePointer, flags: Int32) throws(StorageError) -> [MDB_dbi] {
        var handles: [MDB_dbi] = []
        for table in Table.lasting {
            var handle: MDB_dbi = 0
            let code = mdb_dbi_open(transaction, table.rawValue, UInt32(flags), &handle)
            switch code {
            case 0: handles.append(handle)
            case MDB_NOTFOUND: return handles
            case MDB_MAP_FULL: throw StorageError.mapFull(limitBytes: options.maximumMapBytes)
            default: throw failure(code, "opening table \(table)")
            }
        }
        return handles
    }

    private func isEmpty(_ transaction: OpaquePointer) throws(StorageError) -> Bool {
        var main: MDB_dbi = 0
        var statistics = MDB_stat()
        var code = mdb_dbi_open(transaction, nil, 0, &main)
        if code == 0 { code = mdb_stat(transaction, main, &statistics) }
        if code != 0 { throw failure(code, "opening the tables") }
        return statistics.ms_entries == 0
    }

    private func checkSettings() throws {
        _ = try read { try $0.settings() }
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// The settings of the database.
    ///
    /// - Throws: ``StorageError/corrupted(what:location:)`` without the record, and what reading it throws.
    func settings() throws(StorageError) -> DatabaseSettings {
        let path = context.environment.path
        guard let record = try value(of: DatabaseSettings.key, in: .settings) else {
            throw StorageError.corrupted(what: "the settings record is missing", location: "'\(path)'")
        }
        return try DatabaseSettings(decoding: record, path: path)
    }
}

extension DatabaseSettings {
    /// The key of the record in the table `settings`.
    static var key: Key {
        get throws(StorageError) {
            try Key(collection: Key.databaseNumber, identifier: "database".utf8)
        }
    }
}
