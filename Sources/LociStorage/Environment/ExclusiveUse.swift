// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps everyone from opening a database while its file is replaced.
///
/// Every process that has the database open holds LMDB's lock on the first byte of the lock file, shared; here it is held
/// exclusively. Who opens the file meanwhile waits, in this process at the registry and in others at that lock, and then
/// finds by ``Environment/isOfItsPath()`` that the file is another one.
struct ExclusiveUse: ~Copyable {
    private let path: String
    /// Of the lock file; -1 without one.
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: the database, without links; it need not exist.
    ///   - identity: the file at the path, if there is one.
    /// - Throws: ``StorageError/inUse(path:process:)``, ``StorageError/permission(path:)``. A database without a lock
    ///   file is taken to be open in no other process.
    init(path: String, identity: FileIdentity?) throws(StorageError) {
        // First, since a descriptor of the lock file that is closed drops the locks of its whole process.
        guard EnvironmentRegistry.shared.reserve(path: path, identity: identity) else {
            throw .inUse(path: path, process: getpid())
        }
        do throws(StorageError) {
            descriptor = try ExclusiveUse.lock(database: path)
            self.path = path
        } catch {
            EnvironmentRegistry.shared.release(path: path)
            throw error
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        EnvironmentRegistry.shared.release(path: path)
    }

    /// Locks the lock file of a database that is not open in this process, and that no thread of it may open meanwhile.
    ///
    /// - Returns: the descriptor of the lock file; -1 if there is none. Closing it ends the lock.
    /// - Throws: as the initializer.
    static func lock(database: String) throws(StorageError) -> Int32 {
        let descriptor = openExisting(LockFile.path(ofDatabase: database))
        if descriptor < 0 {
            if errno == ENOENT { return -1 }
            throw StorageError(code: errno, operation: "opening the lock file", path: database)
        }
        var lock = firstByte()
        if fcntl(descriptor, F_SETLK, &lock) == 0 { return descriptor }
        let code = errno
        defer { close(descriptor) }
        guard code == EACCES || code == EAGAIN else {
            throw StorageError(code: code, operation: "locking the lock file", path: database)
        }
        var holder = firstByte()
        let isKnown = fcntl(descriptor, F_GETLK, &holder) == 0 && holder.l_type != Int16(F_UNLCK)
        throw .inUse(path: database, process: isKnown ? holder.l_pid : 0)
    }

    private static func firstByte() -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0
        lock.l_len = 1
        return lock
    }

    private static func openExisting(_ path: String) -> Int32 {
        open(path, O_RDWR | O_CLOEXEC)
    }
}
