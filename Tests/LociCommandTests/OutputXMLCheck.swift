// Loci, Apache License 2.0.

/// A strict reader of the little XML that the plots use: elements, attributes in double quotes, text and entities.
struct XMLCheck {
    private var rest: Substring

    static func isWellFormed(_ text: String) -> Bool {
        var check = XMLCheck(rest: text[...])
        return check.element() && check.rest.allSatisfy(\.isWhitespace)
    }

    private mutating func element() -> Bool {
        guard take("<"), let name = name() else { return false }
        var seen: Set<String> = []
        while take(" ") {
            guard let attribute = self.name(), seen.insert(attribute).inserted, take("=\""), text(until: "\""),
                take("\"")
            else { return false }
        }
        if take("/>") { return true }
        guard take(">") else { return false }
        while true {
            guard text(until: "<") else { return false }
            if take("</") { return take(name) && take(">") }
            guard element() else { return false }
        }
    }

    private mutating func name() -> String? {
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        rest = rest[name.endIndex...]
        return name.first?.isLetter == true ? String(name) : nil
    }

    /// Reads up to the end mark; no `<`, no `&` but of an entity, no control character but a newline.
    private mutating func text(until end: Unicode.Scalar) -> Bool {
        let scalars = rest.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex, scalars[index] != end {
            let scalar = scalars[index]
            guard scalar != "<", scalar == "\n" || scalar.value >= 0x20 else { return false }
            if scalar == "&" {
                let entity = String(scalars[index...].prefix { $0 != ";" })
                guard ["&amp", "&lt", "&gt", "&quot", "&#10", "&#9", "&#13"].contains(entity) else { return false }
            }
            index = scalars.index(after: index)
        }
        rest = rest[index...]
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.unicodeScalars.starts(with: text.unicodeScalars) else { return false }
        rest = Substring(rest.unicodeScalars.dropFirst(text.unicodeScalars.count))
        return true
    }
}
