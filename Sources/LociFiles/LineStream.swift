// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lines that come through a file, a pipe or a socket, as they come.
///
/// Of what came, no more is read ahead than one read gives, and no more is held than the line under way, of at most
/// `VectorFileLimits.lineBytes`.
package struct LineStream {
    private let descriptor: Int32
    private let name: String
    private let wait: () throws -> Void
    /// What was read and not given out yet, after the lines before `start`.
    private var bytes: [UInt8] = []
    private var start = 0
    /// No line ends between `start` and here.
    private var scanned = 0
    private var line = 0
    private var isEnded = false

    /// Where a read puts what it gives: at most what a pipe holds.
    private var part = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameters:
    ///   - descriptor: Open for reading. It stays open.
    ///   - name: What the stream is called in messages.
    ///   - wait: Called before each read, and again when there is nothing to read yet.
    package init(descriptor: Int32, name: String, wait: @escaping () throws -> Void) {
        (self.descriptor, self.name, self.wait) = (descriptor, name, wait)
    }

    /// Runs `body` with the number of the next line, from 1, and its bytes without its end, which are there during the call.
    ///
    /// - Returns: nil at the end of the stream, which ends a line too.
    /// - Throws: `lineTooLong`, `cannotRead`; what `wait` and `body` throw.
    package mutating func next<Result>(
        _ body: (_ line: Int, _ bytes: UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result? {
        guard let range = try nextLine() else { return nil }
        line += 1
        return try bytes.withUnsafeBytes { try body(line, UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Gives no more lines.
    package mutating func end() { (isEnded, bytes, start, scanned) = (true, [], 0, 0) }

    /// Where in `bytes` the next line is, without its LF or CRLF.
    private mutating func nextLine() throws -> Range<Int>? {
        while true {
            if let end = nextLineFeed { return try take(to: end, next: end + 1) }
            scanned = bytes.count
            // The CR of an end that is still to come does not count.
            guard scanned - start <= VectorFileLimits.lineBytes + 1 else { throw tooLong }
            if try isEnded || !readMore() {
                isEnded = true
                return start < bytes.count ? try take(to: bytes.count, next: bytes.count) : nil
            }
        }
    }

    private var nextLineFeed: Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            return memchr(base + scanned, 0x0A, bytes.count - scanned).map { UnsafeRawPointer($0) - base }
        }
    }

    private mutating func take(to end: Int, next: Int) throws(VectorFileError) -> Range<Int> {
        let hasReturn = end > start && bytes[end - 1] == 0x0D
        let range = start..<(hasReturn ? end - 1 : end)
        guard range.count <= VectorFileLimits.lineBytes else { throw tooLong }
        (start, scanned) = (next, next)
        return range
    }

    private var tooLong: VectorFileError {
        .lineTooLong(path: name, line: line + 1, limit: VectorFileLimits.lineBytes)
    }

    /// Reads what there is, at least a byte.
    ///
    /// - Returns: false at the end of the stream.
    private mutating func readMore() throws -> Bool {
        bytes.removeSubrange(..<start)
        (start, scanned) = (0, scanned - start)
        var count = -1
        repeat {
            try wait()
            count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR || errno == EAGAIN else {
                throw VectorFileError.cannotRead(path: name, reason: systemMessage(errno))
            }
        } while count < 0
        bytes += part[..<count]
        return count > 0
    }
}
