// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that takes its name only when it is whole.
///
/// Bytes go to a hidden sibling with a random name, which is synced and renamed into place by `commit` and removed
/// when anything fails or the object is dropped. A crash of the machine can leave the sibling, `.loci-*.partial`.
final class ReplacingFile {
    /// The path as it was given, for messages.
    let path: String

    private let destination: String
    private let temporary: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 262_144

    /// Creates the sibling of the file at `path`.
    ///
    /// - Throws: `cannotWrite`; `isDirectory` or `notRegularFile` for a path that a file cannot replace.
    convenience init(path: String) throws(VectorFileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotWrite(path: path, reason: "the path is empty or holds a zero byte")
        }
        let destination = try ReplacingFile.resolve(path)
        let folder = destination.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(destination[...$0]) } ?? ""
        while true {
            let temporary = folder + ".loci-\(String(UInt64.random(in: .min ... .max), radix: 16)).partial"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                self.init(path: path, destination: destination, temporary: temporary, descriptor: descriptor)
                return
            }
            let code = errno
            guard code == EEXIST || code == EINTR else {
                throw .cannotWrite(path: path, reason: systemMessage(code))
            }
        }
    }

    /// Takes over an open descriptor and the file that it writes to.
    init(path: String, destination: String, temporary: String, descriptor: Int32) {
        self.path = path
        self.destination = destination
        self.temporary = temporary
        self.descriptor = descriptor
        buffer.reserveCapacity(ReplacingFile.bufferSize)
    }

    deinit {
        discard()
    }

    /// The file to replace: what a symbolic link points to, rather than the link.
    private static func resolve(_ path: String) throws(VectorFileError) -> String {
        var status = stat()
        // What does not exist can be created; any other failure comes again, with its reason, on creation.
        guard stat(path, &status) == 0 else { return path }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .isDirectory(path: path)
        default: throw .notRegularFile(path: path)
        }
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Appends bytes.
    ///
    /// - Throws: `cannotWrite`, after which the sibling is gone; `writerClosed` after a failure or `commit`.
    func write(_ bytes: some Collection<UInt8>) throws(VectorFileError) {
        guard descriptor >= 0 else { throw .writerClosed(path: path) }
        buffer.append(contentsOf: bytes)
        if buffer.count >= ReplacingFile.bufferSize { try flush() }
    }

    /// Appends numbers as little-endian float32.
    ///
    /// - Throws: as `write`.
    func write(floats: [Float]) throws(VectorFileError) {
        guard descriptor >= 0 else { throw .writerClosed(path: path) }
        floats.map { $0.bitPattern.littleEndian }.withUnsafeBytes { buffer.append(contentsOf: $0) }
        if buffer.count >= ReplacingFile.bufferSize { try flush() }
    }

    /// Writes bytes over the start of the file, where a header was left open.
    ///
    /// - Throws: as `write`.
    func overwriteStart(_ bytes: [UInt8]) throws(VectorFileError) {
        guard descriptor >= 0 else { throw .writerClosed(path: path) }
        try flush()
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw fail() }
        buffer = bytes
        try flush()
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw fail() }
    }

    /// Syncs the file and gives it its name.
    ///
    /// - Throws: as `write`.
    func commit() throws(VectorFileError) {
        guard descriptor >= 0 else { throw .writerClosed(path: path) }
        try flush()
        guard fsync(descriptor) == 0 else { throw fail() }
        let closed = close(descriptor)
        let code = errno
        descriptor = -1
        guard closed == 0 else {
            unlink(temporary)
            throw .cannotWrite(path: path, reason: systemMessage(code))
        }
        guard rename(temporary, destination) == 0 else {
            let code = errno
            unlink(temporary)
            throw .cannotWrite(path: path, reason: systemMessage(code))
        }
    }

    /// Closes and removes the sibling; does nothing after `commit`.
    func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
        descriptor = -1
    }

    private func flush() throws(VectorFileError) {
        let descriptor = descriptor
        let isWritten = buffer.withUnsafeBytes { bytes in
            var remaining = bytes[...]
            while !remaining.isEmpty {
                let written = sendBytes(descriptor, UnsafeRawBufferPointer(rebasing: remaining))
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                remaining = remaining.dropFirst(written)
            }
            return true
        }
        guard isWritten else { throw fail() }
        buffer.removeAll(keepingCapacity: true)
    }

    private func fail() -> VectorFileError {
        let code = errno
        discard()
        return .cannotWrite(path: path, reason: systemMessage(code))
    }
}

/// The system's `write`, which inside the class above is hidden by its own.
private func sendBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
