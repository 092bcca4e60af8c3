// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds in the answer of a model what was asked for: models put words, fences and thoughts around it.
enum AnswerText {
    /// How many brackets are tried: each may cost the length of the answer.
    private static let maximumBrackets = 256

    /// What a model says after it has thought.
    static func spoken(_ text: String) -> String {
        var spoken = Substring(text)
        if let end = text.ranges(of: "</think>").last { spoken = text[end.upperBound...] }
        return String(trimmed(spoken))
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace ?? false { text.removeFirst() }
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return text
    }

    /// The last array of JSON in a text whose elements are of a type; nil if there is none.
    static func array<Element: Decodable>(of _: Element.Type, in text: String) -> [Element]? {
        let bytes = Array(text.utf8)
        var found: [Element]?
        var (place, tried) = (0, 0)
        while place < bytes.count, tried < maximumBrackets {
            guard bytes[place] == UInt8(ascii: "[") else {
                place += 1
                continue
            }
            tried += 1
            guard let end = end(ofArrayAt: place, in: bytes),
                let array = try? JSONDecoder().decode([Element].self, from: Data(bytes[place..<end]))
            else {
                place += 1
                continue
            }
            found = array
            place = end
        }
        return found
    }

    /// Where an array ends, behind its bracket.
    private static func end(ofArrayAt place: Int, in bytes: [UInt8]) -> Int? {
        var (depth, isString, isEscaped) = (0, false, false)
        for index in place..<bytes.count {
            let byte = bytes[index]
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }
}
