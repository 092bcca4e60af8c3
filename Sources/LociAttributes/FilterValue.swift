// Loci, Apache License 2.0.

/// A value while a filter is evaluated. It refers to bytes, so that none need be copied.
enum FilterValue: Sendable {
    case null
    /// Booleans too: 1 and 0.
    case number(Double)
    /// Seconds since 1970.
    case time(Double)
    /// A string of the filter.
    case constant(JSONString)
    /// A string of the attributes.
    case text(JSONString)
    /// Elements of a list of the filter.
    case list(Range<Int>)
    /// Where an array begins in the attributes.
    case array(Int)

    @inline(__always)
    init(_ bool: Bool) { self = .number(bool ? 1 : 0) }

    /// Whether the value counts as true: all but 0, `null` and the empty string.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .number(let number), .time(let number): number != 0
        case .constant(let string), .text(let string): string.start < string.end
        case .list, .array: true
        }
    }

    /// The string, if it is one.
    var string: JSONString? {
        switch self {
        case .constant(let string), .text(let string): string
        default: nil
        }
    }

    /// Whether the string lies in the attributes; else it is one of the filter's.
    @inline(__always)
    var isInRow: Bool {
        if case .text = self { true } else { false }
    }

    /// The number that a value is where one is needed. Of a string, the number that it is as a whole, after blanks; else 0.
    func number(_ row: RawSpan, _ pool: RawSpan) -> Double {
        switch self {
        case .number(let number), .time(let number): number
        case .constant(let string): Self.number(string, pool)
        case .text(let string): Self.number(string, row)
        case .null, .list, .array: 0
        }
    }

    /// Seconds since 1970, where a time is needed: of a time, a number, or a string that is a time. Nil of all else.
    func time(_ row: RawSpan, _ pool: RawSpan) -> Double? {
        switch self {
        case .number(let number), .time(let number): return number
        case .constant(let string), .text(let string):
            let text = isInRow ? row : pool
            guard string.escaped else { return Timestamp.seconds(text, string.range) }
            let decoded = string.bytes(text)
            return Timestamp.seconds(decoded.span.bytes, 0..<decoded.count)
        case .null, .list, .array: return nil
        }
    }

    private static func number(_ string: JSONString, _ text: RawSpan) -> Double {
        if string.escaped {
            let decoded = string.bytes(text)
            return number(JSONString(start: 0, end: decoded.count, escaped: false), decoded.span.bytes)
        }
        var start = string.start
        while start < string.end, text.byte(start) == 0x20 || (0x09...0x0D).contains(text.byte(start)) { start += 1 }
        let (number, end) = DecimalNumber.readPrefix(text, start..<string.end)
        return end == string.end ? number : 0
    }
}
