// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Pieces of JSON text, as bytes.
enum JSONText {
    /// A string when the bytes are UTF-8, else `{"base64": "..."}`: identifiers are any bytes, JSON strings are not.
    static func append(identifier: [UInt8], to line: inout [UInt8]) {
        if String(validating: identifier, as: UTF8.self) != nil {
            append(utf8: identifier, to: &line)
        } else {
            line += #"{"base64": ""#.utf8
            line += Data(identifier).base64EncodedString().utf8
            line += #""}"#.utf8
        }
    }

    /// The shortest decimal that reads back as the same float.
    ///
    /// - Returns: false, and appends nothing, when the number is not finite, for which JSON has no word.
    static func append(_ number: Float, to line: inout [UInt8]) -> Bool {
        guard number.isFinite else { return false }
        line += number.description.utf8
        return true
    }

    /// RFC 8259, section 7: quotation mark, backslash and control characters must be escaped.
    private static func append(utf8: [UInt8], to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line.append(UInt8(ascii: "\\"))
                line.append(byte)
            case UInt8(ascii: "\n"): line += #"\n"#.utf8
            case UInt8(ascii: "\r"): line += #"\r"#.utf8
            case UInt8(ascii: "\t"): line += #"\t"#.utf8
            case 0..<0x20:
                line += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                line += String(byte, radix: 16).utf8
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}
