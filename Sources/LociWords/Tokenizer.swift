// Loci, Apache License 2.0.

/// A piece of a text that counts as one.
struct Token: Equatable {
    /// Without case, composed (NFC); 1 to 255 bytes of UTF-8.
    var word: [UInt8]
    /// How many tokens of the text are before it.
    var position: UInt32
    /// Whether it is of a script that puts no blanks between words, so that it is but a part of one.
    var isLone: Bool
}

/// Takes texts apart into words.
///
/// Words are runs of letters, digits and combining marks, joined by apostrophes between letters and by points and commas between
/// digits: the rules of Unicode Standard Annex #29 that matter for searching. Unlike there, a point between letters and an
/// underscore divide, so that `example.com` and `snake_case` are found by their parts; who searches for the whole gets a phrase.
///
/// Letters of scripts that put no blanks between words (ideographs, kana, Thai and its kin) are tokens each, with their marks. Pairs
/// of letters would be rarer, but most of them occur in one text alone, and a list of postings has a cost of its own; and what has
/// one letter could not be found. Positions tell which letters stand together.
struct Tokenizer: Sendable {
    /// The most bytes of a token; longer ones are cut.
    static let maximumBytes = 255
    /// The most scalars that are looked at to make a token; what follows in the same word is passed over.
    private static let maximumScalars = 1_024

    private let dividesAtApostrophes: Bool
    private let hasDotlessI: Bool

    init(language: WordLanguage) {
        dividesAtApostrophes = language.dividesAtApostrophes
        hasDotlessI = language.hasDotlessI
    }

    /// Gives each token of a text to `body`. Bytes that are not UTF-8 end words.
    ///
    /// - Complexity: O(bytes)
    func forEachToken(
        in text: Span<UInt8>, _ body: (inout Token) throws(WordsError) -> Void
    ) throws(WordsError) {
        var token = Token(word: [], position: 0, isLone: false)
        var scalars: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            token.word.removeAll(keepingCapacity: true)
            token.isLone = false
            if text[index] < 0x80 {
                guard Self.kinds[Int(text[index])] != .other, Self.kinds[Int(text[index])] != .joint else {
                    index += 1
                    continue
                }
                if let end = readASCII(text, from: index, into: &token.word) {
                    index = end
                    try emit(&token, body)
                    continue
                }
                token.word.removeAll(keepingCapacity: true)
            }
            scalars.removeAll(keepingCapacity: true)
            index = read(text, from: index, into: &scalars, isLone: &token.isLone)
            guard !scalars.isEmpty else { continue }
            token.word.append(
                LetterFolding.folded(scalars, dotlessI: hasDotlessI), limit: Self.maximumBytes)
            try emit(&token, body)
        }
    }

    private func emit(
        _ token: inout Token, _ body: (inout Token) throws(WordsError) -> Void
    ) throws(WordsError) {
        guard !token.word.isEmpty else { return }
        let position = token.position
        try body(&token)
        token.position = position &+ 1
    }

    private enum Kind: UInt8 {
        case other, lower, upper, digit, joint
    }

    private static let kinds: [Kind] = (0..<128).map { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "'"), UInt8(ascii: "."), UInt8(ascii: ","): .joint
        default: .other
        }
    }

    /// Reads a word of ASCII letters and digits, and gives its end; nil if other characters may belong to it.
    private func readASCII(_ text: Span<UInt8>, from start: Int, into word: inout [UInt8]) -> Int? {
        var index = start
        while index < text.count {
            let byte = text[index]
            guard byte < 0x80 else { return nil }
            var letter = byte
            switch Self.kinds[Int(byte)] {
            case .other: return index
            case .lower, .digit: break
            case .upper:
                if hasDotlessI { return nil }
                letter |= 0x20
            case .joint:
                guard index + 1 < text.count else { return index }
                let next = text[index + 1]
                guard next < 0x80 else { return nil }
                guard joins(byte, Self.kinds[Int(text[index - 1])], Self.kinds[Int(next)]) else { return index }
            }
            if word.count < Self.maximumBytes { word.append(letter) }
            index += 1
        }
        return index
    }

    private func joins(_ joint: UInt8, _ before: Kind, _ after: Kind) -> Bool {
        if joint == UInt8(ascii: "'") {
            return !dividesAtApostrophes && (before == .lower || before == .upper)
                && (after == .lower || after == .upper)
        }
        return before == .digit && after == .digit
    }

    /// Reads one word, or passes over one character that begins none, and gives the end.
    private func read(
        _ text: Span<UInt8>, from start: Int, into scalars: inout [Unicode.Scalar], isLone: inout Bool
    ) -> Int {
        guard let (first, length) = next(text, start) else { return start + 1 }
        let firstClass = CharacterClass(first)
        guard firstClass == .letter || firstClass == .digit || firstClass == .lone else { return start + length }
        isLone = firstClass == .lone
        scalars.append(first)
        var last = firstClass
        var index = start + length
        while index < text.count, let (scalar, length) = next(text, index) {
            let ownClass = CharacterClass(scalar)
            var joint: Unicode.Scalar?
            switch ownClass {
            case .mark: joint = scalar
            case .format: break
            case .letter, .digit:
                if isLone { return index }
                joint = scalar
                last = ownClass
            case .apostrophe, .middle, .point:
                guard !isLone, index + length < text.count, let (following, _) = next(text, index + length),
                    joins(ownClass, last, CharacterClass(following))
                else { return index }
                joint = ownClass == .apostrophe ? "'" : scalar
            case .lone, .other: return index
            }
            if let joint, scalars.count < Self.maximumScalars { scalars.append(joint) }
            index += length
        }
        return index
    }

    private func joins(_ joint: CharacterClass, _ before: CharacterClass, _ after: CharacterClass) -> Bool {
        switch joint {
        case .apostrophe: !dividesAtApostrophes && before == .letter && after == .letter
        case .middle: before == .letter && after == .letter
        case .point: before == .digit && after == .digit
        default: false
        }
    }

    /// The character at a byte. The wide forms of ASCII, which East Asian keyboards give, are the narrow ones.
    private func next(_ text: Span<UInt8>, _ index: Int) -> (Unicode.Scalar, Int)? {
        guard let (scalar, length) = text.scalar(at: index) else { return nil }
        guard scalar.value >= 0xFF01, scalar.value <= 0xFF5E else { return (scalar, length) }
        return (Unicode.Scalar(UInt8(scalar.value - 0xFEE0)), length)
    }
}
