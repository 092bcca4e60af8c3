// Loci, Apache License 2.0.

/// An element of an SVG drawing: a name, attributes in order, and either children or text.
///
/// Texts and attribute values may hold anything; they are escaped when the drawing is written.
struct SVGElement {
    let name: String
    private var attributes: [(name: String, value: String)]
    private var children: [SVGElement] = []
    private var text: String?

    /// An element without children.
    init(_ name: String, _ attributes: KeyValuePairs<String, SVGValue> = [:]) {
        self.name = name
        self.attributes = attributes.map { ($0.key, $0.value.text) }
    }

    /// An element that holds text.
    init(_ name: String, _ attributes: KeyValuePairs<String, SVGValue> = [:], text: String) {
        self.init(name, attributes)
        self.text = text
    }

    /// Sets an attribute that the element does not have yet.
    mutating func set(_ name: String, _ value: SVGValue) {
        attributes.append((name, value.text))
    }

    /// Adds a child, drawn above those that are there. An element that holds text can have none.
    mutating func add(_ child: SVGElement) {
        children.append(child)
    }

    /// The element and all it holds, one element a line, ended by a newline.
    func rendered() -> String {
        var result = ""
        append(to: &result, depth: 0)
        return result
    }

    private func append(to result: inout String, depth: Int) {
        let indent = String(repeating: " ", count: 2 * depth)
        result += indent + "<" + name
        for (name, value) in attributes { result += " \(name)=\"\(SVGElement.escaped(value))\"" }
        if let text {
            result += ">" + SVGElement.escaped(text) + "</\(name)>\n"
        } else if children.isEmpty {
            result += "/>\n"
        } else {
            result += ">\n"
            for child in children { child.append(to: &result, depth: depth + 1) }
            result += indent + "</\(name)>\n"
        }
    }

    /// The text, safe inside an element and inside quotes. Characters that XML 1.0 cannot hold become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // Line ends and tabs in an attribute would be read back as spaces.
            case "\n", "\r", "\t": result += "&#\(scalar.value);"
            case "\u{00}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// The value of an attribute: a text, or a number that is written with at most two decimals.
///
/// Fixed rounding makes a drawing the same bytes on every platform, and 1/100 of a pixel is never seen.
struct SVGValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    let text: String

    init(_ text: String) { self.text = text }
    init(_ number: Double) { text = SVGValue.digits(number) }
    init(stringLiteral value: String) { text = value }
    init(integerLiteral value: Int) { text = String(value) }
    init(floatLiteral value: Double) { text = SVGValue.digits(value) }

    /// The number with at most two decimals, without zeros at the end.
    static func digits(_ number: Double) -> String {
        var text = Format.decimal(number, places: 2)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
