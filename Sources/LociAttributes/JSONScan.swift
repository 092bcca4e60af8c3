// Loci, Apache License 2.0.

/// What a value of JSON is, by its first byte.
enum JSONKind: UInt8 {
    case null, `true`, `false`, number, string, array, object

    @inline(__always)
    init?(firstByte: UInt8) {
        switch firstByte {
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "t"): self = .true
        case UInt8(ascii: "f"): self = .false
        case UInt8(ascii: "n"): self = .null
        default: return nil
        }
    }

    /// In words, with the article.
    var described: String {
        switch self {
        case .null: "null"
        case .true: "true"
        case .false: "false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Steps over the parts of a text that was validated, without keeping anything.
///
/// In a text that is not JSON they may go astray, but never out of its bounds, and they end.
enum JSONScan {
    @inline(__always)
    static func skipBlanks(_ text: RawSpan, from start: Int) -> Int {
        var position = start
        while position < text.byteCount {
            switch text.byte(position) {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return position
            }
        }
        return position
    }

    /// The string whose opening quotation mark is at an offset; nil if it does not end.
    ///
    /// Eight bytes are looked at in one step: most of a text is in strings.
    @inline(__always)
    static func string(_ text: RawSpan, at start: Int) -> JSONString? {
        var position = start + 1
        var escaped = false
        while true {
            while position + 8 <= text.byteCount {
                let word = UInt64(littleEndian: text.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
                let found = zeroBytes(word ^ 0x2222_2222_2222_2222) | zeroBytes(word ^ 0x5C5C_5C5C_5C5C_5C5C)
                if found != 0 {
                    position += found.trailingZeroBitCount >> 3
                    break
                }
                position += 8
            }
            while true {
                guard position < text.byteCount else { return nil }
                let byte = text.byte(position)
                if byte == UInt8(ascii: "\"") {
                    return JSONString(start: start + 1, end: position, escaped: escaped)
                }
                if byte == UInt8(ascii: "\\") { break }
                position += 1
            }
            escaped = true
            position += 2
        }
    }

    /// The highest bit of each byte that is zero, and of some above the lowest of these.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    /// The offset after the value that begins at an offset; nil if it does not end.
    @inline(__always)
    static func end(_ text: RawSpan, ofValueAt start: Int) -> Int? {
        guard start < text.byteCount else { return nil }
        switch text.byte(start) {
        case UInt8(ascii: "\""):
            return string(text, at: start).map { $0.end + 1 }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return containerEnd(text, at: start)
        default:
            return scalarEnd(text, at: start)
        }
    }

    /// The end of a number or a word: where a delimiter stands.
    @inline(__always)
    static func scalarEnd(_ text: RawSpan, at start: Int) -> Int {
        var position = start
        while position < text.byteCount {
            switch text.byte(position) {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D: return position
            default: position += 1
            }
        }
        return position
    }

    private static func containerEnd(_ text: RawSpan, at start: Int) -> Int? {
        var depth = 0
        var position = start
        while position < text.byteCount {
            switch text.byte(position) {
            case UInt8(ascii: "\""):
                guard let string = string(text, at: position) else { return nil }
                position = string.end + 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
                if depth == 0 { return position }
            default:
                position += 1
            }
        }
        return nil
    }
}
