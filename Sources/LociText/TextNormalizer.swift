// Loci, Apache License 2.0.

import LociWords

/// What a tokenizer does to a text before it divides it, by the types of tokenizer.json (huggingface/tokenizers).
indirect enum TextNormalizer: Sendable, Equatable {
    case bert(BertNormalizer)
    /// Puts a text before one that is not empty.
    case prepend([UInt8])
    case replace([UInt8], with: [UInt8])
    case lowercase
    /// Canonical decomposition (NFD).
    case decompose
    /// Canonical composition (NFC).
    case compose
    /// Removes combining marks, which must have been decomposed.
    case stripAccents
    case sequence([TextNormalizer])

    /// The text as the tokenizer sees it.
    ///
    /// - Complexity: O(bytes)
    func normalize(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .bert(let normalizer): return normalizer.normalize(text)
        case .prepend(let beginning): return text.isEmpty ? text : beginning + text
        case .replace(let pattern, let replacement): return Self.replacing(pattern, with: replacement, in: text)
        case .lowercase:
            var lower: [Unicode.Scalar] = []
            for scalar in ScalarText.scalars(text) { Self.appendLower(scalar, to: &lower) }
            return ScalarText.bytes(lower)
        case .decompose: return ScalarText.bytes(Self.decomposed(ScalarText.scalars(text)))
        case .compose:
            var scalars = Self.decomposed(ScalarText.scalars(text))
            CanonicalForm.compose(&scalars)
            return ScalarText.bytes(scalars)
        case .stripAccents:
            let kept = ScalarText.scalars(text).filter {
                switch $0.properties.generalCategory {
                case .nonspacingMark, .spacingMark, .enclosingMark: false
                default: true
                }
            }
            return ScalarText.bytes(kept)
        case .sequence(let steps):
            return steps.reduce(text) { $1.normalize($0) }
        }
    }

    static func decomposed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var decomposed: [Unicode.Scalar] = []
        decomposed.reserveCapacity(scalars.count)
        for scalar in scalars { CanonicalForm.appendDecomposition(of: scalar, to: &decomposed) }
        CanonicalForm.reorder(&decomposed)
        return decomposed
    }

    /// Appends a character's lower-case form, whatever stands around it: a capital sigma gives `σ` at the end of a word too.
    static func appendLower(_ scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar]) {
        if scalar.value < 0x80 {
            let isCapital = scalar.value >= 0x41 && scalar.value <= 0x5A
            scalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
        } else {
            scalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
    }

    private static func replacing(_ pattern: [UInt8], with replacement: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard let first = pattern.first else { return text }
        var replaced: [UInt8] = []
        replaced.reserveCapacity(text.count + text.count / 2)
        var offset = 0
        while offset < text.count {
            if text[offset] == first, ScalarText.hasBytes(pattern, in: text, at: offset) {
                replaced.append(contentsOf: replacement)
                offset += pattern.count
            } else {
                replaced.append(text[offset])
                offset += 1
            }
        }
        return replaced
    }
}
