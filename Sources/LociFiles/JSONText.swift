// Loci, Apache License 2.0.

import LociJSON

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
            JSONStringWriter.append(identifier, to: &line)
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
}
