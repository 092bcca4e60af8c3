// Loci, Apache License 2.0.

/// A text that is a token whatever stands around it, such as `[MASK]` (`added_tokens` of tokenizer.json).
struct AddedToken: Sendable, Equatable {
    let content: [UInt8]
    let identifier: Int32
    /// Whether it counts only where no letter or digit touches it.
    var isSingleWord = false
    /// Whether blanks before it belong to it.
    var takesBlanksBefore = false
    /// Whether blanks after it belong to it.
    var takesBlanksAfter = false
}

/// Finds added tokens in texts.
struct AddedTokens: Sendable, Equatable {
    /// A part of a text: an added token, or what is between two of them.
    struct Part: Equatable {
        var range: Range<Int>
        var token: Int32?
    }

    /// Longer ones first: of those that begin at one place, the longest counts.
    private let tokens: [AddedToken]
    private let firstBytes: [Bool]

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens.filter { !$0.content.isEmpty }.sorted { $0.content.count > $1.content.count }
        var firstBytes = [Bool](repeating: false, count: 256)
        for token in self.tokens { firstBytes[Int(token.content[0])] = true }
        self.firstBytes = firstBytes
    }

    /// Divides a text.
    ///
    /// - Complexity: O(bytes × tokens) at worst; O(bytes) where the tokens' first bytes are rare.
    func divide(_ text: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var start = 0
        var offset = 0
        while offset < text.count {
            guard firstBytes[Int(text[offset])],
                let token = tokens.first(where: { ScalarText.hasBytes($0.content, in: text, at: offset) })
            else {
                offset += 1
                continue
            }
            let end = offset + token.content.count
            if token.isSingleWord, Self.endsWithWord(text, offset) || Self.beginsWithWord(text, end) {
                offset = end
                continue
            }
            let first = token.takesBlanksBefore ? max(Self.blanksStart(text, offset), start) : offset
            let last = token.takesBlanksAfter ? Self.blanksEnd(text, end) : end
            let range = first..<last
            if start < range.lowerBound { parts.append(Part(range: start..<range.lowerBound)) }
            parts.append(Part(range: range, token: token.identifier))
            start = range.upperBound
            offset = range.upperBound
        }
        if start < text.count { parts.append(Part(range: start..<text.count)) }
        return parts
    }

    private static func blanksStart(_ text: [UInt8], _ end: Int) -> Int {
        var start = end
        while let before = scalarBefore(text, start), PreTokenizer.isBlank(before.scalar) { start -= before.length }
        return start
    }

    private static func blanksEnd(_ text: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < text.count {
            let (scalar, length) = ScalarText.scalar(text, at: end)
            guard PreTokenizer.isBlank(scalar) else { break }
            end += length
        }
        return end
    }

    private static func endsWithWord(_ text: [UInt8], _ end: Int) -> Bool {
        scalarBefore(text, end).map { isWord($0.scalar) } ?? false
    }

    private static func beginsWithWord(_ text: [UInt8], _ start: Int) -> Bool {
        start < text.count && isWord(ScalarText.scalar(text, at: start).scalar)
    }

    private static func scalarBefore(_ text: [UInt8], _ end: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        var start = end - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start < 0 ? nil : ScalarText.scalar(text, at: start)
    }

    /// `\w` of Unicode Technical Standard #18.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
        switch scalar.properties.generalCategory {
        case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }
}
