// Loci, Apache License 2.0.

extension JSONValue {
    /// The value as JSON on one line, without blanks and without a newline at the end.
    /// - Complexity: O(length of the result)
    package var line: String {
        var result = ""
        append(to: &result)
        return result
    }

    private func append(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .boolean(let value): result += value ? "true" : "false"
        case .number(let text): result += text
        case .string(let text): Self.append(text, to: &result)
        case .array(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                element.append(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { result += "," }
                Self.append(name, to: &result)
                result += ":"
                value.append(to: &result)
            }
            result += "}"
        case .raw(let text): Self.appendRaw(text, to: &result)
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

    private static func append(_ text: String, to result: inout String) {
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

    /// Escapes what JSON demands, and also DEL, C1 and the line ends of Unicode: some readers of lines take those for the end of one, and a
    /// terminal may obey them.
    /// - Returns: false for what needs no escape.
    private static func appendEscaped(_ scalar: Unicode.Scalar, to result: inout String) -> Bool {
        switch scalar {
        case "\u{00}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            return true
        default: return false
        }
    }
}
