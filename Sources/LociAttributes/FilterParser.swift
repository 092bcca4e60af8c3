// Loci, Apache License 2.0.

/// Makes an expression of a filter's text, by precedence climbing.
struct FilterParser {
    private let tokens: [FilterToken]
    private var index = 0
    private var depth = 0

    /// - Throws: `filterTooLong`, `badFilter`, `filterTooDeep`, `filterListTooLong`.
    static func parse(_ text: RawSpan) throws(AttributesError) -> FilterTree {
        guard text.byteCount <= Filter.maximumBytes else {
            throw .filterTooLong(bytes: text.byteCount, limit: Filter.maximumBytes)
        }
        var parser = FilterParser(tokens: try FilterLexer.tokens(text))
        let tree = try parser.expression(.any, text)
        guard parser.current == .end else {
            let reason =
                parser.current == .close ? "a parenthesis closes that was not opened" : "an operator is expected"
            throw parser.fault(reason, text)
        }
        return tree
    }

    private init(tokens: [FilterToken]) {
        self.tokens = tokens
    }

    private var current: FilterToken.Kind { tokens[index].kind }

    private func fault(_ reason: String, _ text: RawSpan) -> AttributesError {
        .badFilter(SyntaxFault(reason, at: tokens[index].position, in: text))
    }

    /// Steps over a token, if it is the current one. The last one, `end`, is never stepped over.
    private mutating func take(_ kind: FilterToken.Kind) -> Bool {
        guard current == kind else { return false }
        index += 1
        return true
    }

    /// Runs what may call itself. A level of the tree takes two levels here at most: a parenthesis, and an operator.
    private mutating func nested(
        _ body: (inout FilterParser) throws(AttributesError) -> FilterTree
    ) throws(AttributesError) -> FilterTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 2 * Filter.maximumDepth else { throw .filterTooDeep(limit: Filter.maximumDepth) }
        return try body(&self)
    }

    /// What binds at least as strongly as a level.
    private mutating func expression(_ level: FilterPrecedence, _ text: RawSpan) throws(AttributesError) -> FilterTree {
        switch level {
        case .any:
            var parts = [try expression(.all, text)]
            while take(.or) { parts.append(try expression(.all, text)) }
            return try FilterTree(any: parts)
        case .all:
            var parts = [try expression(.comparison, text)]
            while take(.and) { parts.append(try expression(.comparison, text)) }
            return try FilterTree(all: parts)
        default:
            return try operation(level, text)
        }
    }

    private mutating func operation(_ level: FilterPrecedence, _ text: RawSpan) throws(AttributesError) -> FilterTree {
        var left = try prefix(text)
        while case .symbol(let symbol) = current, symbol.precedence >= level {
            index += 1
            // Powers group from the right, all others from the left.
            let above: FilterPrecedence =
                switch symbol.precedence {
                case .comparison: .sum
                case .sum: .product
                default: .power
                }
            let right = try nested { parser throws(AttributesError) in try parser.operation(above, text) }
            left = try FilterTree(left, symbol, right)
        }
        return left
    }

    private mutating func prefix(_ text: RawSpan) throws(AttributesError) -> FilterTree {
        if take(.not) {
            return try FilterTree(not: nested { parser throws(AttributesError) in try parser.prefix(text) })
        }
        if take(.symbol(.subtract)) {
            return try FilterTree(negated: nested { parser throws(AttributesError) in try parser.prefix(text) })
        }
        return try primary(text)
    }

    private mutating func primary(_ text: RawSpan) throws(AttributesError) -> FilterTree {
        if let literal = literal() { return try FilterTree(literal) }
        switch current {
        case .field(let path):
            index += 1
            return try FilterTree(field: path)
        case .word(.exists):
            index += 1
            guard case .field(let path) = current else { throw fault("a field is expected after exists", text) }
            index += 1
            return try FilterTree(exists: path)
        case .word(.time):
            index += 1
            return try time(text)
        case .openList:
            index += 1
            return try list(text)
        case .open:
            index += 1
            let tree = try nested { parser throws(AttributesError) in try parser.expression(.any, text) }
            guard take(.close) else { throw fault("an operator or ) is expected", text) }
            return tree
        default:
            throw fault("a value is expected", text)
        }
    }

    private mutating func literal() -> FilterLiteral? {
        let literal: FilterLiteral
        switch current {
        case .number(let number): literal = .number(number)
        case .string(let string): literal = .string(string)
        case .word(.null): literal = .null
        case .word(.true): literal = .bool(true)
        case .word(.false): literal = .bool(false)
        default: return nil
        }
        index += 1
        return literal
    }

    private mutating func list(_ text: RawSpan) throws(AttributesError) -> FilterTree {
        var literals: [FilterLiteral] = []
        if !take(.closeList) {
            repeat {
                guard let literal = literal() else { throw fault("a number or a string is expected", text) }
                literals.append(literal)
            } while take(.comma)
            guard take(.closeList) else { throw fault("a comma or ] is expected", text) }
        }
        return try FilterTree(list: literals)
    }

    private mutating func time(_ text: RawSpan) throws(AttributesError) -> FilterTree {
        guard take(.open) else { throw fault("a parenthesis is expected after time", text) }
        guard case .string(let string) = current else { throw fault("a time in quotation marks is expected", text) }
        guard Timestamp(string) != nil else {
            throw fault("a time is expected, such as \"2024-05-01T10:00:00Z\" or \"2024-05-01\"", text)
        }
        index += 1
        guard take(.close) else { throw fault("a closing parenthesis is expected", text) }
        return try FilterTree(time: string)
    }
}
