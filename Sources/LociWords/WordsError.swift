// Loci, Apache License 2.0.

/// What can be wrong with words: with a query for them, with the way they are made terms, with their postings, or with rankings.
/// Positions count bytes of UTF-8 from 0.
public enum WordsError: Error, Equatable, Sendable {
    /// A text is longer than the limit, in bytes.
    case textTooLong(bytes: Int, limit: Int)
    /// The stems of a language were asked of a build without the package trait `Stemming`.
    case stemmingNotBuilt(language: WordLanguage)
    /// The installed stemmer does not know a language.
    case languageNotInstalled(language: WordLanguage)
    /// The stemmer ran out of memory.
    case stemmingFailed(bytes: Int)
    /// Bytes that should say how words are analysed do not.
    case badAnalysis(reason: String)
    /// The text is not a query.
    case badQuery(WordQueryFault)
    /// A query has more words than the limit.
    case queryTooManyTerms(count: Int, limit: Int)
    /// A block of postings is damaged.
    case badPostings(reason: String)
    /// A block of the lengths of documents is damaged.
    case badLengths(bytes: Int)
    /// A parameter of a ranking lies outside its range.
    case parameterOutOfRange(name: String, value: Double, allowed: String)
    /// Scores of a ranking neither fall nor rise from place to place, or are no numbers; the place, from 0.
    case rankingNotInOrder(place: Int)
    /// A ranking names a thing twice; the second place, from 0.
    case rankingRepeats(place: Int)
}

/// Where a query stops to make sense, and why.
public struct WordQueryFault: Equatable, Sendable {
    /// What is wrong there, in words.
    public let reason: String
    /// The byte, from 0.
    public let position: Int
    /// What begins there, in one line.
    public let excerpt: String

    /// Characters of an excerpt.
    private static let reach = 40

    init(_ reason: String, at position: Int, in text: String) {
        self.reason = reason
        self.position = position
        let bytes = Array(text.utf8.dropFirst(position).prefix(4 * Self.reach))
        var line = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix(Self.reach) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: line.append(" ")
            default: line.unicodeScalars.append(scalar)
            }
        }
        excerpt = line
    }
}

extension WordsError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .textTooLong(let bytes, let limit):
            "the text has \(bytes) bytes, the limit is \(limit); divide it"
        case .stemmingNotBuilt(let language):
            "Loci was built without stems, so \(language) cannot be used; build with the package trait Stemming, "
                + "or choose the language none"
        case .languageNotInstalled(let language):
            "the installed libstemmer has no stems for \(language); install a newer one, or choose the language none"
        case .stemmingFailed(let bytes):
            "libstemmer had no memory for a word of \(bytes) bytes; free some"
        case .badAnalysis(let reason):
            "the stored analysis of words is damaged: \(reason); check the database"
        case .badQuery(let fault):
            "the query is not understood: at byte \(fault.position) \(fault.reason)"
                + (fault.excerpt.isEmpty ? "" : "\n  \(fault.excerpt)\n  ^")
        case .queryTooManyTerms(let count, let limit):
            "the query has \(count) words, the limit is \(limit); leave out those that say least"
        case .badPostings(let reason):
            "a block of postings is damaged: \(reason); check the database"
        case .badLengths(let bytes):
            "a block of the lengths of documents has \(bytes) bytes, and not \(LengthBlock.byteCount); check the database"
        case .parameterOutOfRange(let name, let value, let allowed):
            "\(name) is \(value), allowed is \(allowed)"
        case .rankingNotInOrder(let place):
            "the score at place \(place) of the ranking is no number or out of order; give the best first"
        case .rankingRepeats(let place):
            "place \(place) of the ranking names what an earlier place names; give each once"
        }
    }
}
