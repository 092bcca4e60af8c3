// Loci, Apache License 2.0.

/// Where a text stops to make sense, and why.
public struct SyntaxFault: Equatable, Sendable {
    /// What is wrong there, in words.
    public let reason: String
    /// The byte, from 0. The length of the text where it ends too early.
    public let position: Int
    /// What is around it, in one line.
    public let excerpt: String
    /// The character of the excerpt, from 0.
    public let column: Int

    /// Bytes of an excerpt before and after the fault.
    private static let reach = 40

    init(_ reason: String, at position: Int, in text: RawSpan) {
        self.reason = reason
        self.position = position
        var start = max(0, position - Self.reach)
        while start < position, text.byte(start) & 0xC0 == 0x80 { start += 1 }
        var end = min(text.byteCount, position + Self.reach)
        while end > position, end < text.byteCount, text.byte(end) & 0xC0 == 0x80 { end -= 1 }
        let before = (start > 0 ? "..." : "") + Self.line(text, start..<min(position, end))
        excerpt = before + Self.line(text, min(position, end)..<end) + (end < text.byteCount ? "..." : "")
        column = before.count
    }

    /// Bytes as text that neither breaks the line nor moves what follows.
    private static func line(_ text: RawSpan, _ range: Range<Int>) -> String {
        var line = ""
        for scalar in text.string(range).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: line.append(" ")
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    /// The reason, and below it the excerpt with a caret under the fault.
    func described(_ what: String, remedy: String) -> String {
        "\(what): at byte \(position) \(reason); \(remedy)\n  \(excerpt)\n  \(String(repeating: " ", count: column))^"
    }
}
