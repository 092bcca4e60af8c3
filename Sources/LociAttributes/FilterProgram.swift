// Loci, Apache License 2.0.

/// A filter as it is evaluated: nodes in one array, strings in one buffer, each field once.
struct FilterProgram: Sendable {
    /// A part of the expression. Numbers are indices of other nodes, or of fields.
    enum Node {
        case constant(FilterValue)
        case field(Int)
        case exists(Int)
        case not(Int)
        case negate(Int)
        case binary(FilterOperator, Int, Int)
        case member(Int, FilterMembers)
        case all(Range<Int>)
        case any(Range<Int>)
    }

    /// A part of a chain of `and` or `or`.
    struct Part {
        var node: Int
        /// Whether the parts after this one are not looked at when it decides the chain.
        var isGuard: Bool
    }

    /// A field, whose key and the rest of whose path are strings of the pool.
    struct Field {
        var key: Range<Int>
        var rest: Range<Int>
    }

    /// A step on the way to a field.
    enum Step {
        case key(Range<Int>)
        case index(Int)
    }

    private(set) var nodes: [Node] = []
    private(set) var parts: [Part] = []
    private(set) var fields: [Field] = []
    private(set) var steps: [Step] = []
    /// The elements of all lists.
    private(set) var elements: [FilterValue] = []
    /// The bytes of all strings.
    private(set) var pool: [UInt8] = []
    private(set) var root = 0

    /// - Parameter isWhole: Whether it is the whole of a filter, of which nothing matters but where it is true.
    /// - Throws: `filterTooManyFields`.
    init(_ expression: FilterExpression, isWhole: Bool = true) throws(AttributesError) {
        var numbers: [FilterPath: Int] = [:]
        root = add(expression, &numbers, isRoot: isWhole)
        guard numbers.count <= Filter.maximumFields else {
            throw .filterTooManyFields(count: numbers.count, limit: Filter.maximumFields)
        }
    }

    private mutating func add(
        _ expression: FilterExpression, _ numbers: inout [FilterPath: Int], isRoot: Bool = false
    ) -> Int {
        let node: Node
        switch expression {
        case .literal(let literal): node = .constant(value(literal))
        case .time(let time): node = .constant(.time(time.seconds))
        case .list(let literals): node = .constant(.list(store(literals)))
        case .field(let path): node = .field(number(path, &numbers))
        case .exists(let path): node = .exists(number(path, &numbers))
        case .not(let part): node = .not(add(part, &numbers))
        case .negate(let part): node = .negate(add(part, &numbers))
        case .binary(.within, let left, .list(let literals)):
            let range = store(literals)
            node = .member(add(left, &numbers), FilterMembers(&elements[range], pool))
        case .binary(let symbol, let left, let right):
            node = .binary(symbol, add(left, &numbers), add(right, &numbers))
        case .all(let expressions): node = .all(add(expressions, &numbers, isRoot: isRoot))
        case .any(let expressions): node = .any(add(expressions, &numbers, isRoot: false))
        }
        nodes.append(node)
        return nodes.count - 1
    }

    /// Adds a chain. The outermost `and` may end at its first part that is false, whatever comes: nothing makes it true again.
    private mutating func add(
        _ expressions: [FilterExpression], _ numbers: inout [FilterPath: Int], isRoot: Bool
    ) -> Range<Int> {
        var chain: [Part] = []
        for expression in expressions {
            chain.append(Part(node: add(expression, &numbers), isGuard: isRoot || expression.namesExists))
        }
        parts += chain
        return parts.count - chain.count..<parts.count
    }

    private mutating func number(_ path: FilterPath, _ numbers: inout [FilterPath: Int]) -> Int {
        if let number = numbers[path] { return number }
        let number = numbers.count
        numbers[path] = number
        let key = store(path.key)
        let start = steps.count
        for component in path.rest {
            switch component {
            case .key(let key): steps.append(.key(store(key)))
            case .index(let index): steps.append(.index(index))
            }
        }
        fields.append(Field(key: key, rest: start..<steps.count))
        return number
    }

    private mutating func store(_ literals: [FilterLiteral]) -> Range<Int> {
        let start = elements.count
        for literal in literals { elements.append(value(literal)) }
        return start..<elements.count
    }

    private mutating func store(_ string: String) -> Range<Int> {
        let start = pool.count
        pool += string.utf8
        return start..<pool.count
    }

    private mutating func value(_ literal: FilterLiteral) -> FilterValue {
        switch literal {
        case .null: return .null
        case .bool(let bool): return .number(bool ? 1 : 0)
        case .number(let number): return .number(number)
        case .string(let string):
            let range = store(string)
            return .constant(JSONString(start: range.lowerBound, end: range.upperBound, escaped: false))
        }
    }
}

extension FilterExpression {
    /// Whether `exists` is in it.
    var namesExists: Bool {
        switch self {
        case .exists: true
        case .literal, .time, .list, .field: false
        case .not(let part), .negate(let part): part.namesExists
        case .binary(_, let left, let right): left.namesExists || right.namesExists
        case .all(let parts), .any(let parts): parts.contains { $0.namesExists }
        }
    }
}
