// Loci, Apache License 2.0.

/// A piece of a filter's text.
struct FilterToken {
    enum Kind: Equatable {
        case number(Double)
        case string(String)
        case field(FilterPath)
        case word(Word)
        case symbol(FilterOperator)
        case not, and, or, open, close, openList, closeList, comma, end
    }

    /// The words but for `and`, `or`, `not` and `in`, which are symbols too.
    enum Word: String {
        case null, `true`, `false`, exists, time
    }

    var kind: Kind
    var position: Int
}

/// Takes the text of a filter apart.
///
/// Words need no blank after them: `.a in.b` is read as Redis reads it.
struct FilterLexer {
    private var position = 0
    /// Whether a value was last, so that a minus is one between two.
    private var followsValue = false

    /// A word or a sign, and what it means; of those of other languages, what is written here instead.
    private struct Spelling {
        let bytes: [UInt8]
        let meaning: Meaning

        enum Meaning {
            case kind(FilterToken.Kind)
            case stranger(String, ours: String)
        }

        init(_ text: String, _ meaning: Meaning) {
            bytes = Array(text.utf8)
            self.meaning = meaning
        }
    }

    /// All spellings by their first byte, the longer ones first.
    private static let spellings: [UInt8: [Spelling]] = {
        let ours: [(String, FilterToken.Kind)] = [
            ("and", .and), ("or", .or), ("not", .not), ("in", .symbol(.within)), ("null", .word(.null)),
            ("true", .word(.true)), ("false", .word(.false)), ("exists", .word(.exists)), ("time", .word(.time)),
            ("&&", .and), ("||", .or), ("!", .not), ("(", .open), (")", .close), ("[", .openList), ("]", .closeList),
            (",", .comma),
        ]
        let strangers = [
            ("<>", "!="), ("===", "=="), ("=", "=="), ("&", "and"), ("|", "or"), ("AND", "and"), ("OR", "or"),
            ("NOT", "not"),
            ("IN", "in"), ("NULL", "null"), ("TRUE", "true"), ("FALSE", "false"), ("None", "null"), ("True", "true"),
            ("False", "false"), ("nil", "null"), ("~", "^="),
        ]
        var all = ours.map { Spelling($0.0, .kind($0.1)) }
        all += FilterOperator.allCases.filter { $0 != .within }.map { Spelling($0.rawValue, .kind(.symbol($0))) }
        all += strangers.map { Spelling($0.0, .stranger($0.0, ours: $0.1)) }
        return Dictionary(grouping: all) { $0.bytes.first ?? 0 }
            .mapValues { $0.sorted { $0.bytes.count > $1.bytes.count } }
    }()

    /// All tokens of a text, with `end` as the last.
    ///
    /// - Throws: `badFilter`.
    static func tokens(_ text: RawSpan) throws(AttributesError) -> [FilterToken] {
        var lexer = FilterLexer()
        var tokens: [FilterToken] = []
        while true {
            let token = try lexer.next(text)
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func fault(_ reason: String, at offset: Int, _ text: RawSpan) -> AttributesError {
        .badFilter(SyntaxFault(reason, at: offset, in: text))
    }

    private mutating func next(_ text: RawSpan) throws(AttributesError) -> FilterToken {
        while position < text.byteCount, [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(text.byte(position)) {
            position += 1
        }
        let start = position
        let kind = try kind(text)
        switch kind {
        case .number, .string, .field, .close, .closeList, .word(.null), .word(.true), .word(.false):
            followsValue = true
        default: followsValue = false
        }
        return FilterToken(kind: kind, position: start)
    }

    private mutating func kind(_ text: RawSpan) throws(AttributesError) -> FilterToken.Kind {
        guard position < text.byteCount else { return .end }
        let byte = text.byte(position)
        switch byte {
        case UInt8(ascii: "."): return .field(try field(text))
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string(text))
        case UInt8(ascii: "-") where !followsValue && position + 1 < text.byteCount && text.byte(position + 1).isDigit:
            return .number(try number(text))
        case let byte where byte.isDigit: return .number(try number(text))
        default: break
        }
        for spelling in Self.spellings[byte] ?? [] where begins(spelling.bytes, text) {
            switch spelling.meaning {
            case .kind(let kind):
                position += spelling.bytes.count
                return kind
            case .stranger(let stranger, let ours):
                throw fault("\(stranger) is not known: write \(ours)", at: position, text)
            }
        }
        let isLetter = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
        throw fault(
            isLetter
                ? "no word of the language begins: write fields with a point before them, strings in quotation marks"
                : "no part of a filter begins", at: position, text)
    }

    private func begins(_ spelling: [UInt8], _ text: RawSpan) -> Bool {
        position + spelling.count <= text.byteCount && text.hasBytes(spelling.span.bytes, at: position)
    }

    private mutating func number(_ text: RawSpan) throws(AttributesError) -> Double {
        let (number, end) = DecimalNumber.readPrefix(text, position..<text.byteCount)
        guard number.isFinite else { throw fault("a number begins that does not fit a double", at: position, text) }
        position = end
        return number
    }

    /// A path: `.a.b[0]`, with any other key in quotation marks: `."two words"`.
    private mutating func field(_ text: RawSpan) throws(AttributesError) -> FilterPath {
        let key = try key(text)
        var rest: [FilterPathComponent] = []
        while position < text.byteCount {
            if text.byte(position) == UInt8(ascii: ".") {
                rest.append(.key(try self.key(text)))
            } else if text.byte(position) == UInt8(ascii: "[") {
                rest.append(.index(try index(text)))
            } else {
                break
            }
        }
        return FilterPath(key: key, rest: rest)
    }

    private mutating func key(_ text: RawSpan) throws(AttributesError) -> String {
        position += 1
        if position < text.byteCount, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(text.byte(position)) {
            return try string(text)
        }
        let start = position
        while position < text.byteCount, text.byte(position).isNameByte { position += 1 }
        guard position > start else { throw fault("the name of a field is expected", at: start, text) }
        return text.string(start..<position)
    }

    private mutating func index(_ text: RawSpan) throws(AttributesError) -> Int {
        let start = position + 1
        var end = start
        var index = 0
        // No array of the attributes has as many elements as six digits say.
        while end < text.byteCount, text.byte(end).isDigit, end < start + 6 {
            index = index * 10 + Int(text.byte(end) - UInt8(ascii: "0"))
            end += 1
        }
        guard end > start, end < text.byteCount, text.byte(end) == UInt8(ascii: "]") else {
            throw fault("the number of an element is expected, from 0 to 999999, and ]", at: start, text)
        }
        position = end + 1
        return index
    }

    private mutating func string(_ text: RawSpan) throws(AttributesError) -> String {
        let start = position
        let mark = text.byte(start)
        var bytes: [UInt8] = []
        position += 1
        while position < text.byteCount {
            let byte = text.byte(position)
            position += 1
            if byte == mark { return String(decoding: bytes, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\"), position < text.byteCount else {
                bytes.append(byte)
                continue
            }
            let escaped = text.byte(position)
            position += 1
            switch escaped {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            default: bytes.append(escaped)
            }
        }
        throw fault("a string begins that does not end", at: start, text)
    }

    /// Writes a string so that it is read as the same one.
    static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension UInt8 {
    /// Whether the byte may stand in the name of a field that is not in quotation marks.
    var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
