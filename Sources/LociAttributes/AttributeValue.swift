// Loci, Apache License 2.0.

/// One value of JSON.
///
/// Numbers are doubles, as in most readers: integers above 2^53 are rounded. Strings compare as Swift compares them; filters
/// compare the bytes.
public enum AttributeValue: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array, in order.
    case list([AttributeValue])
    /// An object. Its members have no order.
    case object([String: AttributeValue])
}

extension AttributeValue: ExpressibleByNilLiteral {
    /// `null`
    public init(nilLiteral: ()) { self = .null }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    /// `true` or `false`
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    /// A number, rounded to a double.
    public init(integerLiteral value: Int64) { self = .number(Double(value)) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
}

extension AttributeValue: ExpressibleByStringLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByArrayLiteral {
    /// An array.
    public init(arrayLiteral elements: AttributeValue...) { self = .list(elements) }
}

extension AttributeValue: ExpressibleByDictionaryLiteral {
    /// An object. Of a key that is given twice, the last value counts.
    public init(dictionaryLiteral members: (String, AttributeValue)...) {
        self = .object(Dictionary(members) { _, last in last })
    }
}
