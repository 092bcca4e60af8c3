// Loci, Apache License 2.0.

/// What makes words that differ in case, in composition or in accents the same.
enum LetterFolding {
    /// Appends a decomposed scalar without its case: Unicode's full case folding, by way of the mappings that the standard
    /// library has. `lower(upper(lower(x)))` folds `ẞ` and `ß` to `ss`, and `ς` to `σ`.
    static func appendFolded(_ scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar]) {
        if scalar.value < 0x80 {
            let isCapital = scalar.value >= 0x41 && scalar.value <= 0x5A
            scalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
        } else if scalar.properties.changesWhenCaseFolded {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars {
                for upper in lower.properties.uppercaseMapping.unicodeScalars {
                    scalars.append(contentsOf: upper.properties.lowercaseMapping.unicodeScalars)
                }
            }
        } else {
            scalars.append(scalar)
        }
    }

    /// A word without case, composed (NFC).
    ///
    /// - Parameters:
    ///   - scalars: The word.
    ///   - dotlessI: Whether `I` becomes `ı`, and `İ` `i`.
    static func folded(_ scalars: [Unicode.Scalar], dotlessI: Bool) -> [Unicode.Scalar] {
        var decomposed: [Unicode.Scalar] = []
        for scalar in scalars { CanonicalForm.appendDecomposition(of: scalar, to: &decomposed) }
        CanonicalForm.reorder(&decomposed)
        var folded: [Unicode.Scalar] = []
        var index = 0
        while index < decomposed.count {
            let scalar = decomposed[index]
            index += 1
            if dotlessI, scalar == "I" {
                let hasDot = index < decomposed.count && decomposed[index] == dotAbove
                folded.append(hasDot ? "i" : "ı")
                if hasDot { index += 1 }
            } else {
                appendFolded(scalar, to: &folded)
            }
        }
        // The mappings give some composed letters.
        decomposed.removeAll(keepingCapacity: true)
        for scalar in folded { CanonicalForm.appendDecomposition(of: scalar, to: &decomposed) }
        CanonicalForm.reorder(&decomposed)
        CanonicalForm.compose(&decomposed)
        return decomposed
    }

    /// A folded word without its accents, composed.
    ///
    /// Marks that are vowels or change a letter into another are none: those of Indic scripts, kana's, and the breve of `й`.
    static func withoutDiacritics(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var decomposed: [Unicode.Scalar] = []
        for scalar in scalars { CanonicalForm.appendDecomposition(of: scalar, to: &decomposed) }
        var kept: [Unicode.Scalar] = []
        for scalar in decomposed {
            if isDiacritic(scalar), !(scalar == breve && kept.last == "и") { continue }
            kept.append(undecomposed[scalar] ?? scalar)
        }
        CanonicalForm.compose(&kept)
        return kept
    }

    private static let dotAbove: Unicode.Scalar = "\u{307}"
    private static let breve: Unicode.Scalar = "\u{306}"

    /// Letters with strokes, which Unicode does not decompose but readers write without, and the dotless i.
    private static let undecomposed: [Unicode.Scalar: Unicode.Scalar] = [
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ƀ": "b", "ɨ": "i",
    ]

    /// Accents of Latin, Greek and Cyrillic letters, Hebrew points, and the vowel signs of Arabic.
    private static func isDiacritic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x483...0x487, 0x64B...0x65F, 0x670: true
        case 0x591...0x5BD, 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7: true
        default: false
        }
    }
}
