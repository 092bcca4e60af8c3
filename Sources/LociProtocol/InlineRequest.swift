// Loci, Apache License 2.0.

/// Requests as people type them: words on a line, with spaces between them, in quotes where they have some themselves.
///
/// In double quotes `\xHH \n \r \t \b \a` stand for bytes, and a backslash for what follows it; in single quotes only `\'` is
/// special. A quote may begin within a word, but must end it.
enum InlineRequest {
    /// The request of a line, without its line feed; nil if the line is empty.
    ///
    /// - Throws: `unbalancedQuotes`.
    /// - Complexity: O(length of the line).
    static func read(_ bytes: RawSpan, _ line: Range<Int>) throws(ProtocolError) -> Request? {
        var ranges: [Range<Int>] = []
        var unquoted: [UInt8] = []
        var position = line.lowerBound
        while true {
            while position < line.upperBound, bytes.byte(position).isSpace { position += 1 }
            guard position < line.upperBound else { break }
            let first = unquoted.count
            while position < line.upperBound, !Self.endsWord(bytes.byte(position)) {
                switch bytes.byte(position) {
                case UInt8(ascii: "\""):
                    position = try readDouble(bytes, position + 1..<line.upperBound, into: &unquoted)
                case UInt8(ascii: "'"):
                    position = try readSingle(bytes, position + 1..<line.upperBound, into: &unquoted)
                case let byte:
                    unquoted.append(byte)
                    position += 1
                    continue
                }
                guard position == line.upperBound || bytes.byte(position).isSpace else { throw .unbalancedQuotes }
                break
            }
            ranges.append(first..<unquoted.count)
        }
        return ranges.isEmpty ? nil : Request(ranges: ranges, unquoted: unquoted)
    }

    /// Vertical tabs and form feeds stand between words, but do not end one: so it is in Redis.
    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == .carriageReturn
    }

    /// Reads what follows a double quote, and returns the place behind the closing one.
    private static func readDouble(
        _ bytes: RawSpan, _ range: Range<Int>, into unquoted: inout [UInt8]
    ) throws(ProtocolError) -> Int {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes.byte(position)
            if byte == UInt8(ascii: "\"") { return position + 1 }
            guard byte == UInt8(ascii: "\\"), position + 1 < range.upperBound else {
                unquoted.append(byte)
                position += 1
                continue
            }
            let escaped = bytes.byte(position + 1)
            if escaped == UInt8(ascii: "x"), position + 3 < range.upperBound,
                let high = hexadecimal(bytes.byte(position + 2)), let low = hexadecimal(bytes.byte(position + 3))
            {
                unquoted.append(high << 4 | low)
                position += 4
                continue
            }
            switch escaped {
            case UInt8(ascii: "n"): unquoted.append(.lineFeed)
            case UInt8(ascii: "r"): unquoted.append(.carriageReturn)
            case UInt8(ascii: "t"): unquoted.append(0x09)
            case UInt8(ascii: "b"): unquoted.append(0x08)
            case UInt8(ascii: "a"): unquoted.append(0x07)
            default: unquoted.append(escaped)
            }
            position += 2
        }
        throw .unbalancedQuotes
    }

    /// Reads what follows a single quote, and returns the place behind the closing one.
    private static func readSingle(
        _ bytes: RawSpan, _ range: Range<Int>, into unquoted: inout [UInt8]
    ) throws(ProtocolError) -> Int {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes.byte(position)
            if byte == UInt8(ascii: "'") { return position + 1 }
            if byte == UInt8(ascii: "\\"), position + 1 < range.upperBound,
                bytes.byte(position + 1) == UInt8(ascii: "'")
            {
                position += 1
            }
            unquoted.append(bytes.byte(position))
            position += 1
        }
        throw .unbalancedQuotes
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte.loweredASCII {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte.loweredASCII - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
