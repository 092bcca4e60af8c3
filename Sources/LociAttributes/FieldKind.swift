// Loci, Apache License 2.0.

/// What an index on a field is good for.
public enum FieldKind: String, Sendable, CaseIterable {
    /// Values as they are: strings that are equal, that begin with others or have them as a part; elements of lists; numbers.
    case keyword
    /// Numbers, and strings that are numbers, in their order.
    case number
    /// Times as RFC 3339 writes them, and numbers that are seconds since 1970, in their order.
    case time
    /// Texts, which are found by their words; of filters, the index answers `exists` alone.
    case text

    /// How files name it.
    package var code: UInt8 {
        switch self {
        case .keyword: 1
        case .number: 2
        case .time: 3
        case .text: 4
        }
    }

    /// The kind of a code; nil for one that this version does not know.
    package init?(code: UInt8) {
        guard let kind = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = kind
    }
}

extension FilterPath {
    /// The path that a text leads along, as filters write it, with or without the point before it.
    ///
    /// - Throws: `badFilter` and the like for what is no field.
    package init(parsing text: String) throws(AttributesError) {
        let bytes = Array((text.utf8.first == UInt8(ascii: ".") ? text : "." + text).utf8)
        guard case .field(let path) = try FilterParser.parse(bytes.span.bytes).expression else {
            throw .badFilter(SyntaxFault("a field is expected", at: 0, in: bytes.span.bytes))
        }
        self = path
    }

    /// The path as filters write it, without the point before it: the same for the same path.
    package var text: String { String(FilterExpression.field(self).description.dropFirst()) }
}
