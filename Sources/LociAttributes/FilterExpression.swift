// Loci, Apache License 2.0.

/// What a filter says, as a tree.
///
/// No `all` is directly in an `all`, no `any` in an `any`, none of them has less than two parts, and no number is directly under
/// a minus: so every tree has one text, and every text one tree. `FilterTree` sees to it.
package indirect enum FilterExpression: Sendable, Equatable {
    /// A value that is written in the filter.
    case literal(FilterLiteral)
    /// `time("2024-05-01T10:00:00Z")`
    case time(Timestamp)
    /// `["a", 1]`
    case list([FilterLiteral])
    /// `.year`
    case field(FilterPath)
    /// `exists .year`
    case exists(FilterPath)
    /// `not x`
    case not(FilterExpression)
    /// `-x`
    case negate(FilterExpression)
    /// `x + y`, `x < y` and the like.
    case binary(FilterOperator, FilterExpression, FilterExpression)
    /// `x and y and z`
    case all([FilterExpression])
    /// `x or y or z`
    case any([FilterExpression])
}

/// A value that is written in a filter.
public enum FilterLiteral: Sendable, Equatable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number, which must be finite.
    case number(Double)
    /// A string.
    case string(String)
}

extension FilterLiteral: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
    /// `null`
    public init(nilLiteral: ()) { self = .null }
    /// `true` or `false`
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number, rounded to a double.
    public init(integerLiteral value: Int64) { self = .number(Double(value)) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
}

/// Where a field lies in the attributes.
package struct FilterPath: Sendable, Hashable {
    /// The key in the outermost object.
    package let key: String
    /// What leads on from there.
    package let rest: [FilterPathComponent]
}

/// A step on the way to a value in the attributes.
public enum FilterPathComponent: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// The member of an object.
    case key(String)
    /// The element of an array, from 0.
    case index(Int)

    /// The member of an object.
    public init(stringLiteral value: String) { self = .key(value) }
    /// The element of an array, from 0.
    public init(integerLiteral value: Int) { self = .index(value) }
}

/// What stands between two parts of a filter, but for `and` and `or`.
package enum FilterOperator: String, Sendable, CaseIterable {
    case power = "**"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case add = "+"
    case subtract = "-"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case within = "in"
    case hasPrefix = "^="

    /// How strongly it binds.
    package var precedence: FilterPrecedence {
        switch self {
        case .power: .power
        case .multiply, .divide, .remainder: .product
        case .add, .subtract: .sum
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .within, .hasPrefix: .comparison
        }
    }
}

/// How strongly parts of a filter bind, the weakest first.
package enum FilterPrecedence: Int, Sendable, Comparable {
    case any, all, comparison, sum, product, power, prefix, primary

    package static func < (left: FilterPrecedence, right: FilterPrecedence) -> Bool { left.rawValue < right.rawValue }
}
