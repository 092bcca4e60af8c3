// Loci, Apache License 2.0.

/// A query for words.
///
/// ```swift
/// let query = try WordQuery(parsing: #"night "blade runner" +director -sequel"#)
/// ```
///
/// Of words and phrases with `+` before them a document must have all, of those with `-` none. The others are optional where there
/// is one with `+`; else a document must have one of them. All but those with `-` raise the score.
public struct WordQuery: Sendable, Equatable {
    /// The longest text of a query, in bytes of UTF-8.
    public static let maximumBytes = 4_096
    /// The most words of a query.
    public static let maximumTerms = 64

    /// What a part of a query asks of documents.
    package enum Demand: String, Sendable, Equatable, CaseIterable {
        case optional = ""
        case required = "+"
        case excluded = "-"
    }

    /// A word or a phrase.
    package struct Part: Sendable, Equatable {
        package let demand: Demand
        /// A word has no white space, no quotation mark, and no sign at its beginning; a phrase no quotation mark. Both have a letter
        /// or a digit.
        package let text: String
        package let isPhrase: Bool
    }

    /// What the query asks, in its order.
    package let parts: [Part]

    /// A query of a text.
    ///
    /// What has neither letters nor digits, such as a lone dash, asks nothing and is passed over.
    ///
    /// - Throws: `textTooLong`, `badQuery`, `queryTooManyTerms`.
    /// - Complexity: O(bytes)
    public init(parsing text: String) throws(WordsError) {
        var parser = WordQueryParser(text)
        parts = try parser.parse()
    }

    /// A query for any of some words, each of letters and digits.
    init(anyOf words: [String]) {
        parts = words.map { Part(demand: .optional, text: $0, isPhrase: false) }
    }
}

extension WordQuery: CustomStringConvertible {
    /// The text of the query. Parsing it gives the query again.
    public var description: String {
        parts.map { $0.demand.rawValue + ($0.isPhrase ? "\"\($0.text)\"" : $0.text) }.joined(separator: " ")
    }
}
