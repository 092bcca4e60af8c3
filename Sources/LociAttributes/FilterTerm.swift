// Loci, Apache License 2.0.

/// A part of a filter that is put together in Swift: a field, a value, a condition.
///
/// ```swift
/// try Filter(.field("year") >= 1980 && .field("tags").contains("sea") && !(.field("author", "name").exists))
/// ```
///
/// What is beyond the limits is told by `Filter.init(_:)`.
public struct FilterTerm: Sendable {
    let tree: Result<FilterTree, AttributesError>

    private init(_ make: () throws(AttributesError) -> FilterTree) {
        tree = Result(catching: make)
    }

    private init(
        _ terms: [FilterTerm], _ make: ([FilterTree]) throws(AttributesError) -> FilterTree
    ) {
        self.init { () throws(AttributesError) in
            var trees: [FilterTree] = []
            for term in terms { trees.append(try term.tree.get()) }
            return try make(trees)
        }
    }

    private init(_ left: FilterTerm, _ symbol: FilterOperator, _ right: FilterTerm) {
        self.init { () throws(AttributesError) in
            try FilterTree(left.tree.get(), symbol, right.tree.get())
        }
    }

    /// A value.
    public init(_ literal: FilterLiteral) {
        self.init { () throws(AttributesError) in try FilterTree(literal) }
    }

    /// A field: the key in the outermost object, and the keys and numbers of elements that lead on from there.
    public static func field(_ key: String, _ rest: FilterPathComponent...) -> FilterTerm {
        FilterTerm { () throws(AttributesError) in try FilterTree(field: FilterPath(key: key, rest: rest)) }
    }

    /// A time, such as `2024-05-01T10:00:00Z` or `2024-05-01`, to compare with strings of this form and with seconds since 1970.
    public static func time(_ text: String) -> FilterTerm {
        FilterTerm { () throws(AttributesError) in try FilterTree(time: text) }
    }

    /// Whether all terms hold; of none, true.
    public static func all(_ terms: [FilterTerm]) -> FilterTerm {
        FilterTerm(terms) { trees throws(AttributesError) in try FilterTree(all: trees) }
    }

    /// Whether one of the terms holds; of none, false.
    public static func any(_ terms: [FilterTerm]) -> FilterTerm {
        FilterTerm(terms) { trees throws(AttributesError) in try FilterTree(any: trees) }
    }

    /// Whether the field is there, whatever its value. Of a term that is no field, `badFilter`.
    public var exists: FilterTerm {
        FilterTerm { () throws(AttributesError) in
            let term = try tree.get()
            guard case .field(let path) = term.expression else {
                let text = Array("exists \(term.expression)".utf8)
                throw .badFilter(SyntaxFault("a field is expected", at: 7, in: text.span.bytes))
            }
            return try FilterTree(exists: path)
        }
    }

    /// Whether the value is one of these.
    public func `in`(_ values: [FilterLiteral]) -> FilterTerm {
        FilterTerm { () throws(AttributesError) in try FilterTree(tree.get(), .within, FilterTree(list: values)) }
    }

    /// Whether the array has an element, or the string a part, of this value.
    public func contains(_ value: FilterTerm) -> FilterTerm { FilterTerm(value, .within, self) }

    /// Whether the value is a string that begins so.
    public func hasPrefix(_ prefix: FilterTerm) -> FilterTerm { FilterTerm(self, .hasPrefix, prefix) }

    /// This number to the power of another.
    public func power(_ exponent: FilterTerm) -> FilterTerm { FilterTerm(self, .power, exponent) }

    /// `and`
    public static func && (left: FilterTerm, right: FilterTerm) -> FilterTerm { all([left, right]) }
    /// `or`
    public static func || (left: FilterTerm, right: FilterTerm) -> FilterTerm { any([left, right]) }
    /// `not`
    public static prefix func ! (term: FilterTerm) -> FilterTerm {
        FilterTerm { () throws(AttributesError) in try FilterTree(not: term.tree.get()) }
    }
    /// The number with the other sign.
    public static prefix func - (term: FilterTerm) -> FilterTerm {
        FilterTerm { () throws(AttributesError) in try FilterTree(negated: term.tree.get()) }
    }
    /// Equal.
    public static func == (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .equal, right) }
    /// Not equal.
    public static func != (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .notEqual, right) }
    /// Less.
    public static func < (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .less, right) }
    /// Less or equal.
    public static func <= (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .lessOrEqual, right) }
    /// Greater.
    public static func > (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .greater, right) }
    /// Greater or equal.
    public static func >= (left: FilterTerm, right: FilterTerm) -> FilterTerm {
        FilterTerm(left, .greaterOrEqual, right)
    }
    /// The sum.
    public static func + (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .add, right) }
    /// The difference.
    public static func - (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .subtract, right) }
    /// The product.
    public static func * (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .multiply, right) }
    /// The quotient.
    public static func / (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .divide, right) }
    /// The remainder, with the sign of the dividend.
    public static func % (left: FilterTerm, right: FilterTerm) -> FilterTerm { FilterTerm(left, .remainder, right) }
}

extension FilterTerm: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
    /// `null`
    public init(nilLiteral: ()) { self.init(FilterLiteral.null) }
    /// `true` or `false`
    public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
    /// A number, rounded to a double.
    public init(integerLiteral value: Int64) { self.init(.number(Double(value))) }
    /// A number.
    public init(floatLiteral value: Double) { self.init(.number(value)) }
    /// A string.
    public init(stringLiteral value: String) { self.init(.string(value)) }
}
