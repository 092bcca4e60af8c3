// Loci, Apache License 2.0.

extension FilterExpression: CustomStringConvertible {
    /// The text of the expression, with no more parentheses than it needs. Parsing it gives the expression again.
    package var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    private var precedence: FilterPrecedence {
        switch self {
        case .literal, .time, .list, .field, .exists: .primary
        case .not, .negate: .prefix
        case .binary(let symbol, _, _): symbol.precedence
        case .all: .all
        case .any: .any
        }
    }

    private func write(to text: inout String) {
        switch self {
        case .literal(let literal): literal.write(to: &text)
        case .time(let time):
            text += "time("
            FilterLiteral.string(time.text).write(to: &text)
            text += ")"
        case .list(let literals):
            text += "["
            for (index, literal) in literals.enumerated() {
                if index > 0 { text += ", " }
                literal.write(to: &text)
            }
            text += "]"
        case .field(let path): path.write(to: &text)
        case .exists(let path):
            text += "exists "
            path.write(to: &text)
        case .not(let part):
            text += "not "
            part.write(to: &text, atLeast: .prefix)
        case .negate(let part):
            text += "-"
            part.write(to: &text, atLeast: .prefix)
        case .binary(let symbol, let left, let right):
            // Powers group from the right, all others from the left.
            left.write(to: &text, atLeast: symbol == .power ? .prefix : symbol.precedence)
            text += " \(symbol.rawValue) "
            right.write(to: &text, atLeast: symbol == .power ? .power : symbol.precedence.above)
        case .all(let parts): Self.write(parts, joined: " and ", atLeast: .comparison, to: &text)
        case .any(let parts): Self.write(parts, joined: " or ", atLeast: .all, to: &text)
        }
    }

    private static func write(
        _ parts: [FilterExpression], joined word: String, atLeast level: FilterPrecedence, to text: inout String
    ) {
        for (index, part) in parts.enumerated() {
            if index > 0 { text += word }
            part.write(to: &text, atLeast: level)
        }
    }

    private func write(to text: inout String, atLeast level: FilterPrecedence) {
        if precedence < level {
            text += "("
            write(to: &text)
            text += ")"
        } else {
            write(to: &text)
        }
    }
}

extension FilterPrecedence {
    /// The next stronger one.
    fileprivate var above: FilterPrecedence { FilterPrecedence(rawValue: rawValue + 1) ?? .primary }
}

extension FilterLiteral {
    fileprivate func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let bool): text += bool ? "true" : "false"
        case .number(let number): text += JSONWriter.text(number)
        case .string(let string): FilterLexer.write(string, to: &text)
        }
    }
}

extension FilterPath {
    fileprivate func write(to text: inout String) {
        for component in [.key(key)] + rest {
            switch component {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                text += "."
                if !key.isEmpty, key.utf8.allSatisfy(\.isNameByte) {
                    text += key
                } else {
                    FilterLexer.write(key, to: &text)
                }
            }
        }
    }
}
