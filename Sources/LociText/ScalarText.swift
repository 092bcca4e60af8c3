// Loci, Apache License 2.0.

/// Texts as bytes of UTF-8, which are well formed: they come from strings.
enum ScalarText {
    /// The bytes of the character that begins with this one.
    @inline(__always)
    static func length(first: UInt8) -> Int {
        switch first {
        case ..<0xC0: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    /// The character at an offset, and its bytes. Of bytes that are not well formed, a replacement.
    @inline(__always)
    static func scalar(_ text: [UInt8], at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = text[offset]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = min(length(first: first), text.count - offset)
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for byte in text[offset + 1..<offset + length] { value = value << 6 | UInt32(byte & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    /// The characters of a text.
    static func scalars(_ text: [UInt8]) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.count)
        var offset = 0
        while offset < text.count {
            let (scalar, length) = scalar(text, at: offset)
            scalars.append(scalar)
            offset += length
        }
        return scalars
    }

    /// The bytes of characters.
    static func bytes(_ scalars: [Unicode.Scalar]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count)
        for scalar in scalars { append(scalar, to: &bytes) }
        return bytes
    }

    @inline(__always)
    static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        let value = scalar.value
        if value < 0x80 {
            bytes.append(UInt8(value))
        } else if value < 0x800 {
            bytes.append(UInt8(0xC0 | value >> 6))
            bytes.append(UInt8(0x80 | value & 0x3F))
        } else if value < 0x10000 {
            bytes.append(UInt8(0xE0 | value >> 12))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        } else {
            bytes.append(UInt8(0xF0 | value >> 18))
            bytes.append(UInt8(0x80 | value >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        }
    }

    /// Whether bytes lie at an offset.
    @inline(__always)
    static func hasBytes(_ bytes: [UInt8], in text: [UInt8], at offset: Int) -> Bool {
        guard offset + bytes.count <= text.count else { return false }
        for index in bytes.indices where text[offset + index] != bytes[index] { return false }
        return true
    }
}
