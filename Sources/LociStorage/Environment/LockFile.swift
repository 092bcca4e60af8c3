// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// LMDB's lock file, made so that a full disk is an error and not a signal.
///
/// LMDB makes it sparse and writes to it through a map: on a disk without room that ends the process by SIGBUS. So it is
/// written out here before LMDB sees it, and put in place by a link, which does nothing when another process was first:
/// the lock file of an open database must never be opened besides LMDB.
enum LockFile {
    /// The path of the lock file of a database.
    static func path(ofDatabase path: String) -> String { path + "-lock" }

    /// Makes the lock file of a database if it is missing. Where the folder cannot be written, or knows no links, this is
    /// left to LMDB.
    /// - Throws: `StorageError.diskFull`.
    static func prepare(database: String, readers: Int) throws(StorageError) {
        let path = path(ofDatabase: database)
        var status = stat()
        if stat(path, &status) == 0 { return }
        let draft = "\(path).\(getpid())"
        // What a process of the same number left when it was killed.
        unlink(draft)
        let descriptor = createExclusively(draft)
        guard descriptor >= 0 else {
            if isLackOfRoom(errno) { throw .diskFull(path: database) }
            return
        }
        defer { unlink(draft) }
        let code = fill(descriptor, bytes: bytes(readers: readers))
        close(descriptor)
        if isLackOfRoom(code) { throw .diskFull(path: database) }
        if code == 0 { link(draft, path) }
    }

    /// The size that LMDB gives the file on 64-bit Linux: a head of three cache lines, and a line a reader. Where LMDB
    /// wants more it extends the file.
    private static func bytes(readers: Int) -> Int { (min(max(1, readers), 1 << 20) + 2) * 64 }

    private static func isLackOfRoom(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    /// Writes zeros, and returns 0 or an errno.
    private static func fill(_ descriptor: Int32, bytes: Int) -> Int32 {
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        var left = bytes
        while left > 0 {
            let written = write(descriptor, zeros, min(left, zeros.count))
            if written > 0 {
                left -= written
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    private static func createExclusively(_ path: String) -> Int32 {
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    }
}
