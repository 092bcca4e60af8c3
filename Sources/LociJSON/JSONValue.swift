// Loci, Apache License 2.0.

/// A value of JSON (RFC 8259), as it came or as it is to be sent.
///
/// Objects keep the order of their members: output for machines is also read by people and compared in tests, and the same command gives the
/// same bytes. Numbers keep the text that was given: what is sent back, such as the identifier of a request, is what came. Literals may be
/// used:
///
/// ```swift
/// let line = JSONValue.object([("id", "a"), ("distance", .number(0.25))]).line
/// // {"id":"a","distance":0.25}
/// ```
package enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    /// A number, as JSON writes it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])
    /// Text that is JSON already.
    case raw(String)

    /// A number with the shortest digits that read back as the same; null for what is none, since JSON has neither infinities nor NaN.
    package static func number(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        let text = "\(value)"
        return .number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    /// A number with the shortest digits that read back as the same `Float`: `0.1`, where the `Double` of equal value would be
    /// `0.10000000149011612`.
    package static func float(_ value: Float) -> JSONValue { Double("\(value)").map { .number($0) } ?? .null }

    /// A whole number.
    package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// The members of an object that are there.
    package static func members(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    /// An array of texts.
    package static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

    /// The value of a member of an object, the last if there are two; nil if there is none. A null counts as a value.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        // By the bytes: Swift takes é and e with an accent for one.
        return members.last { $0.0.utf8.elementsEqual(name.utf8) }?.1
    }

    /// The text of a string.
    package var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// True or false.
    package var boolean: Bool? {
        if case .boolean(let boolean) = self { return boolean }
        return nil
    }

    /// The number; nil for what is none, or is beyond a double.
    package var number: Double? {
        guard case .number(let text) = self, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// The number as a whole one: `10` and `10.0`, which some programs write for it.
    package var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? number.flatMap { Int(exactly: $0) }
    }

    /// The elements of an array.
    package var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    /// The members of an object.
    package var members: [(String, JSONValue)]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// Whether it is null.
    package var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// What it is, in words, for messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .raw: "JSON"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: Equatable {
    /// Objects are equal whose members are in the same order; numbers whose text is the same.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
        case (.raw(let left), .raw(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }
}
