// Loci, Apache License 2.0.

/// What a filter asks of the value of one field, taken apart by what the value may be, so that an index can tell which rows it is
/// true of.
package struct FieldTest: Sendable, Equatable {
    /// What holds of all values of a kind.
    enum Verdict: Sendable {
        case isTrue, isFalse, isNil
        /// It depends on what the index does not keep.
        case isOpen

        /// What is found by it, if that is not the rule.
        var finding: FieldFinding? {
            switch self {
            case .isFalse: nil
            case .isTrue: .isTrue
            case .isNil: .isNil
            case .isOpen: .isOpen
            }
        }
    }

    package let path: FilterPath
    /// Keys of numbers that it is true of.
    private(set) var numbers: [ClosedRange<UInt64>] = []
    /// Keys of numbers, of which it is true of strings that count as one of them.
    private(set) var stringNumbers: [ClosedRange<UInt64>] = []
    /// Whether strings are read as times, which are looked for in `numbers`; others are nil.
    private(set) var readsTimes = false
    /// Strings that it is true of.
    private(set) var strings: Set<[UInt8]> = []
    /// It is true of strings that begin so.
    private(set) var prefix: [UInt8]?
    /// It is true of strings that have this as a part.
    private(set) var part: [UInt8]?
    private(set) var null = Verdict.isFalse
    private(set) var list = Verdict.isFalse
    /// What it asks of the elements of a list, of which one has to be so.
    private(set) var elements: Elements?
    /// Whether it is true where all this says that it is false. What is nil, or open, stays so.
    private(set) package var isNegated = false

    /// What is asked of elements.
    struct Elements: Sendable, Equatable {
        var numbers: [ClosedRange<UInt64>] = []
        var stringNumbers: [ClosedRange<UInt64>] = []
        var strings: Set<[UInt8]> = []
    }

    private init(_ path: FilterPath) { self.path = path }

    /// Whether the value counts as true.
    init(isTrue path: FilterPath) {
        self.init(path)
        numbers = [FieldTerm.key(0)...FieldTerm.key(0)]
        strings = [[]]
        null = .isTrue
        isNegated = true
    }

    /// A comparison with a constant, which stands on the right; nil if indexes do not help.
    init?(_ path: FilterPath, _ symbol: FilterOperator, _ constant: FilterConstant) {
        self.init(path)
        switch symbol {
        case .equal, .notEqual:
            equal(constant)
            isNegated = symbol == .notEqual
        case .less, .lessOrEqual, .greater, .greaterOrEqual: order(symbol, constant)
        case .hasPrefix:
            if case .string(let string) = constant { prefix = string }
        default: return nil
        }
    }

    /// Whether the value is one of a list.
    init(_ path: FilterPath, in literals: [FilterLiteral]) {
        self.init(path)
        for literal in literals { equal(FilterConstant(literal)) }
        // A list equals none of the elements, which are no lists.
        list = .isFalse
    }

    /// Whether the value is a list that has a constant as an element, or a string that has it as a part; nil if indexes do not help.
    init?(_ constant: FilterConstant, in path: FilterPath) {
        self.init(path)
        switch constant {
        case .time: return nil
        case .null, .list: break
        case .number(let number):
            elements = Elements(numbers: Self.point(number), stringNumbers: Self.point(number))
        case .string(let string):
            part = string
            elements = Elements(numbers: Self.point(FilterConstant.numeric(string)), strings: [string])
        }
    }

    private mutating func equal(_ constant: FilterConstant) {
        switch constant {
        case .null: null = .isTrue
        case .number(let number):
            numbers += Self.point(number)
            stringNumbers += Self.point(number)
        case .time(let time):
            numbers += Self.point(time)
            readsTimes = true
        case .string(let string):
            numbers += Self.point(FilterConstant.numeric(string))
            strings.insert(string)
        case .list: list = .isOpen
        }
    }

    private mutating func order(_ symbol: FilterOperator, _ constant: FilterConstant) {
        if case .time(let time) = constant {
            numbers = Self.range(symbol, time)
            readsTimes = true
            (null, list) = (.isNil, .isNil)
            return
        }
        // Of null and lists, as of strings that are no numbers, the number is 0.
        let ranges = Self.range(symbol, constant.number)
        (numbers, stringNumbers) = (ranges, ranges)
        let hasZero = ranges.contains { $0.contains(FieldTerm.key(0)) }
        (null, list) = hasZero ? (.isTrue, .isTrue) : (.isFalse, .isFalse)
    }

    private static func point(_ number: Double) -> [ClosedRange<UInt64>] {
        number.isNaN ? [] : [FieldTerm.key(number)...FieldTerm.key(number)]
    }

    /// The numbers that stand in an order to another one. Keys of infinities are neither 0 nor the largest.
    private static func range(_ symbol: FilterOperator, _ number: Double) -> [ClosedRange<UInt64>] {
        guard !number.isNaN else { return [] }
        let key = FieldTerm.key(number)
        switch symbol {
        case .less: return [0...key - 1]
        case .lessOrEqual: return [0...key]
        case .greater: return [key + 1...UInt64.max]
        default: return [key...UInt64.max]
        }
    }

    /// What it says of a string.
    package func finding(of string: [UInt8], isCut: Bool) -> FieldFinding? {
        if let prefix, string.starts(with: prefix) { return .isTrue }
        if let part, part.isEmpty || string.span.bytes.contains(part.span.bytes) { return .isTrue }
        if isCut { return readsTimes ? .isOpenOrNil : .isOpen }
        if readsTimes {
            guard let time = Timestamp.seconds(string.span.bytes, 0..<string.count) else { return .isNil }
            return numbers.contains { $0.contains(FieldTerm.key(time)) } ? .isTrue : nil
        }
        if strings.contains(string) { return .isTrue }
        let number = FieldTerm.key(FilterConstant.numeric(string))
        return stringNumbers.contains { $0.contains(number) } ? .isTrue : nil
    }

    /// What it says of a string that is an element of a list.
    package func elementFinding(of string: [UInt8], isCut: Bool) -> FieldFinding? {
        guard let elements else { return nil }
        if isCut { return .isOpen }
        if elements.strings.contains(string) { return .isTrue }
        let number = FieldTerm.key(FilterConstant.numeric(string))
        return elements.stringNumbers.contains { $0.contains(number) } ? .isTrue : nil
    }
}

/// A value that a filter computes from none of the attributes.
enum FilterConstant: Equatable {
    case null
    case number(Double)
    case time(Double)
    case string([UInt8])
    case list

    init(_ literal: FilterLiteral) {
        switch literal {
        case .null: self = .null
        case .bool(let bool): self = .number(bool ? 1 : 0)
        case .number(let number): self = .number(number)
        case .string(let string): self = .string(Array(string.utf8))
        }
    }

    /// The number that it is where one is needed.
    var number: Double {
        switch self {
        case .number(let number), .time(let number): number
        case .string(let string): Self.numeric(string)
        case .null, .list: 0
        }
    }

    var isTrue: Bool {
        switch self {
        case .null: false
        case .number(let number), .time(let number): number != 0
        case .string(let string): !string.isEmpty
        case .list: true
        }
    }

    /// The number that a string counts as.
    static func numeric(_ string: [UInt8]) -> Double {
        let text = string.span.bytes
        return FilterValue.constant(JSONString(start: 0, end: string.count, escaped: false)).number(text, text)
    }
}
