// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which file a path leads to: the same for every name and link of one file.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The file at a path, or nil if there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The file of an open descriptor.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// A file descriptor of the data file, closed at the end of its life.
///
/// LMDB keeps its `fcntl` locks on the lock file alone, so that opening and closing the data file besides LMDB is
/// harmless; the lock file must never be opened here, since closing it would drop LMDB's locks.
struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens the regular file at `path` for reading, or creates it if missing.
    ///
    /// - Parameter forWriting: whether ``write(_:at:)`` is to work, too.
    /// - Throws: ``StorageError/notFound(path:)``, ``StorageError/permission(path:)``,
    ///   ``StorageError/notADatabase(path:reason:)`` for a folder or device.
    static func open(path: String, create: Bool, forWriting: Bool = false) throws(StorageError) -> OpenFile {
        // Without O_NONBLOCK a named pipe at the path would block the open for ever.
        let flags = O_CLOEXEC | O_NONBLOCK | (create ? O_RDWR | O_CREAT : forWriting ? O_RDWR : O_RDONLY)
        let file = OpenFile(descriptor: try descriptor(path: path, flags: flags), path: path)
        let mode = try file.status().st_mode & S_IFMT
        if mode == S_IFDIR { throw .notADatabase(path: path, reason: "it is a folder") }
        if mode != S_IFREG { throw .notADatabase(path: path, reason: "it is not a regular file") }
        return file
    }

    /// The file of an open descriptor, under a descriptor of its own.
    static func duplicate(of descriptor: Int32, path: String) throws(StorageError) -> OpenFile {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw StorageError(code: errno, operation: "opening the file", path: path) }
        return OpenFile(descriptor: duplicate, path: path)
    }

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    private static func descriptor(path: String, flags: Int32) throws(StorageError) -> Int32 {
        while true {
            #if canImport(Glibc)
            let descriptor = Glibc.open(path, flags, 0o644)
            #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags, 0o644)
            #else
            let descriptor = Darwin.open(path, flags, 0o644)
            #endif
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw StorageError(code: errno, operation: "opening the file", path: path) }
        }
    }

    deinit {
        close(descriptor)
    }

    private borrowing func status() throws(StorageError) -> stat {
        var result = stat()
        if fstat(descriptor, &result) != 0 {
            throw StorageError(code: errno, operation: "reading the file's size", path: path)
        }
        return result
    }

    /// The device and inode of the file.
    borrowing func identity() throws(StorageError) -> FileIdentity {
        FileIdentity(try status())
    }

    /// The size of the file, in bytes.
    borrowing func size() throws(StorageError) -> UInt64 {
        UInt64(max(0, try status().st_size))
    }

    /// Up to `count` bytes from `offset` on; fewer at the end of the file.
    borrowing func read(count: Int, at offset: UInt64) throws(StorageError) -> [UInt8] {
        guard let start = off_t(exactly: offset) else { return [] }
        var failure: Int32 = 0
        let descriptor = descriptor
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, start + off_t(filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        if failure != 0 { throw StorageError(code: failure, operation: "reading the file", path: path) }
        return bytes
    }

    /// Writes all of `bytes` from `offset` on.
    borrowing func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        var failure: Int32 = 0
        let descriptor = descriptor
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, failure == 0 {
                let written = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
                if written > 0 {
                    done += written
                } else if written == 0 || errno != EINTR {
                    failure = written == 0 ? EIO : errno
                }
            }
        }
        if failure != 0 { throw StorageError(code: failure, operation: "writing the file", path: path) }
    }

    /// Brings what was written to the disk, by whomever.
    borrowing func sync() throws(StorageError) {
        let code = FileSystem.sync(descriptor)
        if code != 0 { throw StorageError(code: code, operation: "syncing the file", path: path) }
    }

    /// Takes an exclusive `flock`, waiting while another descriptor holds one.
    borrowing func lockExclusively() throws(StorageError) {
        var result: Int32
        repeat { result = flock(descriptor, LOCK_EX) } while result != 0 && errno == EINTR
        if result != 0 { throw StorageError(code: errno, operation: "locking the file", path: path) }
    }

    /// Gives the `flock` up.
    borrowing func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Takes a shared `flock`, waiting while another holds it exclusively; it ends when the file is closed.
    borrowing func lockShared() throws(StorageError) {
        var result: Int32
        repeat { result = flock(descriptor, LOCK_SH) } while result != 0 && errno == EINTR
        if result != 0 { throw StorageError(code: errno, operation: "locking the file", path: path) }
    }

    /// Takes an exclusive `flock` if no other descriptor holds one; it ends when the file is closed.
    ///
    /// - Returns: whether the lock was taken.
    borrowing func lockExclusivelyIfFree() throws(StorageError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK || errno == EINTR { return false }
        throw StorageError(code: errno, operation: "locking the file", path: path)
    }
}

/// Facts about the file system and the process that LMDB does not report.
enum FileSystem {
    /// The path of the file itself, without links, so that every process finds the same lock file beside it.
    static func canonicalPath(of path: String) throws(StorageError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw StorageError(code: errno, operation: "resolving the path", path: path)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Brings what was written to a file to the disk, as LMDB does it.
    ///
    /// - Returns: 0 or an errno.
    static func sync(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
        // There, `fsync` leaves it to the disk when it writes, and in which order.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        return fsync(descriptor) == 0 ? 0 : errno
        #else
        return fdatasync(descriptor) == 0 ? 0 : errno
        #endif
    }

    /// Whether the file at `path` can not grow: less than 1 MiB is left for this user, or the process's limit is reached.
    static func isFull(at path: String) -> Bool {
        var limit = rlimit()
        #if canImport(Glibc)
        let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0
        #else
        let hasLimit = getrlimit(RLIMIT_FSIZE, &limit) == 0
        #endif
        var file = stat()
        if hasLimit, stat(path, &file) == 0, UInt64(max(0, file.st_size)) >= limit.rlim_cur { return true }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return !overflow && bytes < 1 << 20
    }

    /// The size of a page of memory, in bytes.
    static var memoryPageBytes: Int {
        max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// Whether the address space has `bytes` in one piece, now.
    static func hasAddressSpace(bytes: Int) -> Bool {
        #if canImport(Darwin)
        let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
        #else
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #endif
        guard let start = mmap(nil, bytes, PROT_NONE, flags, -1, 0), start != MAP_FAILED else { return false }
        munmap(start, bytes)
        return true
    }
}
