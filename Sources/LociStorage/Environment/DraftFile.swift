// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a whole database file is to be put.
struct FileDestination {
    /// Without links, so that what a link leads to is replaced and not the link.
    let path: String
    /// The file that is there already.
    let existing: stat?

    /// A path without links, for a file with the owner and the permissions of `existing` that takes the place of any other.
    init(path: String, existing: stat?) {
        self.path = path
        self.existing = existing
    }

    /// - Throws: ``StorageError/fileExists(path:)`` unless `replacing`, ``StorageError/folderNotFound(path:)``,
    ///   ``StorageError/notAFile(path:)``, ``StorageError/permission(path:)``.
    init(path: String, replacing: Bool) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
            guard replacing else { throw .fileExists(path: path) }
            self.path = try FileSystem.canonicalPath(of: path)
            existing = status
            return
        }
        guard errno == ENOENT else { throw FileDestination.failure(errno, "looking for the file", path: path) }
        let bytes = path.utf8
        let end = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex
        let name = path[end...]
        guard !name.isEmpty, let folder = realpath(end == bytes.startIndex ? "." : String(path[..<end]), nil) else {
            throw .folderNotFound(path: path)
        }
        defer { free(folder) }
        let start = String(cString: folder)
        self.path = (start == "/" ? "" : start) + "/" + name
        existing = nil
    }

    /// Which file is there.
    var identity: FileIdentity? { existing.map { FileIdentity($0) } }

    /// The folder, with the slash.
    var folder: String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
    }

    /// What an errno means where a file is to be put.
    static func failure(_ code: Int32, _ operation: String, path: String) -> StorageError {
        switch code {
        case ENOENT, ENOTDIR: .folderNotFound(path: path)
        case EROFS: .permission(path: path)
        default: StorageError(code: code, operation: operation, path: path)
        }
    }
}

/// A file under a hidden random name, `.loci-*.partial`, beside the place where it is put when it is whole.
///
/// The hidden name goes with the object; a process that is killed leaves it.
struct DraftFile: ~Copyable {
    let destination: FileDestination
    let descriptor: Int32
    private let temporary: String

    /// Makes an empty file with the owner and the permissions of the one that it is to replace.
    ///
    /// - Throws: ``StorageError/permission(path:)``, ``StorageError/diskFull(path:)``, and others of the system's.
    init(for destination: FileDestination) throws(StorageError) {
        while true {
            let temporary = destination.folder + ".loci-\(String(UInt64.random(in: .min ... .max), radix: 16)).partial"
            let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                self.destination = destination
                self.temporary = temporary
                self.descriptor = descriptor
                break
            }
            let code = errno
            if code == EEXIST || code == EINTR { continue }
            throw FileDestination.failure(code, "creating the file", path: destination.path)
        }
        if let existing = destination.existing {
            // Only the superuser can give files away; for all others the owner is the same, or the new one is right.
            _ = fchown(descriptor, existing.st_uid, existing.st_gid)
            _ = fchmod(descriptor, existing.st_mode & 0o7777)
        }
    }

    deinit {
        close(descriptor)
        unlink(temporary)
    }

    /// The size so far, in bytes.
    borrowing func bytes() throws(StorageError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno, "reading the file's size") }
        return Int(status.st_size)
    }

    /// Makes every write to the file fail from now on, by whichever thread.
    borrowing func refuseWrites() {
        let unwritable = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard unwritable >= 0 else { return }
        // In one step: the descriptor's number is never free for another file.
        dup2(unwritable, descriptor)
        close(unwritable)
    }

    /// Brings what was written to the disk.
    borrowing func sync() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw failure(errno, "syncing the file") }
    }

    /// Puts the file, which was synced, in its place: over the one that was there, or else where still none is.
    ///
    /// - Throws: ``StorageError/fileExists(path:)`` if a file has come since, and others of the system's.
    borrowing func place() throws(StorageError) {
        let path = destination.path
        if destination.existing != nil {
            guard rename(temporary, path) == 0 else { throw failure(errno, "renaming the file") }
        } else if link(temporary, path) != 0 {
            // Unlike a renaming, a link leaves a file alone that has come since. Some file systems have none.
            var status = stat()
            if errno == EEXIST || lstat(path, &status) == 0 { throw .fileExists(path: path) }
            guard rename(temporary, path) == 0 else { throw failure(errno, "renaming the file") }
        }
        let folder = open(destination.folder, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        // Not every file system knows how to sync a folder.
        if fsync(folder) != 0, errno != EINVAL, errno != EBADF, errno != ENOTSUP {
            throw failure(errno, "syncing the folder")
        }
    }

    /// What an errno means for the file to be.
    borrowing func failure(_ code: Int32, _ operation: String) -> StorageError {
        FileDestination.failure(code, operation, path: destination.path)
    }
}
