// Loci, Apache License 2.0.

/// Text of UTF-8 that lies in bytes of another's.
extension RawSpan {
    /// The byte at an offset. Checked against the bounds.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The bytes of a range as a string; what is not UTF-8 is replaced.
    func string(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the bytes of a range are these.
    @inline(__always)
    func equals(_ range: Range<Int>, _ bytes: borrowing RawSpan) -> Bool {
        guard range.count == bytes.byteCount else { return false }
        return hasBytes(bytes, at: range.lowerBound)
    }

    /// Whether the bytes from an offset on, which must be there, are these.
    @inline(__always)
    func hasBytes(_ bytes: borrowing RawSpan, at offset: Int) -> Bool {
        let count = bytes.byteCount
        var index = 0
        while index + 8 <= count {
            let here = unsafeLoadUnaligned(fromByteOffset: offset + index, as: UInt64.self)
            if here != bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) { return false }
            index += 8
        }
        while index < count {
            if byte(offset + index) != bytes.byte(index) { return false }
            index += 1
        }
        return true
    }

    /// The length of the character of UTF-8 that begins at an offset, or nil where none does (Unicode, table 3-7).
    func characterLength(at offset: Int) -> Int? {
        let first = byte(offset)
        let second = offset + 1 < byteCount ? byte(offset + 1) : 0
        let length: Int
        let allowed: ClosedRange<UInt8>
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF: (length, allowed) = (2, 0x80...0xBF)
        case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
        case 0xED: (length, allowed) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, allowed) = (3, 0x80...0xBF)
        case 0xF0: (length, allowed) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, allowed) = (4, 0x80...0xBF)
        case 0xF4: (length, allowed) = (4, 0x80...0x8F)
        default: return nil
        }
        guard allowed.contains(second), offset + length <= byteCount else { return nil }
        var index = 2
        while index < length {
            if byte(offset + index) & 0xC0 != 0x80 { return nil }
            index += 1
        }
        return length
    }
}
