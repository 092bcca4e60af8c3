// Loci, Apache License 2.0.

/// A JSON value whose objects keep the order of their keys.
///
/// `JSONEncoder` either sorts keys or leaves their order open. Output for machines is also read by people and compared in
/// tests: the id comes first, and the same command gives the same bytes. Literals may be used:
///
/// ```swift
/// let line = JSONValue.object([("id", "a"), ("distance", .number(0.25, decimals: 3))]).line
/// // {"id":"a","distance":0.250}
/// ```
enum JSONValue: Sendable {
    case object([(String, JSONValue)])
    case array([JSONValue])
    case string(String)
    case integer(Int)
    /// A number: with `decimals` digits after the point or, without, the shortest digits that read back as the same
    /// number. JSON has no infinities and no NaN: these become `null`.
    case number(Double, decimals: Int? = nil)
    case bool(Bool)
    case null
    /// Text that is JSON already.
    case raw(String)

    /// A number with the shortest digits that read back as the same `Float`: `0.1`, where the `Double` of equal value
    /// would be `0.10000000149011612`.
    static func float(_ value: Float) -> JSONValue {
        Double("\(value)").map { .number($0) } ?? .null
    }

    /// The value as JSON (RFC 8259) on one line, without spaces and without a newline at the end.
    ///
    /// - Complexity: O(*n*) in the length of the result.
    var line: String {
        var result = ""
        append(to: &result)
        return result
    }

    private func append(to result: inout String) {
        switch self {
        case .object(let members):
            result += "{"
            for (index, (key, value)) in members.enumerated() {
                if index > 0 { result += "," }
                JSONValue.appendString(key, to: &result)
                result += ":"
                value.append(to: &result)
            }
            result += "}"
        case .array(let values):
            result += "["
            for (index, value) in values.enumerated() {
                if index > 0 { result += "," }
                value.append(to: &result)
            }
            result += "]"
        case .string(let text): JSONValue.appendString(text, to: &result)
        case .integer(let value): result += String(value)
        case .number(let value, let decimals): result += JSONValue.digits(value, decimals: decimals)
        case .bool(let value): result += value ? "true" : "false"
        case .null: result += "null"
        case .raw(let text): JSONValue.appendRaw(text, to: &result)
        }
    }

    /// Controls are blanks between the parts of the text, and others that are escaped elsewhere stand in strings.
    private static func appendRaw(_ text: String, to result: inout String) {
        for scalar in text.unicodeScalars {
            if scalar < " " {
                result += " "
            } else if !appendEscaped(scalar, to: &result) {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func digits(_ value: Double, decimals: Int?) -> String {
        guard value.isFinite else { return "null" }
        if let decimals { return Format.decimal(value, places: decimals) }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Escapes what JSON demands, and also DEL, C1 and the Unicode line ends: some readers of lines take those for the
    /// end of a line, and a terminal may obey them.
    private static func appendString(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            default: if !appendEscaped(scalar, to: &result) { result.unicodeScalars.append(scalar) }
            }
        }
        result += "\""
    }

    /// - Returns: false for what needs no escape.
    private static func appendEscaped(_ scalar: Unicode.Scalar, to result: inout String) -> Bool {
        switch scalar {
        case "\u{00}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            let hexadecimal = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            return true
        default: return false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
