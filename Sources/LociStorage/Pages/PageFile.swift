// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The pages of a data file, read and not mapped: one that the file does not have is a short read, and no signal.
final class PageFile {
    /// LMDB's descriptor of the file, which is of the file that is mapped, whatever is at the path by now.
    private let descriptor: Int32
    private let path: String
    let pageBytes: Int
    private let buffer: UnsafeMutableRawBufferPointer

    init(descriptor: Int32, path: String, pageBytes: Int) {
        self.descriptor = descriptor
        self.path = path
        self.pageBytes = pageBytes
        buffer = .allocate(byteCount: pageBytes, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// The bytes of a page, which are good until the next call; nil beyond the end of the file.
    func page(_ number: UInt64) throws(StorageError) -> UnsafeRawBufferPointer? {
        try read(into: buffer, fromPage: number) ? UnsafeRawBufferPointer(buffer) : nil
    }

    /// Fills a buffer from the start of a page on.
    /// - Returns: whether the file has so many bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer, fromPage number: UInt64) throws(StorageError) -> Bool {
        let (offset, overflow) = number.multipliedReportingOverflow(by: UInt64(pageBytes))
        guard !overflow, let start = off_t(exactly: offset) else { return false }
        var filled = 0
        while filled < buffer.count {
            let got = pread(
                descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, start + off_t(filled))
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw StorageError(code: errno, operation: "reading page \(number)", path: path) }
            if got == 0 { return false }
            filled += got
        }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// A number in the byte order of the machine, which is LMDB's; the bytes must be there.
    func native<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        loadUnaligned(fromByteOffset: offset, as: type)
    }
}
