// Loci, Apache License 2.0.

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
struct JSONReader {
    /// How deep arrays and objects may be nested; the files of models take some 10.
    static let maximumDepth = 64

    /// The bytes of the current member's key.
    private(set) var keyBytes: [UInt8] = []

    private let bytes: [UInt8]
    private let path: String
    private var position: Int
    private let end: Int
    /// Whether the container that was entered last has given no member yet.
    private var isFirst = false

    /// The current member's key.
    var key: String { String(decoding: keyBytes, as: UTF8.self) }

    /// - Parameters:
    ///   - range: Where the text lies in the bytes.
    ///   - path: The file, for messages.
    /// - Throws: `badJSON` for bytes that are not UTF-8.
    init(_ bytes: [UInt8], range: Range<Int>? = nil, path: String) throws(TextError) {
        let range = range ?? 0..<bytes.count
        self.bytes = bytes
        self.path = path
        position = range.lowerBound
        end = range.upperBound
        guard String(validating: bytes[range], as: UTF8.self) != nil else {
            throw .badJSON(path: path, position: range.lowerBound, reason: "a text begins that is not UTF-8")
        }
    }

    /// Reads the bytes of a file.
    ///
    /// - Throws: `cannotRead`, `fileTooLarge`, `badJSON`.
    init(path: String) throws(TextError) {
        try self.init(TextFileBytes.read(path), path: path)
    }

    func fault(_ reason: String) -> TextError {
        .badJSON(path: path, position: position, reason: reason)
    }

    /// The byte at the position, or 0 at the end: a zero is nowhere allowed.
    private var current: UInt8 {
        position < end ? bytes[position] : 0
    }

    private mutating func skipBlanks() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(TextError) {
        skipBlanks()
        guard current == byte else { throw fault("\(what) is expected") }
        position += 1
    }

    /// Checks that nothing comes after the value.
    mutating func finish() throws(TextError) {
        skipBlanks()
        guard position == end else { throw fault("the text should end") }
    }

    // MARK: Objects and arrays

    mutating func enterObject() throws(TextError) {
        try expect(UInt8(ascii: "{"), "an object")
        isFirst = true
    }

    /// Goes to the next member of the object that was entered; false, and out of it, when there is none.
    mutating func nextMember() throws(TextError) -> Bool {
        guard try next(closing: UInt8(ascii: "}")) else { return false }
        skipBlanks()
        var bytes: [UInt8] = []
        swap(&bytes, &keyBytes)
        bytes.removeAll(keepingCapacity: true)
        try appendString(to: &bytes)
        keyBytes = bytes
        try expect(UInt8(ascii: ":"), "a colon")
        return true
    }

    mutating func enterArray() throws(TextError) {
        try expect(UInt8(ascii: "["), "an array")
        isFirst = true
    }

    /// Goes to the next element of the array that was entered; false, and out of it, when there is none.
    mutating func nextElement() throws(TextError) -> Bool {
        try next(closing: UInt8(ascii: "]"))
    }

    private mutating func next(closing: UInt8) throws(TextError) -> Bool {
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
    mutating func isAtArray() -> Bool {
        skipBlanks()
        return current == UInt8(ascii: "[")
    }

    // MARK: Values

    /// The value that comes next, with all it holds.
    mutating func value() throws(TextError) -> JSONValue {
        try value(depth: 0)
    }

    /// Passes over the value that comes next.
    mutating func skip() throws(TextError) {
        _ = try value(depth: 0, isKept: false)
    }

    private mutating func value(depth: Int, isKept: Bool = true) throws(TextError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw fault("the nesting is deeper than \(Self.maximumDepth)") }
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"):
            var members: [(key: String, value: JSONValue)] = []
            try enterObject()
            while try nextMember() {
                let key = isKept ? key : ""
                let value = try value(depth: depth + 1, isKept: isKept)
                if isKept { members.append((key, value)) }
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try enterArray()
            while try nextElement() {
                let element = try value(depth: depth + 1, isKept: isKept)
                if isKept { elements.append(element) }
            }
            return .array(elements)
        case UInt8(ascii: "\""):
            var string: [UInt8] = []
            try appendString(to: &string)
            return isKept ? .string(String(decoding: string, as: UTF8.self)) : .null
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(TextError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard position + length <= end,
            String(decoding: bytes[position..<position + length], as: UTF8.self) == "\(word)"
        else { throw fault("a value is expected") }
        position += length
        return value
    }

    /// An integer of 0 or more.
    mutating func count() throws(TextError) -> Int {
        let start = position
        guard let count = Int(exactly: try number()), count >= 0 else {
            position = start
            throw fault("a whole number of 0 or more is expected")
        }
        return count
    }

    private mutating func number() throws(TextError) -> Double {
        skipBlanks()
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else {
            position = start
            throw fault("a value is expected")
        }
        // Nearly all numbers of these files are short and whole.
        if whole < 16, start + whole == position, !Self.continuesNumber(current) {
            var number = 0
            for byte in bytes[start..<position] { number = number * 10 + Int(byte - UInt8(ascii: "0")) }
            return Double(number)
        }
        if current == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw fault("digits are expected") }
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw fault("digits are expected") }
        }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite else {
            throw fault("a number is out of range")
        }
        return number
    }

    private static func continuesNumber(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }

    private mutating func digits() -> Int {
        let start = position
        while position < end, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    /// Appends the bytes that the string stands for which comes next.
    mutating func appendString(to target: inout [UInt8]) throws(TextError) {
        skipBlanks()
        guard current == UInt8(ascii: "\"") else { throw fault("a string is expected") }
        position += 1
        while position < end {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"):
                try appendEscape(to: &target)
            case 0..<0x20:
                throw fault("a control character must be escaped")
            default:
                target.append(byte)
                position += 1
            }
        }
        throw fault("a string does not end")
    }

    private mutating func appendEscape(to target: inout [UInt8]) throws(TextError) {
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): target.append(current)
        case UInt8(ascii: "b"): target.append(0x08)
        case UInt8(ascii: "f"): target.append(0x0C)
        case UInt8(ascii: "n"): target.append(0x0A)
        case UInt8(ascii: "r"): target.append(0x0D)
        case UInt8(ascii: "t"): target.append(0x09)
        case UInt8(ascii: "u"):
            let first = try unit()
            var scalar = Unicode.Scalar(first)
            if UTF16.isLeadSurrogate(first), position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 1
                let second = try unit()
                if UTF16.isTrailSurrogate(second) {
                    scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF)
                }
            }
            guard let scalar else { throw fault("half of a surrogate pair stands alone") }
            target.append(contentsOf: Array(String(scalar).utf8))
            return
        default: throw fault("no escape of JSON begins so")
        }
        position += 1
    }

    /// The four digits after the `u` at the position.
    private mutating func unit() throws(TextError) -> UInt16 {
        guard position + 4 < end,
            let unit = UInt16(String(decoding: bytes[position + 1...position + 4], as: UTF8.self), radix: 16),
            bytes[position + 1] != UInt8(ascii: "+"), bytes[position + 1] != UInt8(ascii: "-")
        else { throw fault("four hexadecimal digits are expected") }
        position += 5
        return unit
    }
}
