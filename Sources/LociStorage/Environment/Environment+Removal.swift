// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Environment {
    /// Whether something is at a path, be it a database or not.
    package static func exists(at path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }

    /// Removes a database that holds no collections, with its lock file, unless anyone has it open.
    ///
    /// For the one that has just created the file and could not fill it. Nothing was committed since the database was found
    /// empty if its file is as old and as large as it was then.
    ///
    /// - Returns: whether the file is gone.
    @discardableResult
    package static func removeIfEmptyAndUnused(at path: String) -> Bool {
        guard let path = try? FileSystem.canonicalPath(of: path) else { return false }
        var before = stat()
        guard stat(path, &before) == 0 else { return false }
        let lockPath = LockFile.path(ofDatabase: path)
        // Not even the lock file could be made: nothing but the name was.
        if before.st_size == 0, !exists(at: lockPath) { return unlink(path) == 0 }
        guard (try? isEmptyDatabase(at: path)) == true else { return false }
        guard let use = try? ExclusiveUse(path: path, identity: FileIdentity(before)) else { return false }
        var now = stat()
        guard stat(path, &now) == 0, now.st_ino == before.st_ino, now.st_size == before.st_size,
            isSameTime(now, before), unlink(path) == 0
        else { return false }
        unlink(lockPath)
        unlink(SyncFile.path(ofDatabase: path))
        _ = consume use
        return true
    }

    private static func isEmptyDatabase(at path: String) throws -> Bool {
        let environment = try open(at: path, mode: .readOnly)
        return try environment.read { transaction in
            var isEmpty = true
            try transaction.forEach(in: .collections, prefix: Key(collection: Key.databaseNumber)) { _, _ in
                isEmpty = false
                return false
            }
            return isEmpty
        }
    }

    /// Whether a file was changed at the same time.
    private static func isSameTime(_ left: stat, _ right: stat) -> Bool {
        #if canImport(Darwin)
        let (first, second) = (left.st_mtimespec, right.st_mtimespec)
        #else
        let (first, second) = (left.st_mtim, right.st_mtim)
        #endif
        return first.tv_sec == second.tv_sec && first.tv_nsec == second.tv_nsec
    }
}
