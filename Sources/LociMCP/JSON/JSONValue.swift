// Loci, Apache License 2.0.

/// A value of JSON, as it came or as it is to be sent.
///
/// Objects keep the order of their members. Numbers keep the text that was given: what is sent back, such as the identifier of a
/// request, is what came.
enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    /// A number, as JSON writes it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    /// A number with the shortest digits that read back as the same; null for what is none.
    static func number(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        let text = "\(value)"
        return .number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// The members of an object that are there.
    static func members(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

    /// The value of a member of an object; nil if there is none. A null counts as a value.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0.utf8.elementsEqual(name.utf8) }?.1
    }

    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var boolean: Bool? {
        if case .boolean(let boolean) = self { return boolean }
        return nil
    }

    /// The number; nil for what is none, or is beyond a double.
    var number: Double? {
        guard case .number(let text) = self, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// The number as a whole one: `10` and `10.0`, which some clients write for it.
    var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? number.flatMap { Int(exactly: $0) }
    }

    var elements: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    var members: [(String, JSONValue)]? {
        if case .object(let members) = self { return members }
        return nil
    }

    var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// What it is, in words, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: Equatable {
    /// Objects are equal whose members are in the same order; numbers whose text is the same.
    static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
        default: false
        }
    }
}
