// Loci, Apache License 2.0.

/// What a scalar is to the tokenizer.
enum CharacterClass {
    /// A letter of a script that puts blanks between words.
    case letter
    /// A digit or another number.
    case digit
    /// A letter of a script that puts none: a token of its own.
    case lone
    /// A combining mark, which belongs to what is before it.
    case mark
    /// What is not seen, such as soft hyphens and joiners: passed over.
    case format
    /// Joins letters: an apostrophe.
    case apostrophe
    /// Joins letters: a middle dot or a Hebrew sign.
    case middle
    /// Joins digits: a point or a comma.
    case point
    /// All else: ends words.
    case other

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x27, 0x2018, 0x2019: self = .apostrophe
        case 0xB7, 0x5F3, 0x5F4, 0x2027: self = .middle
        case 0x2C, 0x2E: self = .point
        default:
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                self = Self.isLone(scalar) ? .lone : .letter
            case .decimalNumber, .otherNumber: self = .digit
            case .letterNumber: self = Self.isLone(scalar) ? .lone : .digit
            case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
            case .format: self = .format
            default: self = .other
            }
        }
    }

    /// Ideographs, kana, and the scripts of line-breaking class SA: Thai, Lao, Myanmar, Khmer, Tai.
    private static func isLone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0xE00: false
        case 0xE00...0xEFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1950...0x19DF, 0x1A20...0x1AAF: true
        case 0xA9E0...0xA9FF, 0xAA60...0xAADF: true
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F, 0x1AFF0...0x1B16F: true
        default: scalar.properties.isIdeographic
        }
    }
}
