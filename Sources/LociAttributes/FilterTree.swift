// Loci, Apache License 2.0.

/// An expression and how deep it is: the one way to make expressions, which keeps them in order and within the limits.
///
/// Whatever walks an expression goes by recursion, so none may be deep.
struct FilterTree: Sendable {
    let expression: FilterExpression
    private let height: Int

    private init(_ expression: FilterExpression, height: Int) throws(AttributesError) {
        guard height <= Filter.maximumDepth else { throw .filterTooDeep(limit: Filter.maximumDepth) }
        self.expression = expression
        self.height = height
    }

    /// A value.
    init(_ literal: FilterLiteral) throws(AttributesError) {
        if case .number(let number) = literal, !number.isFinite { throw .filterNotFinite }
        try self.init(.literal(literal), height: 1)
    }

    /// A time.
    init(time text: String) throws(AttributesError) {
        guard let time = Timestamp(text) else { throw .filterNotTime(text: text) }
        try self.init(.time(time), height: 1)
    }

    /// A list of values.
    init(list: [FilterLiteral]) throws(AttributesError) {
        guard list.count <= Filter.maximumListCount else {
            throw .filterListTooLong(count: list.count, limit: Filter.maximumListCount)
        }
        for case .number(let number) in list where !number.isFinite { throw .filterNotFinite }
        try self.init(.list(list), height: 1)
    }

    /// A field.
    init(field: FilterPath) throws(AttributesError) {
        try self.init(.field(field), height: 1 + field.rest.count)
    }

    /// Whether a field is there.
    init(exists field: FilterPath) throws(AttributesError) {
        try self.init(.exists(field), height: 1 + field.rest.count)
    }

    /// `not x`
    init(not tree: FilterTree) throws(AttributesError) {
        try self.init(.not(tree.expression), height: tree.height + 1)
    }

    /// `-x`
    init(negated tree: FilterTree) throws(AttributesError) {
        if case .literal(.number(let number)) = tree.expression {
            try self.init(.literal(.number(-number)), height: 1)
        } else {
            try self.init(.negate(tree.expression), height: tree.height + 1)
        }
    }

    /// `x + y` and the like.
    init(_ left: FilterTree, _ symbol: FilterOperator, _ right: FilterTree) throws(AttributesError) {
        try self.init(
            .binary(symbol, left.expression, right.expression), height: max(left.height, right.height) + 1)
    }

    /// `x and y and z`; of none, true.
    init(all trees: [FilterTree]) throws(AttributesError) {
        guard trees.count > 1 else {
            self = if let tree = trees.first { tree } else { try FilterTree(.bool(true)) }
            return
        }
        let (parts, height) = Self.chain(trees) { if case .all(let inner) = $0 { inner } else { nil } }
        try self.init(.all(parts), height: height)
    }

    /// `x or y or z`; of none, false.
    init(any trees: [FilterTree]) throws(AttributesError) {
        guard trees.count > 1 else {
            self = if let tree = trees.first { tree } else { try FilterTree(.bool(false)) }
            return
        }
        let (parts, height) = Self.chain(trees) { if case .any(let inner) = $0 { inner } else { nil } }
        try self.init(.any(parts), height: height)
    }

    /// The parts of a chain, to which those that are chains of the same kind give their own parts, and its height.
    private static func chain(
        _ trees: [FilterTree], _ inner: (FilterExpression) -> [FilterExpression]?
    ) -> (parts: [FilterExpression], height: Int) {
        var parts: [FilterExpression] = []
        var height = 0
        for tree in trees {
            if let inner = inner(tree.expression) {
                parts += inner
                height = max(height, tree.height)
            } else {
                parts.append(tree.expression)
                height = max(height, tree.height + 1)
            }
        }
        return (parts, height)
    }
}
