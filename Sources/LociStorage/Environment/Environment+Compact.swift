// Loci, Apache License 2.0.

extension Environment {
    /// Gives the free pages of a database's file back to the file system, by a copy without them that takes its place.
    ///
    /// Nobody may have the database open; who opens it meanwhile waits. What interrupted builds left is dropped first.
    ///
    /// - Parameters:
    ///   - path: the database.
    ///   - onBytes: as in ``copy(to:replacing:onBytes:)``.
    /// - Returns: the sizes of the file before and after, in bytes.
    /// - Throws: ``StorageError/inUse(path:process:)``, ``StorageError/notFound(path:)``,
    ///   ``StorageError/notADatabase(path:reason:)``, ``StorageError/permission(path:)``,
    ///   ``StorageError/diskFull(path:)``, ``StorageError/corrupted(what:location:)``, others of LMDB's, and what
    ///   `onBytes` throws. The file is then as it was, but for what was dropped.
    /// - Complexity: O(bytes in use).
    package static func compact(
        at path: String, onBytes: (Int) throws -> Void
    ) throws -> (bytesBefore: Int, bytesAfter: Int) {
        // By the size that the file has now, and not after what was dropped has been put in order.
        let before = try OpenFile.open(path: path, create: false).size()
        let path = try dropLeftovers(at: path)
        let use = try ExclusiveUse(path: path, identity: FileIdentity(path: path))
        let draft = try DraftFile(for: FileDestination(path: path, replacing: true))
        try copyPages(ofUnused: path, to: draft, onBytes: onBytes)
        try draft.sync()
        let after = try draft.bytes()
        try draft.place()
        SyncRecovery.forget(path: path)
        _ = consume use
        return (Int(clamping: before), after)
    }

    /// Opens a database for writing, which drops what interrupted builds left, and closes it.
    ///
    /// - Returns: the path without links.
    private static func dropLeftovers(at path: String) throws -> String {
        try open(at: path, mode: .readWrite).path
    }

    /// Copies the pages of a database that nobody can open.
    static func copyPages(
        ofUnused path: String, to draft: borrowing DraftFile, onBytes: (Int) throws -> Void
    ) throws {
        let options = EnvironmentOptions()
        let file = try OpenFile.open(path: path, create: false)
        // Without LMDB's locks: closing its lock file would give up the one that keeps others out.
        let opened = try openHandle(path: path, mode: .readOnly, options: options, isUnlocked: true)
        let environment = Environment(
            opened: opened, identity: try file.identity(), path: path, mode: .readOnly, options: options)
        try environment.copyPages(to: draft, onBytes: onBytes)
    }
}
