// Loci, Apache License 2.0.

import LociStorage

/// The size of a database's file before its free pages were given back, and after.
public struct DatabaseCompaction: Sendable, Equatable {
    /// The size before, in bytes.
    public let bytesBefore: Int
    /// The size after, in bytes.
    public let bytesAfter: Int
}

extension Database {
    /// Gives the free pages of a database's file back to the file system, after dropping what interrupted builds left.
    ///
    /// A copy without free pages takes the file's place, so there must be room for both. At every moment, the file is the
    /// old one or the new one, whole. Nobody may have the database open, not even this process; who opens it meanwhile waits.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - onBytes: Called now and then by this thread, with the bytes that were written. What it throws gives the copy up.
    /// - Returns: Its size before and after.
    /// - Throws: `LociError.busy` when the database is open, `.databaseNotFound`, `.notADatabase`, `.notPermitted`, `.full`
    ///   or `.corrupt`, or what `onBytes` throws. No collection has changed then.
    /// - Complexity: O(bytes in use).
    @discardableResult
    public static func compact(
        at path: String, onBytes: (Int) throws -> Void = { _ in }
    ) throws -> DatabaseCompaction {
        let (before, after) = try LociError.mapped { try Environment.compact(at: path, onBytes: onBytes) }
        return DatabaseCompaction(bytesBefore: before, bytesAfter: after)
    }
}
