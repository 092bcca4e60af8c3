// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Deals with the side file (``SyncFile``) of a database that nobody has open.
///
/// If the system has run on since it was written, a process died, and all commits are there: they are synced. If the system
/// went down, the database is put back to the commit that the side file names. Then the side file is removed.
enum SyncRecovery {
    private static let attempts = 100
    private static let pause: UInt32 = 20_000

    /// Makes a database ready to be opened, before anything of it is read.
    ///
    /// No other thread of this process may open it meanwhile.
    ///
    /// - Throws: ``StorageError/syncFile(path:reason:)`` for a side file that is damaged, or does not fit its database;
    ///   ``StorageError/needsRecovery(path:)`` where the database must be put back and can not be written;
    ///   ``StorageError/busy(path:operation:)``, and others of the system's.
    static func prepare(path: String, mode: OpenMode, options: EnvironmentOptions) throws(StorageError) {
        for attempt in 0..<attempts {
            if attempt > 0 { usleep(pause) }
            guard let file = try SyncFile.open(database: path, forWriting: false) else { return }
            guard let record = try file.record() else { throw .syncFile(path: file.path, reason: "is damaged") }
            // What is not on the disk yet is in the memory of the system.
            let isReadable = !record.isPending || record.boot.isCurrent
            if isReadable, mode == .readOnly { return }
            do throws(StorageError) {
                try LockFile.prepare(database: path, readers: options.maximumReaders)
                if try settleIfUnused(path: path) { return }
            } catch {
                guard isRefusal(error) else { throw error }
                if !isReadable { throw .needsRecovery(path: path) }
            }
            // Others have it open, and know what to do.
            if isReadable { return }
        }
        throw .busy(path: path, operation: "going back to the last commit that was synced")
    }

    /// Brings all commits to the disk and removes the side file, if nobody else has the database open.
    ///
    /// Where that fails, the next one to open the database does it.
    static func settleAfterClosing(path: String, identity: FileIdentity) {
        guard SyncFile.exists(database: path), FileIdentity(path: path) == identity else { return }
        _ = try? settleIfUnused(path: path)
    }

    /// Removes the side file of a database that another file has taken the place of.
    ///
    /// Where that fails, it is known by its contents to be of another file.
    static func forget(path: String) {
        try? SyncFile.open(database: path)?.remove()
    }

    private static func isRefusal(_ error: StorageError) -> Bool {
        switch error {
        case .permission, .readOnly: true
        default: false
        }
    }

    /// - Returns: whether it is done; not if another process has the database open.
    private static func settleIfUnused(path: String) throws(StorageError) -> Bool {
        let lock: Int32
        do throws(StorageError) {
            lock = try ExclusiveUse.lock(database: path)
        } catch .inUse {
            return false
        }
        // Without a lock file nothing keeps others out.
        guard lock >= 0 else { throw .permission(path: path) }
        defer { close(lock) }
        // Read again: another process may have done it.
        guard let file = try SyncFile.open(database: path) else { return true }
        guard let record = try file.record() else { throw .syncFile(path: file.path, reason: "is damaged") }
        if record.isPending { try settle(record, file, path: path) }
        try file.remove()
        return true
    }

    private static func settle(
        _ record: SyncRecord, _ file: SyncFile, path: String
    ) throws(StorageError) {
        let data = try OpenFile.open(path: path, create: false, forWriting: true)
        let isSameFile = try record.inode == data.identity().inode
        if record.boot.isCurrent {
            if isSameFile { try data.sync() }
            return
        }
        guard try record.isOf(data) else {
            // Another file was put in the place of the one that it is of, or is about to be made there.
            let isEmpty = try data.size() == 0
            guard isSameFile, !isEmpty else { return }
            throw .syncFile(path: file.path, reason: "does not fit the database")
        }
        try data.write(record.meta.pagesOfFile, at: 0)
        try data.sync()
    }
}
