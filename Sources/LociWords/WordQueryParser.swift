// Loci, Apache License 2.0.

/// Reads the text of a query.
///
///     query  = { [ "+" | "-" ] , ( word | phrase ) } ;
///     phrase = quote , { character - quote } , quote ;
///     word   = character - blank - quote - sign , { character - blank - quote } ;
///     quote  = '"' | '“' | '”' | '„' ;
struct WordQueryParser {
    private let text: String
    private let scalars: String.UnicodeScalarView
    private var index: String.Index
    private var parts: [WordQuery.Part] = []

    init(_ text: String) {
        self.text = text
        scalars = text.unicodeScalars
        index = scalars.startIndex
    }

    private static let quotes: Set<Unicode.Scalar> = ["\"", "“", "”", "„"]

    private func fault(_ reason: String, at index: String.Index) -> WordsError {
        .badQuery(WordQueryFault(reason, at: text.utf8.distance(from: text.startIndex, to: index), in: text))
    }

    mutating func parse() throws(WordsError) -> [WordQuery.Part] {
        let bytes = text.utf8.count
        guard bytes <= WordQuery.maximumBytes else {
            throw .textTooLong(bytes: bytes, limit: WordQuery.maximumBytes)
        }
        var terms = 0
        while true {
            while index < scalars.endIndex, Self.isBlank(scalars[index]) { index = scalars.index(after: index) }
            guard index < scalars.endIndex else { break }
            let start = index
            let demand = sign() ?? .optional
            let part = try part(demand, from: start)
            let count = try Self.words(of: part.text)
            guard count > 0 else { continue }
            terms += count
            guard terms <= WordQuery.maximumTerms else {
                throw .queryTooManyTerms(count: terms, limit: WordQuery.maximumTerms)
            }
            parts.append(part)
        }
        guard !parts.isEmpty else { throw fault("a word is expected", at: scalars.endIndex) }
        guard parts.contains(where: { $0.demand != .excluded }) else {
            throw fault("a word without - is expected, for documents to be ranked by", at: scalars.endIndex)
        }
        return parts
    }

    private mutating func sign() -> WordQuery.Demand? {
        guard index < scalars.endIndex, let demand = WordQuery.Demand(rawValue: String(scalars[index])) else {
            return nil
        }
        index = scalars.index(after: index)
        return demand
    }

    private mutating func part(
        _ demand: WordQuery.Demand, from start: String.Index
    ) throws(WordsError) -> WordQuery.Part {
        if index < scalars.endIndex, Self.quotes.contains(scalars[index]) {
            let first = scalars.index(after: index)
            guard let end = scalars[first...].firstIndex(where: { Self.quotes.contains($0) }) else {
                throw fault("a quotation mark begins a phrase that does not end", at: index)
            }
            index = scalars.index(after: end)
            return WordQuery.Part(demand: demand, text: String(scalars[first..<end]), isPhrase: true)
        }
        let first = index
        while index < scalars.endIndex, !Self.isBlank(scalars[index]), !Self.quotes.contains(scalars[index]) {
            index = scalars.index(after: index)
        }
        let word = WordQuery.Part(demand: demand, text: String(scalars[first..<index]), isPhrase: false)
        if demand != .optional, let next = scalars[first..<index].first, next == "+" || next == "-",
            try Self.words(of: word.text) > 0
        {
            throw fault("a word has two signs: put it in quotation marks if they belong to it", at: start)
        }
        return word
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    /// How many words a text has, whatever the language: those that divide at apostrophes find a few more.
    private static func words(of text: String) throws(WordsError) -> Int {
        var count = 0
        let bytes = Array(text.utf8)
        try Tokenizer(language: .none).forEachToken(in: bytes.span) { _ throws(WordsError) in count += 1 }
        return count
    }
}
