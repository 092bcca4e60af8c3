// Loci, Apache License 2.0.

/// What makes words the same: the language of their stems, and whether accents count. Both of a field and of its queries.
///
/// Stored with the field in four bytes:
///
///     offset size
///          0    1  version: 1
///          1    1  language, as `WordLanguage` numbers it; 0: none
///          2    1  bit 0: accents count; the others are zero
///          3    1  zero
public struct WordAnalysis: Sendable, Hashable {
    /// The language of the stems.
    public var language: WordLanguage
    /// Whether `cafe` and `café` are different words.
    public var keepsDiacritics: Bool

    /// Words without stems and accents, unless told otherwise.
    public init(language: WordLanguage = .none, keepsDiacritics: Bool = false) {
        self.language = language
        self.keepsDiacritics = keepsDiacritics
    }

    /// Bytes of the code.
    package static let codeBytes = 4
    private static let version: UInt8 = 1

    /// The bytes that are stored with a field.
    package var code: [UInt8] { [Self.version, language.rawValue, keepsDiacritics ? 1 : 0, 0] }

    /// - Throws: `badAnalysis`.
    package init(code: [UInt8]) throws(WordsError) {
        guard code.count == Self.codeBytes else {
            throw .badAnalysis(reason: "it has \(code.count) bytes, \(Self.codeBytes) are needed")
        }
        guard code[0] == Self.version else {
            throw .badAnalysis(reason: "its version is \(code[0]), known is \(Self.version)")
        }
        guard let language = WordLanguage(rawValue: code[1]) else {
            throw .badAnalysis(reason: "its language is \(code[1]), which stands for none")
        }
        guard code[2] <= 1, code[3] == 0 else { throw .badAnalysis(reason: "it has unknown flags") }
        self.init(language: language, keepsDiacritics: code[2] == 1)
    }
}
