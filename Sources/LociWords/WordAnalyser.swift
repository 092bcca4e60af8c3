// Loci, Apache License 2.0.

/// The words of a document, as they are kept in posting lists.
package struct DocumentWords: Equatable {
    /// A term and where it occurs.
    package struct Occurrences: Equatable {
        /// 1 to 255 bytes of UTF-8.
        package let term: [UInt8]
        /// Places in the document, counted in words from 0, rising.
        package let positions: [UInt32]
    }

    /// All terms, in the order of their bytes.
    package let terms: [Occurrences]
    /// How many words the document has.
    package let length: UInt32

    /// The words of what has none.
    package static let none = DocumentWords(terms: [], length: 0)
}

/// Makes terms of texts. Not to be used by two threads at a time.
package struct WordAnalyser: ~Copyable {
    /// The most bytes of a text.
    package static let maximumTextBytes = 16_777_216

    private let analysis: WordAnalysis
    private let tokenizer: Tokenizer
    private let stemmer: Stemmer?

    /// - Throws: `stemmingNotBuilt`, `languageNotInstalled`.
    package init(_ analysis: WordAnalysis) throws(WordsError) {
        self.analysis = analysis
        tokenizer = Tokenizer(language: analysis.language)
        stemmer = analysis.language == .none ? nil : try Stemmer(analysis.language)
    }

    /// So many places are left free between two texts of a document, so that no phrase leads from one to the other.
    package static let placesBetweenTexts: UInt32 = 16

    /// The terms of a document.
    ///
    /// - Parameter texts: The texts that it has, in their order.
    /// - Throws: `textTooLong`, `stemmingFailed`.
    /// - Complexity: O(bytes + n log n) for n different terms
    package func words(of texts: [String]) throws(WordsError) -> DocumentWords {
        var positions: [[UInt8]: [UInt32]] = [:]
        var length: UInt32 = 0
        var first: UInt32 = 0
        for text in texts {
            var next = first
            try forEachTerm(of: text) { token throws(WordsError) in
                positions[token.word, default: []].append(first + token.position)
                length += 1
                next = first + token.position + 1
            }
            if next > first { first = next + Self.placesBetweenTexts }
        }
        let terms = positions.map { DocumentWords.Occurrences(term: $0.key, positions: $0.value) }
            .sorted { $0.term.lexicographicallyPrecedes($1.term) }
        return DocumentWords(terms: terms, length: length)
    }

    /// Gives each term of a text to `body`, with its place.
    ///
    /// - Throws: `textTooLong`, `stemmingFailed`.
    func forEachTerm(of text: String, _ body: (Token) throws(WordsError) -> Void) throws(WordsError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumTextBytes else {
            throw .textTooLong(bytes: bytes.count, limit: Self.maximumTextBytes)
        }
        try tokenizer.forEachToken(in: bytes.span) { token throws(WordsError) in
            try makeTerm(&token.word)
            try body(token)
        }
    }

    /// Gives each word of a text to `body`, as it stands there but for its case, and as a term.
    ///
    /// - Throws: `textTooLong`, `stemmingFailed`.
    func forEachWord(of text: String, _ body: (_ word: String, _ term: [UInt8]) -> Void) throws(WordsError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumTextBytes else {
            throw .textTooLong(bytes: bytes.count, limit: Self.maximumTextBytes)
        }
        try tokenizer.forEachToken(in: bytes.span) { token throws(WordsError) in
            let word = String(decoding: token.word, as: UTF8.self)
            try makeTerm(&token.word)
            body(word, token.word)
        }
    }

    /// The language of the stems.
    package var language: WordLanguage { analysis.language }

    /// Stems are found with accents, which the rules of many languages look at, and lose them only then.
    private func makeTerm(_ word: inout [UInt8]) throws(WordsError) {
        switch stemmer {
        case .none: break
        case .some(let stemmer):
            let whole = word
            try stemmer.stem(&word)
            // A word that is all ending, such as the marks of some scripts, stays as it is.
            if word.isEmpty { word = whole }
        }
        let isASCII = word.allSatisfy { $0 < 0x80 }
        if !isASCII && !analysis.keepsDiacritics {
            let scalars = LetterFolding.withoutDiacritics(Array(String(decoding: word, as: UTF8.self).unicodeScalars))
            word.removeAll(keepingCapacity: true)
            word.append(scalars, limit: Tokenizer.maximumBytes)
        } else if word.count > Tokenizer.maximumBytes {
            var end = Tokenizer.maximumBytes
            while end > 0, word[end] & 0xC0 == 0x80 { end -= 1 }
            word.removeSubrange(end...)
        }
    }
}
