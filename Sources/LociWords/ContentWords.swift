// Loci, Apache License 2.0.

/// The words of a plain text that tell what it is about: all but those that any text has. What signs mean in a ``WordQuery``, they do
/// not here.
package struct ContentWords: Sendable, Equatable {
    /// A word, and the term that it is looked up by.
    package struct Word: Sendable, Equatable {
        /// As it stands in the text, but for its case.
        package let text: String
        package let term: [UInt8]
    }

    /// The words, in their order; one that comes twice is there twice.
    package let words: [Word]

    /// - Throws: `textTooLong`, `stemmingFailed`.
    package init(_ text: String, _ analyser: borrowing WordAnalyser) throws(WordsError) {
        let stop = StopWords.of(analyser.language)
        var words: [Word] = []
        try analyser.forEachWord(of: text) { word, term in
            if !stop.contains(word) { words.append(Word(text: word, term: term)) }
        }
        self.words = words
    }

    /// The different words as a query that asks for any of them, as many as a query may have; nil if there are none.
    package var query: WordQuery? {
        var seen: Set<[UInt8]> = []
        let first = words.filter { seen.insert($0.term).inserted }.prefix(WordQuery.maximumTerms).map(\.text)
        return first.isEmpty ? nil : WordQuery(anyOf: first)
    }
}

/// Words that any text has, so that they tell nothing of it.
///
/// Only questions are freed of them, and texts that are compared with questions; indexes have all words, and BM25 gives these little
/// weight by itself. What is left of contractions by the tokenizer is among them.
package enum StopWords {
    /// None, for a language without a list.
    package static func of(_ language: WordLanguage) -> Set<String> { language == .english ? english : [] }

    private static let english = Set(
        """
        a about after all also am an and any are as at be because been but by can could did do does for from had has have he her
        him his how i if in into is it its just me more my no not of on or our out over s she so some such t than that the their
        them then there these they this those to up us very was we were what when where which who whom whose why will with would
        you your i'm i've i'll i'd you're you've you'll it's that's don't didn't doesn't can't won't isn't wasn't he's she's
        they're we're we've let's what's
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
