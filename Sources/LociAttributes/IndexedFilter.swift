// Loci, Apache License 2.0.

/// A filter as indexes answer it: each part is a test of one field, or is open, which means that the attributes tell.
///
/// A part is true, false, or nil of a row, as in `FilterProgram`: nil where a field that it needs is missing or is not of the kind
/// that it needs.
package indirect enum IndexedFilter: Sendable {
    /// The same of all rows; nil for nil.
    case constant(Bool?)
    case test(FieldTest)
    case exists(FilterPath)
    /// Nil where one of the fields is missing; else the attributes tell.
    case open(needing: Set<FilterPath>)
    case not(IndexedFilter)
    /// `and`, which ends at false, or `or`, which ends at true.
    case chain([Part], endsAt: Bool)

    package struct Part: Sendable {
        package let filter: IndexedFilter
        /// Whether the parts after this one are not looked at when it decides the chain.
        package let isGuard: Bool
    }

    package init(_ expression: FilterExpression) { self.init(expression, isRoot: true) }

    private init(_ expression: FilterExpression, isRoot: Bool) {
        guard expression.namesFields else {
            self = .constant(FilterProgram.constant(expression)?.isTrue)
            return
        }
        switch expression {
        case .field(let path): self = .test(FieldTest(isTrue: path))
        case .exists(let path): self = .exists(path)
        case .not(let part): self = .not(IndexedFilter(part, isRoot: false))
        case .binary(let symbol, let left, let right):
            self =
                FieldTest(symbol, left, right).map { IndexedFilter.test($0) }
                ?? .open(needing: expression.neededFields)
        case .all(let parts): self = .chain(Self.parts(parts, isRoot: isRoot), endsAt: false)
        case .any(let parts): self = .chain(Self.parts(parts, isRoot: false), endsAt: true)
        case .literal, .time, .list, .negate: self = .open(needing: expression.neededFields)
        }
    }

    private static func parts(_ expressions: [FilterExpression], isRoot: Bool) -> [Part] {
        expressions.map { Part(filter: IndexedFilter($0, isRoot: false), isGuard: isRoot || $0.namesExists) }
    }

    /// The fields that it tests.
    package var fields: Set<FilterPath> {
        switch self {
        case .constant: []
        case .test(let test): [test.path]
        case .exists(let path): [path]
        case .open(let fields): fields
        case .not(let part): part.fields
        case .chain(let parts, _): parts.reduce(into: []) { $0.formUnion($1.filter.fields) }
        }
    }
}

extension FieldTest {
    /// A comparison of a field with what names none.
    fileprivate init?(_ symbol: FilterOperator, _ left: FilterExpression, _ right: FilterExpression) {
        switch (left, right) {
        case (.field(let path), .list(let literals)) where symbol == .within: self.init(path, in: literals)
        case (.field(let path), _) where symbol != .within && !right.namesFields:
            guard let constant = FilterProgram.constant(right) else { return nil }
            self.init(path, symbol, constant)
        case (_, .field(let path)) where !left.namesFields:
            guard let constant = FilterProgram.constant(left) else { return nil }
            if symbol == .within {
                self.init(constant, in: path)
            } else if let mirrored = symbol.mirrored {
                self.init(path, mirrored, constant)
            } else {
                return nil
            }
        default: return nil
        }
    }
}

extension FilterOperator {
    /// The operator that says the same with its sides exchanged; nil if there is none.
    fileprivate var mirrored: FilterOperator? {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .power, .multiply, .divide, .remainder, .add, .subtract, .within, .hasPrefix: nil
        }
    }
}

extension FilterExpression {
    /// Whether a field is in it.
    fileprivate var namesFields: Bool {
        switch self {
        case .literal, .time, .list: false
        case .field, .exists: true
        case .not(let part), .negate(let part): part.namesFields
        case .binary(_, let left, let right): left.namesFields || right.namesFields
        case .all(let parts), .any(let parts): parts.contains { $0.namesFields }
        }
    }

    /// Fields without which it is nil, all but those in chains.
    fileprivate var neededFields: Set<FilterPath> {
        switch self {
        case .field(let path): [path]
        case .not(let part), .negate(let part): part.neededFields
        case .binary(_, let left, let right): left.neededFields.union(right.neededFields)
        case .literal, .time, .list, .exists, .all, .any: []
        }
    }
}

extension FilterProgram {
    /// The value of an expression that names no field; nil where it has none.
    static func constant(_ expression: FilterExpression) -> FilterConstant? {
        guard let program = try? FilterProgram(expression, isWhole: false) else { return nil }
        return program.constant
    }
}
