// Loci, Apache License 2.0.

extension Environment {
    /// How long a commit may remain unsynced, in milliseconds; 0 if each is synced before its write returns.
    ///
    /// It is a setting of the database, which all who write to it go by; see ``DatabaseSettings/syncIntervals``.
    package var syncInterval: Int {
        get throws { Int(try read { try $0.settings() }.syncInterval) }
    }

    /// Sets how long a commit may remain unsynced, for all who write to the database from now on.
    ///
    /// When it returns, this and all commits so far are on the disk.
    ///
    /// - Parameter milliseconds: 0 for none, or one of ``DatabaseSettings/syncIntervals``.
    /// - Throws: ``StorageError/syncInterval(milliseconds:)``, and what a write throws; the setting is then as it was.
    package func setSyncInterval(milliseconds: Int64) throws {
        guard let interval = UInt32(exactly: milliseconds),
            interval == 0 || DatabaseSettings.syncIntervals.contains(interval)
        else { throw StorageError.syncInterval(milliseconds: milliseconds) }
        try write(isSynced: true) { transaction in
            var settings = try transaction.settings()
            settings.syncInterval = interval
            try transaction.put(settings.encoded, for: DatabaseSettings.key, in: .settings)
        }
    }

    /// Brings all commits so far to the disk, by whichever process they were made.
    ///
    /// Where each commit is synced there is nothing to do.
    ///
    /// - Throws: ``StorageError/readOnly(path:)`` where something is to be done by an environment for reading only, and
    ///   what the system refuses.
    package func sync() throws(StorageError) {
        if isReadOnly, SyncFile.exists(database: path) { throw .readOnly(path: path) }
        try syncing.sync()
    }
}
