// Loci, Apache License 2.0.

extension FilterProgram {
    /// Whether the text of attributes matches.
    func matches(_ row: RawSpan) -> Bool {
        if fields.isEmpty {
            return evaluate(root, row, pool.span.bytes, UnsafeBufferPointer(start: nil, count: 0))?.isTrue ?? false
        }
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: fields.count) { offsets in
            let pool = pool.span.bytes
            locate(row, pool, offsets)
            return evaluate(root, row, pool, UnsafeBufferPointer(offsets))?.isTrue ?? false
        }
    }

    /// The value of a program without fields; nil where it has none.
    var constant: FilterConstant? {
        let pool = pool.span.bytes
        // There is nothing to be read of a row.
        let value = evaluate(root, pool, pool, UnsafeBufferPointer(start: nil, count: 0))
        switch value {
        case nil: return nil
        case .null: return .null
        case .number(let number): return .number(number)
        case .time(let time): return .time(time)
        case .constant(let string), .text(let string): return .string(string.bytes(pool))
        case .list, .array: return .list
        }
    }

    /// The value of a node; nil where a field that it needs is missing or is not of the kind that it needs.
    ///
    /// All parts of a chain are looked at, so that a missing field in any of them makes the whole nil, as in Redis, unless a part
    /// that decides the chain is a guard.
    private func evaluate(
        _ node: Int, _ row: RawSpan, _ pool: RawSpan, _ offsets: UnsafeBufferPointer<Int>
    ) -> FilterValue? {
        switch nodes[node] {
        case .constant(let value): return value
        case .field(let field): return value(row, at: offsets[field])
        case .exists(let field): return FilterValue(offsets[field] != Self.missing)
        case .not(let part): return evaluate(part, row, pool, offsets).map { FilterValue(!$0.isTrue) }
        case .negate(let part):
            return evaluate(part, row, pool, offsets).map { .number(-$0.number(row, pool)) }
        case .all(let chain): return evaluate(chain, endsAt: false, row, pool, offsets)
        case .any(let chain): return evaluate(chain, endsAt: true, row, pool, offsets)
        case .member(let value, let members):
            guard let value = evaluate(value, row, pool, offsets) else { return nil }
            let found = find(value, in: members, row, pool)
            return FilterValue(found ?? contains(.list(members.range), value, row, pool))
        case .binary(let symbol, let left, let right):
            guard let left = evaluate(left, row, pool, offsets), let right = evaluate(right, row, pool, offsets) else {
                return nil
            }
            return apply(symbol, left, right, row, pool)
        }
    }

    private func evaluate(
        _ chain: Range<Int>, endsAt deciding: Bool, _ row: RawSpan, _ pool: RawSpan, _ offsets: UnsafeBufferPointer<Int>
    ) -> FilterValue? {
        var result = !deciding
        for index in chain {
            let part = parts[index]
            guard let value = evaluate(part.node, row, pool, offsets) else { return nil }
            if value.isTrue == deciding {
                result = deciding
                if part.isGuard { break }
            }
        }
        return FilterValue(result)
    }

    private func apply(
        _ symbol: FilterOperator, _ left: FilterValue, _ right: FilterValue, _ row: RawSpan, _ pool: RawSpan
    ) -> FilterValue? {
        switch symbol {
        case .equal: return equals(left, right, row, pool).map { FilterValue($0) }
        case .notEqual: return equals(left, right, row, pool).map { FilterValue(!$0) }
        case .within: return FilterValue(contains(right, left, row, pool))
        case .hasPrefix: return FilterValue(begins(left, right, row, pool))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return compare(symbol, left, right, row, pool)
        case .add, .subtract, .multiply, .divide, .remainder, .power: return calculate(symbol, left, right, row, pool)
        }
    }

    private func compare(
        _ symbol: FilterOperator, _ left: FilterValue, _ right: FilterValue, _ row: RawSpan, _ pool: RawSpan
    ) -> FilterValue? {
        let first: Double
        let second: Double
        if left.isTime || right.isTime {
            guard let left = left.time(row, pool), let right = right.time(row, pool) else { return nil }
            (first, second) = (left, right)
        } else {
            (first, second) = (left.number(row, pool), right.number(row, pool))
        }
        switch symbol {
        case .less: return FilterValue(first < second)
        case .lessOrEqual: return FilterValue(first <= second)
        case .greater: return FilterValue(first > second)
        default: return FilterValue(first >= second)
        }
    }

    private func calculate(
        _ symbol: FilterOperator, _ left: FilterValue, _ right: FilterValue, _ row: RawSpan, _ pool: RawSpan
    ) -> FilterValue? {
        if symbol == .subtract, left.isTime || right.isTime, !left.isNumber, !right.isNumber {
            // The seconds between two times, one of which may be written as a string.
            guard let left = left.time(row, pool), let right = right.time(row, pool) else { return nil }
            return .number(left - right)
        }
        let (first, second) = (left.number(row, pool), right.number(row, pool))
        switch symbol {
        case .add: return left.isTime != right.isTime ? .time(first + second) : .number(first + second)
        case .subtract: return left.isTime ? .time(first - second) : .number(first - second)
        case .multiply: return .number(first * second)
        case .divide: return .number(first / second)
        case .remainder: return .number(first.truncatingRemainder(dividingBy: second))
        default: return .number(power(first, second))
        }
    }

    /// Strings are equal by their bytes, `null` only to `null`, lists to lists of the same elements; all else as numbers, of
    /// which strings make one. Nil where a time is compared with what is none.
    private func equals(_ left: FilterValue, _ right: FilterValue, _ row: RawSpan, _ pool: RawSpan) -> Bool? {
        switch (left, right) {
        case (.number(let left), .number(let right)): return left == right
        case (.null, .null): return true
        case (.null, _), (_, .null): return false
        case (.list, _), (.array, _), (_, .list), (_, .array): return equalLists(left, right, row, pool)
        default: break
        }
        if let first = left.string, let second = right.string {
            let firstText = left.isInRow ? row : pool
            let secondText = right.isInRow ? row : pool
            if !second.escaped { return first.equals(secondText.extracting(second.range), firstText) }
            if !first.escaped { return second.equals(firstText.extracting(first.range), secondText) }
            return first.bytes(firstText) == second.bytes(secondText)
        }
        if left.isTime || right.isTime {
            guard let left = left.time(row, pool), let right = right.time(row, pool) else { return nil }
            return left == right
        }
        return left.number(row, pool) == right.number(row, pool)
    }

    private func equalLists(_ left: FilterValue, _ right: FilterValue, _ row: RawSpan, _ pool: RawSpan) -> Bool {
        guard let first = ListCursor(left, row), let second = ListCursor(right, row) else { return false }
        var (firsts, seconds) = (first, second)
        while true {
            switch (firsts.next(self, row), seconds.next(self, row)) {
            case (nil, nil): return true
            case (let left?, let right?):
                if equals(left, right, row, pool) != true { return false }
            default: return false
            }
        }
    }

    /// Whether a list has an element, or a string a part.
    private func contains(_ whole: FilterValue, _ part: FilterValue, _ row: RawSpan, _ pool: RawSpan) -> Bool {
        if var elements = ListCursor(whole, row) {
            while let element = elements.next(self, row) {
                if equals(part, element, row, pool) == true { return true }
            }
            return false
        }
        guard let haystack = whole.string, let needle = part.string else { return false }
        if haystack.escaped || needle.escaped {
            return decoded(whole, haystack, row, pool).span.bytes
                .contains(decoded(part, needle, row, pool).span.bytes)
        }
        return (whole.isInRow ? row : pool).extracting(haystack.range)
            .contains((part.isInRow ? row : pool).extracting(needle.range))
    }

    private func begins(_ whole: FilterValue, _ prefix: FilterValue, _ row: RawSpan, _ pool: RawSpan) -> Bool {
        guard let string = whole.string, let start = prefix.string else { return false }
        if string.escaped || start.escaped {
            return decoded(whole, string, row, pool).starts(with: decoded(prefix, start, row, pool))
        }
        guard start.range.count <= string.range.count else { return false }
        return (whole.isInRow ? row : pool).hasBytes(
            (prefix.isInRow ? row : pool).extracting(start.range), at: string.start)
    }

    private func decoded(_ value: FilterValue, _ string: JSONString, _ row: RawSpan, _ pool: RawSpan) -> [UInt8] {
        string.bytes((value.isInRow ? row : pool))
    }
}

/// Goes over a list, of the filter or of the attributes.
private struct ListCursor {
    private var constants: Range<Int>
    private var elements: JSONMembers?

    /// Nil if the value is no list.
    init?(_ value: FilterValue, _ row: RawSpan) {
        switch value {
        case .list(let range):
            constants = range
            elements = nil
        case .array(let start):
            constants = 0..<0
            elements = JSONMembers(row, at: start)
        default: return nil
        }
    }

    mutating func next(_ program: FilterProgram, _ row: RawSpan) -> FilterValue? {
        if elements != nil {
            guard elements?.advance(row) == true, let start = elements?.value else { return nil }
            return program.value(row, at: start)
        }
        guard let first = constants.first else { return nil }
        constants = first + 1..<constants.upperBound
        return program.elements[first]
    }
}

extension FilterValue {
    fileprivate var isTime: Bool {
        if case .time = self { true } else { false }
    }
}

extension RawSpan {
    /// Whether the bytes are somewhere in these.
    func contains(_ part: borrowing RawSpan) -> Bool {
        guard part.byteCount > 0 else { return true }
        var offset = 0
        while offset + part.byteCount <= byteCount {
            if byte(offset) == part.byte(0), hasBytes(part, at: offset) { return true }
            offset += 1
        }
        return false
    }
}
