// Loci, Apache License 2.0.

import LociJSON

/// Cuts what comes into lines, one a message.
///
/// No more is held than the line under way: one that is too long is reported once, and passed over up to its end, so that the messages
/// after it are read.
public struct MessageLines: Sendable {
    /// The most bytes of a line: 16 MiB.
    public static let maximumBytes = 16 << 20

    /// What was found.
    public enum Line: Sendable, Equatable {
        /// A line, without its end.
        case message([UInt8])
        /// A line that was longer than one may be.
        case tooLong
    }

    private let limit: Int
    private var line: [UInt8] = []
    private var isTooLong = false

    /// No bytes yet.
    public init() { self.init(limit: Self.maximumBytes) }

    init(limit: Int) { self.limit = limit }

    /// Takes bytes as they came.
    /// - Returns: The lines that end in them.
    public mutating func take(_ bytes: some Sequence<UInt8>) -> [Line] {
        let bytes = Array(bytes)
        var lines: [Line] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            append(bytes[start..<end])
            if let line = endLine() { lines.append(line) }
            start = end + 1
        }
        append(bytes[start...])
        return lines
    }

    /// Ends the last line, where no more bytes come; nil if there is none under way.
    public mutating func end() -> Line? { endLine() }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > limit { (isTooLong, line) = (true, []) }
        if !isTooLong { line += bytes }
    }

    /// Lines of blanks alone are none.
    private mutating func endLine() -> Line? {
        defer { (line, isTooLong) = ([], false) }
        if isTooLong { return .tooLong }
        return line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } ? .message(line) : nil
    }
}
