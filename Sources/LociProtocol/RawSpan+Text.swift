// Loci, Apache License 2.0.

/// Text that lies in bytes of another's.
extension RawSpan {
    /// The byte at an offset. Checked against the bounds.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// A copy of all bytes.
    package var copied: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// All bytes as a string; what is not UTF-8 is replaced.
    package var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

    /// Whether the bytes are a word of ASCII, in whichever case, as names of commands and options are compared.
    ///
    /// - Complexity: O(length of the word).
    package func isWord(_ word: StaticString) -> Bool {
        guard word.hasPointerRepresentation, byteCount == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for (index, letter) in letters.enumerated() where byte(index).loweredASCII != letter.loweredASCII {
                return false
            }
            return true
        }
    }
}

extension UInt8 {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    var loweredASCII: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// What C calls a space, apart from every locale.
    var isSpace: Bool { self == UInt8(ascii: " ") || (self >= 0x09 && self <= 0x0D) }
}
