// Loci, Apache License 2.0.

/// A condition on attributes.
///
/// ```swift
/// let filter = try Filter(parsing: #".year >= 1980 and .genre in ["scifi", "fantasy"]"#)
/// let same = try Filter(.field("year") >= 1980 && .field("genre").in(["scifi", "fantasy"]))
/// ```
///
/// The language is that of Redis's vector sets, and some more. Attributes that lack a field which the filter names do not match,
/// whatever the filter says of it, unless `exists` guards it.
public struct Filter: Sendable {
    /// The longest text of a filter, in bytes of UTF-8.
    public static let maximumBytes = 65_536
    /// How deep the parts of a filter may lie in each other; a chain of `and` or `or` is one level.
    public static let maximumDepth = 64
    /// The most elements of a list.
    public static let maximumListCount = 4_096
    /// The most fields that a filter may look at, each counted once.
    public static let maximumFields = 64

    /// What the filter says, for those who plan by it.
    package let expression: FilterExpression
    private let program: FilterProgram

    /// A filter of a text.
    ///
    /// - Throws: `filterTooLong`, `badFilter`, `filterTooDeep`, `filterListTooLong`, `filterTooManyFields`.
    /// - Complexity: O(bytes)
    public init(parsing text: String) throws(AttributesError) {
        let bytes = Array(text.utf8)
        try self.init(FilterParser.parse(bytes.span.bytes))
    }

    /// A filter that was put together in Swift.
    ///
    /// - Throws: `filterTooDeep`, `filterListTooLong`, `filterTooManyFields`, `filterNotFinite`, `filterNotTime`.
    public init(_ term: FilterTerm) throws(AttributesError) {
        try self.init(term.tree.get())
    }

    private init(_ tree: FilterTree) throws(AttributesError) {
        expression = tree.expression
        program = try FilterProgram(tree.expression)
    }

    /// Whether attributes match.
    ///
    /// - Complexity: O(bytes)
    public func matches(_ attributes: Attributes) -> Bool {
        program.matches(attributes.utf8.span.bytes)
    }

    /// Whether the text of attributes matches, which was checked when they were stored. Of other bytes, the answer says nothing.
    ///
    /// - Complexity: O(bytes), without allocations in the usual cases: where no string that is looked at has escapes, and no
    ///   number more than 15 digits.
    public func matches(utf8 text: RawSpan) -> Bool {
        program.matches(text)
    }
}

extension Filter: Equatable {
    /// Whether two filters have the same parts in the same order.
    public static func == (left: Filter, right: Filter) -> Bool { left.expression == right.expression }
}

extension Filter: CustomStringConvertible {
    /// The text of the filter, with no more parentheses than it needs. Parsing it gives the filter again.
    public var description: String { expression.description }
}
