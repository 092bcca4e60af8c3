// Loci, Apache License 2.0.

/// What BERT's tokenizer does to a text before it divides it (Devlin et al., NAACL 2019; `BertNormalizer` of
/// huggingface/tokenizers, whose order of steps this is).
struct BertNormalizer: Sendable, Equatable {
    /// Removes control, format and private characters, and makes blanks of all kinds spaces.
    var cleansText = true
    /// Puts spaces around ideographs, so that each is a word.
    var separatesIdeographs = true
    /// Removes accents.
    var stripsAccents = true
    /// Makes letters lower case.
    var lowercases = true

    /// The text as the tokenizer sees it.
    ///
    /// - Complexity: O(bytes)
    func normalize(_ text: [UInt8]) -> [UInt8] {
        if let short = normalizeASCII(text) { return short }
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.count)
        for scalar in ScalarText.scalars(text) {
            var scalar = scalar
            if cleansText {
                guard let clean = Self.cleaned(scalar) else { continue }
                scalar = clean
            }
            if separatesIdeographs, Self.isIdeograph(scalar) {
                scalars.append(" ")
                scalars.append(scalar)
                scalars.append(" ")
            } else {
                scalars.append(scalar)
            }
        }
        if stripsAccents {
            scalars = TextNormalizer.decomposed(scalars)
            scalars.removeAll { $0.value >= 0x300 && $0.properties.generalCategory == .nonspacingMark }
        }
        if lowercases {
            var lower: [Unicode.Scalar] = []
            lower.reserveCapacity(scalars.count)
            for scalar in scalars { TextNormalizer.appendLower(scalar, to: &lower) }
            scalars = lower
        }
        return ScalarText.bytes(scalars)
    }

    /// The same for a text of ASCII alone; nil for others.
    private func normalizeASCII(_ text: [UInt8]) -> [UInt8]? {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(text.count)
        for byte in text {
            switch byte {
            case 0x80...: return nil
            case 0x09 where cleansText, 0x0A where cleansText, 0x0D where cleansText: normalized.append(0x20)
            case ..<0x20 where cleansText, 0x7F where cleansText: continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z") where lowercases: normalized.append(byte | 0x20)
            default: normalized.append(byte)
            }
        }
        return normalized
    }

    /// A blank for what is one, nil for what is removed.
    private static func cleaned(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: return " "
        case 0x20..<0x7F: return scalar
        case 0xFFFD: return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: return nil
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return " "
        default: return scalar
        }
    }

    /// The blocks of ideographs that BERT knows. Not kana or Hangul.
    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
