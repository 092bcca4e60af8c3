// Loci, Apache License 2.0.

import LociStorage

/// What was copied from one database file to another.
public struct DatabaseCopy: Sendable, Equatable {
    /// The size of the copy.
    public let bytes: Int
    /// The number of the last commit when the copy began. Of commits that were made in that moment, the copy may hold a
    /// later one.
    public let commit: Int
}

extension Database {
    /// Copies the last commit to a file, while readers and writers of all processes go on.
    ///
    /// The copy is a database of its own. It is there whole or not at all, is on the disk when this returns, and has no free
    /// pages. To the database, the copying is a long reader: what is dropped meanwhile makes no room before it ends, and a
    /// build of this process that needs a larger map than it has waits for it, for 10 seconds.
    ///
    /// - Parameters:
    ///   - path: The file to be. Its folder must exist.
    ///   - replacing: Whether a file may be there already. If it is a database, no process may have it open.
    ///   - onBytes: Called now and then by this thread, with the bytes that were written. What it throws gives the copy up.
    /// - Returns: What was copied.
    /// - Throws: `LociError.fileExists`, `.folderNotFound`, `.notPermitted`, `.full`, `.busy`, `.sameFile`, `.notAFile` or
    ///   `.corrupt`, or what `onBytes` throws; nothing has changed then.
    /// - Complexity: O(bytes in use).
    @discardableResult
    public func backup(
        to path: String, replacing: Bool = false, onBytes: (Int) throws -> Void = { _ in }
    ) throws -> DatabaseCopy {
        try LociError.mapped {
            let commit = try environment.lastTransactionID
            let bytes = try environment.copy(to: path, replacing: replacing, onBytes: onBytes)
            return DatabaseCopy(bytes: bytes, commit: commit)
        }
    }

    /// Copies a backup, or any other database, to where a database is to be.
    ///
    /// - Parameters:
    ///   - path: The backup. It may be in use.
    ///   - destination: The database to be. Its folder must exist.
    ///   - replacing: Whether a database may be there already. No process may have it open, and it may be damaged.
    ///   - onBytes: Called now and then by this thread, with the bytes that were written. What it throws gives the copy up.
    /// - Returns: What was copied.
    /// - Throws: `LociError.databaseNotFound`, `.notADatabase`, `.unsupportedFormat` or `.corrupt` where the backup cannot
    ///   be opened, and what `backup` throws; nothing has changed then. What the chunks of the backup hold is not compared
    ///   with their checksums, as `check` does.
    /// - Complexity: O(bytes in use).
    @discardableResult
    public static func restore(
        from path: String, to destination: String, replacing: Bool = false,
        onBytes: (Int) throws -> Void = { _ in }
    ) throws -> DatabaseCopy {
        try open(path, access: .readOnly).backup(to: destination, replacing: replacing, onBytes: onBytes)
    }
}
