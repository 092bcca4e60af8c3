// Loci, Apache License 2.0.

/// A language whose words have stems, or none.
///
/// Those of the Snowball project, by their English names. The numbers are stored with fields and never change their meaning.
/// Snowball's `porter` is left out: it is an older `english`.
public enum WordLanguage: UInt8, CaseIterable, Sendable, Codable {
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    case none = 0, arabic, armenian, basque, catalan, danish, dutch, english, finnish, french, german, greek, hindi,
        hungarian,
        indonesian, irish, italian, lithuanian, nepali, norwegian, portuguese, romanian, russian, serbian, spanish,
        swedish,
        tamil, turkish, yiddish

    /// The language of an English name in lower case, or nil.
    public init?(name: String) {
        guard let language = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = language
    }

    /// The English name in lower case.
    public var name: String { String(describing: self) }

    /// Whether the short forms of articles and the like lean on the next word with an apostrophe, as in `l'eau`, so that the
    /// apostrophe divides them.
    var dividesAtApostrophes: Bool { self == .french || self == .italian || self == .catalan }

    /// Whether the small letter of `I` is `ı`, and that of `İ` is `i`.
    var hasDotlessI: Bool { self == .turkish }
}
