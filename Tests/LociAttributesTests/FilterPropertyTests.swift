// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociAttributes

/// Random filters. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct FilterPropertyTests {
    @Test func whatIsPrintedIsParsedAsTheSame() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(2_000) {
            let tree = try generator.tree(depth: 6)
            let text = tree.expression.description
            #expect(try Filter(parsing: text).expression == tree.expression, "\(generator): \(text)")
        }
    }

    /// The same answer as from the tree, by a reader that is as plain as can be.
    @Test func programsSayWhatTreesSay() throws {
        var generator = SeededGenerator()
        var matched = 0
        let rounds = TestSettings.iterations(5_000)
        for _ in 0..<rounds {
            let tree = try generator.tree(depth: 4)
            let attributes = try Attributes(generator.fields())
            let expected = PlainFilter(attributes).matches(tree.expression)
            let filter = try Filter(parsing: tree.expression.description)
            #expect(filter.matches(attributes) == expected, "\(generator): \(filter) of \(attributes)")
            if expected { matched += 1 }
        }
        #expect(rounds < 1_000 || matched > rounds / 20, "\(matched) of \(rounds) match")
    }

    @Test func damagedFiltersAreParsedOrRefused() throws {
        var generator = SeededGenerator(fresh: #function)
        let film = try Attributes(json: FilterTests.film)
        let letters = Array(#".ab"'\()[]{},0159eE+-*/%<>=!&|^~ andornotintime:TZ"#.utf8) + [0x00, 0x80, 0xC3, 0xA9]
        var accepted = 0
        var refused = 0
        for round in 0..<TestSettings.iterations(5_000) {
            var bytes =
                round % 4 == 0
                ? generator.bytes(generator.below(40)) : Array(try generator.tree(depth: 4).expression.description.utf8)
            for _ in 0..<generator.below(4) {
                let position = generator.below(bytes.count + 1)
                switch generator.below(3) {
                case 0: bytes.insert(letters[generator.below(letters.count)], at: position)
                case 1 where position < bytes.count: bytes[position] = letters[generator.below(letters.count)]
                default: bytes.removeSubrange(position..<min(bytes.count, position + 2))
                }
            }
            do {
                let filter = try Filter(parsing: String(decoding: bytes, as: UTF8.self))
                _ = filter.matches(film)
                #expect(try Filter(parsing: filter.description) == filter, "\(generator): \(filter)")
                accepted += 1
            } catch {
                #expect(!error.description.isEmpty)
                refused += 1
            }
        }
        #expect(accepted > 0 && refused > accepted / 10, "accepted \(accepted), refused \(refused)")
    }

    /// Texts that were never checked: some answer, and no step out of bounds.
    @Test func damagedAttributesAreSurvived() throws {
        var generator = SeededGenerator(fresh: #function)
        let film = Array(FilterTests.film.utf8)
        let filters = try [
            ".zero == 0 or .missing", "'déjà' in .tags and .author.books[1].x == 5",
            ".words ^= 'two' and 'more' in .words",
            ".at < time('2025-01-01') and .version == 12", ".words == .code and .k1 == .tags",
        ].map { try Filter(parsing: $0) }
        for _ in 0..<TestSettings.iterations(5_000) {
            var bytes = film
            for _ in 0...generator.below(6) {
                let position = generator.below(bytes.count)
                switch generator.below(4) {
                case 0: bytes.removeSubrange(position...)
                case 1: bytes.removeSubrange(..<position)
                case 2: bytes[position] = Array(#""\{}[],:u"#.utf8)[generator.below(9)]
                default: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
                }
                if bytes.isEmpty { break }
            }
            for filter in filters { _ = filter.matches(utf8: bytes.span.bytes) }
        }
    }
}

extension SeededGenerator {
    /// A random expression, of which many are true or false by what `fields` makes.
    mutating func tree(depth: Int) throws -> FilterTree {
        guard depth > 0 else { return try leaf() }
        switch below(12) {
        case 0, 1: return try FilterTree(all: (0..<2 + below(3)).map { _ in try tree(depth: depth - 1) })
        case 2, 3: return try FilterTree(any: (0..<2 + below(3)).map { _ in try tree(depth: depth - 1) })
        case 4: return try FilterTree(not: tree(depth: depth - 1))
        case 5: return try FilterTree(negated: tree(depth: depth - 1))
        case 6...9:
            let symbol = FilterOperator.allCases[below(FilterOperator.allCases.count)]
            return try FilterTree(tree(depth: depth - 1), symbol, tree(depth: depth - 1))
        default: return try leaf()
        }
    }

    private mutating func leaf() throws -> FilterTree {
        switch below(10) {
        case 0: return try FilterTree(list: (0..<below(4)).map { _ in literal() })
        case 1:
            return try FilterTree(
                time: ["2024-05-01", "2024-05-01T10:00:00.5+02:00", "1969-12-31t23:59:60z"][below(3)])
        case 2: return try FilterTree(exists: path())
        case 3...5: return try FilterTree(literal())
        default: return try FilterTree(field: path())
        }
    }

    private mutating func literal() -> FilterLiteral {
        switch below(6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .string(string())
        case 3: return .number(Double(below(100_000)) / 8 - 100)
        default: return .number(Double(below(3)))
        }
    }

    private mutating func path() -> FilterPath {
        var rest: [FilterPathComponent] = []
        if below(6) == 0 { rest = [below(2) == 0 ? .index(below(3)) : .key("a")] }
        return FilterPath(key: below(8) == 0 ? string() : ["a", "b", "c", "d"][below(4)], rest: rest)
    }

    /// Attributes that have most of the fields that the expressions name.
    mutating func fields() -> [String: AttributeValue] {
        var fields: [String: AttributeValue] = [:]
        for key in ["a", "b", "c", "d"] where below(8) > 0 {
            fields[key] = below(3) == 0 ? value(depth: 2) : .number(Double(below(3)))
        }
        return fields
    }
}

/// A filter by the letter of its language, on values that were built.
struct PlainFilter {
    private enum Value {
        case null, number(Double), time(Double), string(String), list([Value])
    }

    private let attributes: Attributes

    init(_ attributes: Attributes) { self.attributes = attributes }

    func matches(_ expression: FilterExpression) -> Bool {
        value(expression, isRoot: true).map(isTrue) ?? false
    }

    private func find(_ path: FilterPath) -> AttributeValue? {
        var value = attributes[path.key]
        for component in path.rest {
            switch (component, value) {
            case (.key(let key), .object(let members)): value = members[key]
            case (.index(let index), .list(let elements)): value = elements.dropFirst(index).first
            default: return nil
            }
        }
        return value
    }

    private func value(_ attribute: AttributeValue, inList: Bool = false) -> Value? {
        switch attribute {
        case .number(let number): return .number(number)
        case .string(let string): return .string(string)
        case .null where !inList: return .null
        case .bool(let bool) where !inList: return .number(bool ? 1 : 0)
        case .list(let elements) where !inList:
            let values = elements.compactMap { value($0, inList: true) }
            return values.count == elements.count ? .list(values) : nil
        default: return nil
        }
    }

    private func value(_ literal: FilterLiteral) -> Value {
        switch literal {
        case .null: .null
        case .bool(let bool): .number(bool ? 1 : 0)
        case .number(let number): .number(number)
        case .string(let string): .string(string)
        }
    }

    private func isTrue(_ value: Value) -> Bool {
        switch value {
        case .null: false
        case .number(let number), .time(let number): number != 0
        case .string(let string): !string.isEmpty
        case .list: true
        }
    }

    private func names(_ expression: FilterExpression) -> Bool { expression.description.contains("exists ") }

    private func value(_ expression: FilterExpression, isRoot: Bool = false) -> Value? {
        switch expression {
        case .literal(let literal): return value(literal)
        case .time(let time): return .time(time.seconds)
        case .list(let literals): return .list(literals.map { value($0) })
        case .field(let path): return find(path).flatMap { value($0) }
        case .exists(let path): return .number(find(path) != nil ? 1 : 0)
        case .not(let part): return value(part).map { .number(isTrue($0) ? 0 : 1) }
        case .negate(let part): return value(part).map { .number(-number($0)) }
        case .all(let parts), .any(let parts):
            let deciding: Bool = if case .any = expression { true } else { false }
            var result = !deciding
            for part in parts {
                guard let value = value(part) else { return nil }
                if isTrue(value) == deciding {
                    result = deciding
                    if names(part) { break }
                }
            }
            return .number(result ? 1 : 0)
        case .binary(let symbol, let left, let right):
            guard let left = value(left), let right = value(right) else { return nil }
            return apply(symbol, left, right)
        }
    }

    private func number(_ value: Value) -> Double {
        switch value {
        case .number(let number), .time(let number): return number
        case .string(let string):
            let text = string.drop { $0 == " " || $0 == "\n" }
            return text.allSatisfy { "0123456789.+-eE".contains($0) } ? Double(String(text)) ?? 0 : 0
        case .null, .list: return 0
        }
    }

    private func time(_ value: Value) -> Double? {
        switch value {
        case .number(let number), .time(let number): number
        case .string(let string): Timestamp(string)?.seconds
        case .null, .list: nil
        }
    }

    private func isTime(_ value: Value) -> Bool { if case .time = value { true } else { false } }

    private func equals(_ left: Value, _ right: Value) -> Bool? {
        switch (left, right) {
        case (.null, .null): return true
        case (.null, _), (_, .null): return false
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { equals($0, $1) == true }
        case (.list, _), (_, .list): return false
        case (.string(let left), .string(let right)): return Array(left.utf8) == Array(right.utf8)
        default:
            guard isTime(left) || isTime(right) else { return number(left) == number(right) }
            guard let left = time(left), let right = time(right) else { return nil }
            return left == right
        }
    }

    private func apply(_ symbol: FilterOperator, _ left: Value, _ right: Value) -> Value? {
        let hasTime = isTime(left) || isTime(right)
        func compare(_ holds: (Double, Double) -> Bool) -> Value? {
            guard hasTime else { return .number(holds(number(left), number(right)) ? 1 : 0) }
            guard let first = time(left), let second = time(right) else { return nil }
            return .number(holds(first, second) ? 1 : 0)
        }
        let (first, second) = (number(left), number(right))
        switch symbol {
        case .less: return compare(<)
        case .lessOrEqual: return compare(<=)
        case .greater: return compare(>)
        case .greaterOrEqual: return compare(>=)
        case .equal: return equals(left, right).map { .number($0 ? 1 : 0) }
        case .notEqual: return equals(left, right).map { .number($0 ? 0 : 1) }
        case .hasPrefix:
            guard case .string(let left) = left, case .string(let right) = right else { return .number(0) }
            return .number(Array(left.utf8).starts(with: Array(right.utf8)) ? 1 : 0)
        case .within:
            switch (left, right) {
            case (_, .list(let elements)): return .number(elements.contains { equals(left, $0) == true } ? 1 : 0)
            case (.string(let left), .string(let right)):
                let (part, whole) = (Array(left.utf8), Array(right.utf8))
                return .number(whole.indices.contains { whole[$0...].starts(with: part) } || part.isEmpty ? 1 : 0)
            default: return .number(0)
            }
        case .add: return isTime(left) != isTime(right) ? .time(first + second) : .number(first + second)
        case .subtract:
            if case .number = right { return isTime(left) ? .time(first - second) : .number(first - second) }
            if case .number = left { return .number(first - second) }
            guard hasTime else { return .number(first - second) }
            guard let first = time(left), let second = time(right) else { return nil }
            return .number(first - second)
        case .multiply: return .number(first * second)
        case .divide: return .number(first / second)
        case .remainder: return .number(first.truncatingRemainder(dividingBy: second))
        case .power: return .number(power(first, second))
        }
    }
}
