// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A whole file, mapped read-only for as long as the object lives.
///
/// A file that another program shortens while it is mapped is out of scope: touching the lost pages ends the process
/// with a bus error, as with every mapped file. Replacing the file by a rename is safe, the mapping keeps the old one.
///
/// `@unchecked Sendable`: the pointer and the size never change, and the bytes are only read.
package final class MappedFile: @unchecked Sendable {
    /// The size in bytes, above 0.
    package let size: Int

    private let base: UnsafeMutableRawPointer

    /// Maps the file at `path`.
    ///
    /// - Throws: `missing`, `isDirectory`, `notRegularFile`, `empty`, `sizeOverflow`, `cannotRead`.
    package init(path: String) throws(VectorFileError) {
        guard !path.utf8.contains(0) else {
            throw .cannotRead(path: path, reason: "the path holds a zero byte")
        }
        // Without O_NONBLOCK, opening a pipe would wait for its writer before it could be refused.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            throw code == ENOENT || code == ENOTDIR
                ? .missing(path: path) : .cannotRead(path: path, reason: systemMessage(code))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotRead(path: path, reason: systemMessage(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .isDirectory(path: path)
        default: throw .notRegularFile(path: path)
        }
        guard let size = Int(exactly: status.st_size) else { throw .sizeOverflow(path: path) }
        guard size > 0 else { throw .empty(path: path) }
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        // MAP_FAILED is a cast of -1, which not every platform imports.
        guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw .cannotRead(path: path, reason: systemMessage(errno))
        }
        self.size = size
        base = address
    }

    deinit {
        munmap(base, size)
    }

    /// Tells the system that the file is about to be read once, from its start to its end.
    func expectSequentialReading() {
        // Advice: nothing is lost when the system declines it.
        _ = posix_madvise(base, size, POSIX_MADV_SEQUENTIAL)
    }

    /// Calls `body` with the bytes, which are valid until it returns.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: size))
    }
}

/// The system's text for an error number.
package func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
