// Loci, Apache License 2.0.

public import LociAttributes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Vectors that come as JSON lines through a pipe or a socket, as they come.
///
/// Of what came, no more is read ahead than one read gives, and no more is held than the line under way: a stream may be
/// longer than memory, and need not end. Lines are those of a `.jsonl` file, of at most `VectorFileLimits.lineBytes`.
/// After an error there are no more rows.
public final class JSONLinesStream {
    /// A line's row.
    public struct Row: Sendable, Equatable {
        /// The number of the line, from 1.
        public let line: Int
        /// The bytes of the identifier, 1 to `VectorFileLimits.identifierBytes`, or nil when the line has none.
        public let identifier: [UInt8]?
        /// The vectors, one at least, each of any number of components.
        public let vectors: [[Float]]
        /// The attributes, or nil when the line has none.
        public let attributes: Attributes?
    }

    /// What the stream is called in messages.
    public let name: String

    private let descriptor: Int32
    private let wait: () throws -> Void
    private let decoder = JSONDecoder()
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
    ///   - wait: Called before each read, and again when there is nothing to read yet: it may wait for input, and end the
    ///     reading by an error.
    public init(descriptor: Int32, name: String, wait: @escaping () throws -> Void) {
        self.descriptor = descriptor
        self.name = name
        self.wait = wait
    }

    /// Gives the next row when its line is whole; lines that are blank are passed over.
    ///
    /// - Returns: nil at the end of the stream, which ends a line too.
    /// - Throws: `badJSON`, `lineTooLong`, `emptyIdentifier`, `identifierTooLong`, `cannotRead`; what `wait` throws.
    /// - Complexity: O(n) in the bytes of the line.
    public func next() throws -> Row? {
        do {
            while let range = try nextLine() {
                line += 1
                let decoded = try bytes.withUnsafeBytes { bytes in
                    try JSONLine.decode(
                        UnsafeRawBufferPointer(rebasing: bytes[range]), decoder, path: name, line: line)
                }
                guard let decoded else { continue }
                if let identifier = decoded.identifier {
                    try IdentifierTable.checkLength(of: identifier, path: name, line: line)
                }
                return Row(
                    line: line, identifier: decoded.identifier, vectors: decoded.vectors, attributes: decoded.attributes
                )
            }
            return nil
        } catch {
            (isEnded, bytes, start, scanned) = (true, [], 0, 0)
            throw error
        }
    }

    /// Where in `bytes` the next line is, without its LF or CRLF.
    private func nextLine() throws -> Range<Int>? {
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

    private func take(to end: Int, next: Int) throws(VectorFileError) -> Range<Int> {
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
    private func readMore() throws -> Bool {
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
