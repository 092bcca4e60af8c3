// Loci, Apache License 2.0.

/// A string of a text of JSON: where it lies between its quotation marks.
struct JSONString {
    var start: Int
    var end: Int
    /// Whether there is a backslash in it.
    var escaped: Bool

    @inline(__always)
    var range: Range<Int> { start..<max(start, end) }

    /// The characters that the string stands for.
    func decoded(_ text: RawSpan) -> String {
        escaped ? String(decoding: bytes(text), as: UTF8.self) : text.string(range)
    }

    /// The bytes that the string stands for.
    func bytes(_ text: RawSpan) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var cursor = JSONStringBytes(self)
        while let byte = cursor.next(text) { bytes.append(byte) }
        return bytes
    }

    /// Whether the string stands for these bytes.
    @inline(__always)
    func equals(_ bytes: borrowing RawSpan, _ text: RawSpan) -> Bool {
        escaped ? equalsDecoded(bytes, text) : text.equals(range, bytes)
    }

    private func equalsDecoded(_ bytes: borrowing RawSpan, _ text: RawSpan) -> Bool {
        var cursor = JSONStringBytes(self)
        var index = 0
        while let byte = cursor.next(text) {
            guard index < bytes.byteCount, bytes.byte(index) == byte else { return false }
            index += 1
        }
        return index == bytes.byteCount
    }

    /// The scalar of the escape `\u` at an offset, and where the text goes on; nil for half of a surrogate pair, and where
    /// digits are missing.
    static func scalar(_ text: RawSpan, escapeAt start: Int) -> (Unicode.Scalar, next: Int)? {
        guard let first = unit(text, at: start) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, start + 6) }
        guard UTF16.isLeadSurrogate(first), let second = unit(text, at: start + 6), UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF)
        else { return nil }
        return (scalar, start + 12)
    }

    /// The unit of UTF-16 of an escape.
    private static func unit(_ text: RawSpan, at start: Int) -> UInt16? {
        guard start + 6 <= text.byteCount, text.byte(start) == UInt8(ascii: "\\"),
            text.byte(start + 1) == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for offset in start + 2..<start + 6 {
            let byte = text.byte(offset)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

/// Gives the bytes that a string stands for, one by one, and keeps none.
struct JSONStringBytes {
    private var position: Int
    private let end: Int
    /// The bytes of a character that was escaped and that are still to come, the next one lowest.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(_ string: JSONString) {
        position = string.start
        end = string.end
    }

    /// The next byte, or nil at the end.
    mutating func next(_ text: RawSpan) -> UInt8? {
        if pendingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingCount -= 1
            return byte
        }
        guard position < end else { return nil }
        let byte = text.byte(position)
        guard byte == UInt8(ascii: "\\"), position + 1 < end else {
            position += 1
            return byte
        }
        let kind = text.byte(position + 1)
        if kind == UInt8(ascii: "u") {
            // Only in a text that was not validated is there none.
            let (scalar, after) = JSONString.scalar(text, escapeAt: position) ?? ("\u{FFFD}", position + 2)
            position = after
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                pending |= UInt32(byte) << UInt32(8 * pendingCount)
                pendingCount += 1
            }
            return next(text)
        }
        position += 2
        switch kind {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        default: return kind
        }
    }
}
