// Loci, Apache License 2.0.

/// What a terminal makes of a text: how many columns it takes, and what must not reach it raw.
///
/// Widths follow the usual approximation: one column a character, two for East Asian wide characters and emoji, none for
/// marks that combine with what is before them.
enum TextWidth {
    /// The columns that the text takes.
    ///
    /// - Complexity: O(*n*) in the length of the text.
    static func columns(_ text: String) -> Int {
        var columns = 0
        for character in text { columns += self.columns(character) }
        return columns
    }

    /// The text, cut to at most `limit` columns; a text that is cut ends in `…`.
    static func truncated(_ text: String, to limit: Int) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let width = columns(character)
            guard used + width < limit else { break }
            result.append(character)
            used += width
        }
        return result + "…"
    }

    /// The text with control characters written out (`\n`, `\u{1B}`).
    ///
    /// Ids and attributes are arbitrary strings: shown raw, they could move the cursor, break a table, or send the
    /// terminal commands.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isControl(scalar): result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// C0, DEL, C1, the line and paragraph separators, and the marks that turn the direction of writing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func columns(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.isASCII { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return isWide(first) ? 2 : 1
    }

    /// The large blocks of Unicode's EastAsianWidth.txt that are W or F; single symbols are taken from the emoji property.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
