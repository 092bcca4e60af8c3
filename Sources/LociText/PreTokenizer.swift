// Loci, Apache License 2.0.

/// How a tokenizer divides a text into pieces, over whose ends no token reaches, by the types of tokenizer.json.
enum PreTokenizer: Sendable, Equatable {
    /// At blanks, which go, and around marks of punctuation, which stay (`BertPreTokenizer`).
    case bert
    /// At blanks, which go (`WhitespaceSplit`).
    case blanks
    /// Spaces become a visible mark, which words begin with (`Metaspace`).
    case metaspace(mark: [UInt8], prepends: Prepending, splits: Bool)

    /// Whether the mark is put before the beginning of a text that does not begin with it.
    enum Prepending: Sendable, Equatable {
        case always
        /// Only where the whole text begins, not after a special token.
        case first
        case never
    }

    /// The pieces of a text, which may have become another.
    ///
    /// - Parameter isFirst: Whether the text is the beginning of the whole.
    /// - Complexity: O(bytes)
    func divide(_ text: [UInt8], isFirst: Bool) -> (text: [UInt8], pieces: [Range<Int>]) {
        switch self {
        case .bert: (text, Self.words(text, dividesPunctuation: true))
        case .blanks: (text, Self.words(text, dividesPunctuation: false))
        case .metaspace(let mark, let prepends, let splits):
            Self.metaspace(text, mark, prepends == .always || prepends == .first && isFirst, splits)
        }
    }

    private static func words(_ text: [UInt8], dividesPunctuation: Bool) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        var offset = 0
        while offset < text.count {
            let (scalar, length) = ScalarText.scalar(text, at: offset)
            let isBlank = isBlank(scalar)
            if isBlank || dividesPunctuation && isPunctuation(scalar) {
                if start < offset { pieces.append(start..<offset) }
                if !isBlank { pieces.append(offset..<offset + length) }
                start = offset + length
            }
            offset += length
        }
        if start < offset { pieces.append(start..<offset) }
        return pieces
    }

    private static func metaspace(
        _ text: [UInt8], _ mark: [UInt8], _ prepends: Bool, _ splits: Bool
    ) -> (text: [UInt8], pieces: [Range<Int>]) {
        var marked: [UInt8] = []
        marked.reserveCapacity(text.count + text.count / 2)
        for byte in text {
            if byte == 0x20 { marked.append(contentsOf: mark) } else { marked.append(byte) }
        }
        if prepends, !marked.isEmpty, !ScalarText.hasBytes(mark, in: marked, at: 0) { marked = mark + marked }
        guard splits, let first = mark.first else { return (marked, marked.isEmpty ? [] : [0..<marked.count]) }
        var pieces: [Range<Int>] = []
        var start = 0
        var offset = 0
        while offset < marked.count {
            if offset > start, marked[offset] == first, ScalarText.hasBytes(mark, in: marked, at: offset) {
                pieces.append(start..<offset)
                start = offset
            }
            offset += ScalarText.length(first: marked[offset])
        }
        if start < marked.count { pieces.append(start..<marked.count) }
        return (marked, pieces)
    }

    @inline(__always)
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x80
            ? scalar.value == 0x20 || scalar.value >= 0x09 && scalar.value <= 0x0D : scalar.properties.isWhitespace
    }

    /// Punctuation by Unicode, and all of ASCII that is neither letter nor digit. The library that BERT models are trained with has
    /// an older Unicode, which lacks some marks of rare scripts.
    @inline(__always)
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
        case ..<0x80: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
