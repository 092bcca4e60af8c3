// Loci, Apache License 2.0.

/// Writes strings of JSON as bytes, for texts that are compared byte by byte or are long.
package enum JSONStringWriter {
    /// Appends a text in quotation marks. What RFC 8259, section 7, demands is escaped, and nothing else: quotation marks, backslashes and control
    /// characters.
    /// - Parameter utf8: Must be UTF-8.
    package static func append(_ utf8: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
            case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
            case 0..<0x20:
                bytes += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                bytes += String(byte, radix: 16).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
