// Loci, Apache License 2.0.

extension Span<UInt8> {
    /// The scalar that begins at a byte, and how many bytes it has; nil for bytes that begin none, of which one is to be passed
    /// over. Overlong forms, surrogates and what is above U+10FFFF are none.
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        let first = UInt32(self[index])
        if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, first < 0xF5, index + length <= count else { return nil }
        var value = first & (0xFF >> UInt32(length + 1))
        for offset in 1..<length {
            let byte = UInt32(self[index + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | byte & 0x3F
        }
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }
}

extension [UInt8] {
    /// Appends the UTF-8 of scalars, as many as leave no more than `limit` bytes.
    mutating func append(_ scalars: [Unicode.Scalar], limit: Int) {
        for scalar in scalars {
            let encoded = UTF8.encode(scalar)
            guard let encoded, count + encoded.count <= limit else { return }
            append(contentsOf: encoded)
        }
    }
}
