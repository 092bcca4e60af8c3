// Loci, Apache License 2.0.

/// What readers of JSON differ in.
package struct JSONRules: Sendable {
    /// How deep arrays and objects may lie in each other. Files of models take some 10, the metadata of a unit 32 at most.
    package var maximumDepth = 64
    /// Whether two members of one object may have one name. Of these, readers differ in what they see.
    package var allowsDuplicates = true
    /// Whether half of a surrogate pair that is written as an escape, as programs that cut a text in the middle of a character do, becomes
    /// U+FFFD instead of an error.
    package var replacesHalfPairs = false
    /// Whether a number beyond a double is an error, for who would take it for one that was not given.
    package var refusesLargeNumbers = false

    /// The rules above.
    package init() {}
}

/// Goes through a text of JSON (RFC 8259) value by value, so that a vocabulary of 30,000 entries need not be built twice.
///
/// Objects and arrays are entered and gone through by their members:
///
/// ```swift
/// try reader.enterObject()
/// while try reader.nextMember() {
///     if reader.key == "vocab" { … } else { try reader.skip() }
/// }
/// ```
///
/// What is wrong is an error of whoever reads, who is told the position in bytes and the reason.
package struct JSONReader<Failure: Error> {
    /// The bytes of the current member's key.
    package private(set) var keyBytes: [UInt8] = []

    let bytes: [UInt8]
    let rules: JSONRules
    var position: Int
    let end: Int
    private let failure: @Sendable (_ position: Int, _ reason: String) -> Failure
    /// Whether the container that was entered last has given no member yet.
    private var isFirst = false

    /// The current member's key.
    package var key: String { String(decoding: keyBytes, as: UTF8.self) }

    /// - Parameters:
    ///   - range: Where the text lies in the bytes; nil for all of them.
    ///   - failure: Makes the error of what is wrong at a place.
    /// - Throws: For bytes that are not UTF-8.
    package init(
        _ bytes: [UInt8], range: Range<Int>? = nil, rules: JSONRules = JSONRules(),
        failure: @escaping @Sendable (_ position: Int, _ reason: String) -> Failure
    ) throws(Failure) {
        let range = range ?? 0..<bytes.count
        (self.bytes, self.rules, self.failure) = (bytes, rules, failure)
        (position, end) = (range.lowerBound, range.upperBound)
        guard String(validating: bytes[range], as: UTF8.self) != nil else { throw fault("it is not UTF-8") }
    }

    /// The error of something wrong at the position.
    package func fault(_ reason: String) -> Failure { failure(position, reason) }

    /// The byte at the position, or 0 at the end: a zero is nowhere allowed.
    var current: UInt8 { position < end ? bytes[position] : 0 }

    mutating func skipBlanks() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(Failure) {
        skipBlanks()
        guard current == byte else { throw fault("\(what) is expected") }
        position += 1
    }

    /// Checks that nothing comes after the value.
    package mutating func finish() throws(Failure) {
        skipBlanks()
        guard position == end else { throw fault("the text should end") }
    }

    // MARK: Objects and arrays

    /// Goes into the object that comes next.
    package mutating func enterObject() throws(Failure) {
        try expect(UInt8(ascii: "{"), "an object")
        isFirst = true
    }

    /// Goes to the next member of the object that was entered; false, and out of it, when there is none.
    package mutating func nextMember() throws(Failure) -> Bool {
        guard try next(closing: UInt8(ascii: "}")) else { return false }
        skipBlanks()
        guard current == UInt8(ascii: "\"") else { throw fault("the name of a member is expected") }
        var bytes: [UInt8] = []
        swap(&bytes, &keyBytes)
        bytes.removeAll(keepingCapacity: true)
        try appendString(to: &bytes)
        keyBytes = bytes
        try expect(UInt8(ascii: ":"), "a colon")
        return true
    }

    /// Goes into the array that comes next.
    package mutating func enterArray() throws(Failure) {
        try expect(UInt8(ascii: "["), "an array")
        isFirst = true
    }

    /// Goes to the next element of the array that was entered; false, and out of it, when there is none.
    package mutating func nextElement() throws(Failure) -> Bool { try next(closing: UInt8(ascii: "]")) }

    private mutating func next(closing: UInt8) throws(Failure) -> Bool {
        skipBlanks()
        if current == closing {
            position += 1
            isFirst = false
            return false
        }
        if !isFirst { try expect(UInt8(ascii: ","), "a comma or the end of the list") }
        isFirst = false
        return true
    }

    /// Whether an array comes next.
    package mutating func isAtArray() -> Bool {
        skipBlanks()
        return current == UInt8(ascii: "[")
    }

    // MARK: Values

    /// The value of a whole text.
    package mutating func wholeValue() throws(Failure) -> JSONValue {
        let value = try value()
        try finish()
        return value
    }

    /// The value that comes next, with all it holds.
    package mutating func value() throws(Failure) -> JSONValue { try value(depth: 0, isKept: true) }

    /// Passes over the value that comes next.
    package mutating func skip() throws(Failure) { _ = try value(depth: 0, isKept: false) }

    private mutating func value(depth: Int, isKept: Bool) throws(Failure) -> JSONValue {
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth + 1, isKept: isKept)
        case UInt8(ascii: "["): return try array(depth: depth + 1, isKept: isKept)
        case UInt8(ascii: "\""):
            var string: [UInt8] = []
            try appendString(to: &string)
            return isKept ? .string(String(decoding: string, as: UTF8.self)) : .null
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default:
            let start = position
            let range = try number()
            guard isKept else { return .null }
            let value = JSONValue.number(String(decoding: bytes[range], as: UTF8.self))
            if rules.refusesLargeNumbers, value.number == nil {
                position = start
                throw fault("a number is out of range")
            }
            return value
        }
    }

    private func check(_ depth: Int) throws(Failure) {
        guard depth <= rules.maximumDepth else { throw fault("there are more than \(rules.maximumDepth) levels") }
    }

    private mutating func object(depth: Int, isKept: Bool) throws(Failure) -> JSONValue {
        try check(depth)
        var members: [(String, JSONValue)] = []
        // By their bytes: Swift takes é and e with an accent for one.
        var names: Set<[UInt8]> = []
        try enterObject()
        while try nextMember() {
            if !rules.allowsDuplicates, !names.insert(keyBytes).inserted { throw fault("a member is given twice") }
            let name = isKept ? key : ""
            let value = try value(depth: depth, isKept: isKept)
            if isKept { members.append((name, value)) }
        }
        return .object(members)
    }

    private mutating func array(depth: Int, isKept: Bool) throws(Failure) -> JSONValue {
        try check(depth)
        var elements: [JSONValue] = []
        try enterArray()
        while try nextElement() {
            let element = try value(depth: depth, isKept: isKept)
            if isKept { elements.append(element) }
        }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard position + length <= end,
            String(decoding: bytes[position..<position + length], as: UTF8.self) == "\(word)"
        else { throw fault("a value is expected") }
        position += length
        return value
    }
}
