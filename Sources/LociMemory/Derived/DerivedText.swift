// Loci, Apache License 2.0.

/// The texts of units that are made of turns.
enum DerivedText {
    /// The most keywords of a unit.
    static let maximumKeywords = 64
    /// The most bytes of a text as JSON has it.
    private static let maximumBytes = UnitAdmission.maximumTextBytes

    /// As much of a text as fits, in bytes as JSON has them, so that it can be stored whatever is in it.
    static func clipped(_ text: String, to limit: Int = maximumBytes) -> String {
        var bytes = 0
        for index in text.unicodeScalars.indices {
            bytes += bytesInJSON(text.unicodeScalars[index])
            guard bytes <= limit else { return String(text.unicodeScalars[..<index]) }
        }
        return text
    }

    static func bytesInJSON(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + bytesInJSON($1) } }

    private static func bytesInJSON(_ scalar: Unicode.Scalar) -> Int {
        scalar.value < 32 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
    }

    /// Turns as one text, a line each.
    static func joined(_ turns: [MemoryUnit]) -> String {
        // Blanks in front could take all the room.
        clipped(turns.map { String($0.spokenText.drop(while: \.isWhitespace)) }.joined(separator: "\n"))
    }

    /// Keywords as one text; nil where there are none.
    static func keywords(_ words: [String]) -> String? {
        var seen: Set<String> = []
        let kept = words.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .filter { !$0.isEmpty && seen.insert($0).inserted }
        return kept.isEmpty ? nil : kept.prefix(maximumKeywords).joined(separator: ", ")
    }

    /// What a hook gave, once it has been found to be a text that can be stored.
    /// - Throws: `MemoryError.hook`.
    static func checked(_ text: String, of hook: String) throws(MemoryError) -> String {
        do {
            try UnitAdmission.validateText(text, index: 0)
        } catch .badUnit(_, _, let reason) {
            throw .hook(name: hook, reason: "its text cannot be stored: \(reason)")
        } catch {
            throw error
        }
        let bytes = bytesInJSON(text)
        guard bytes <= maximumBytes else {
            throw .hook(name: hook, reason: "its text has \(bytes) bytes as JSON, and \(maximumBytes) is the limit")
        }
        return text
    }
}
