// Loci, Apache License 2.0.

/// Reads a text of JSON from end to end, strictly after RFC 8259, within limits.
///
/// Two members of one name are refused: of these, readers differ in what they see. Half of a surrogate pair that is written as an
/// escape, as programs that cut a text in the middle of a character do, becomes U+FFFD: an error could name no request, and the client
/// would wait for ever.
struct JSONReader {
    /// How deep arrays and objects may lie in each other; the metadata of a unit take 32 at most.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value of a text.
    /// - Throws: `MCPError.badJSON`.
    /// - Complexity: O(bytes)
    static func value(_ bytes: [UInt8]) throws(MCPError) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.position == bytes.count else { throw reader.fault("the text should end") }
        return value
    }

    private func fault(_ reason: String) -> MCPError { .badJSON(offset: position, reason: reason) }

    /// The byte at the position, or 0 at the end: a zero is nowhere allowed.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func value() throws(MCPError) -> JSONValue {
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw fault("a value is expected")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(MCPError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("a value is expected") }
        position += word.utf8.count
        return value
    }

    private mutating func enter() throws(MCPError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) levels") }
        position += 1
        skipBlanks()
    }

    /// Goes over what is between two elements.
    /// - Returns: false after the last one.
    private mutating func goesOn(until end: UInt8) throws(MCPError) -> Bool {
        skipBlanks()
        let separator = current
        guard separator == UInt8(ascii: ",") || separator == end else {
            throw fault("a comma or \(Character(Unicode.Scalar(end))) is expected")
        }
        position += 1
        return separator != end
    }

    private mutating func array() throws(MCPError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        repeat { elements.append(try value()) } while try goesOn(until: UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func object() throws(MCPError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [(String, JSONValue)] = []
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        // By their bytes: Swift takes é and e with an accent for one.
        var names: Set<[UInt8]> = []
        repeat {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw fault("the name of a member is expected") }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw fault("a member is given twice") }
            skipBlanks()
            guard current == UInt8(ascii: ":") else { throw fault("a colon is expected") }
            position += 1
            members.append((name, try value()))
        } while try goesOn(until: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func number() throws(MCPError) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(MCPError) {
        let start = position
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(current) { position += 1 }
        guard position > start else { throw fault("a digit is expected") }
    }

    private mutating func string() throws(MCPError) -> String {
        position += 1
        var text: [UInt8] = []
        var start = position
        while true {
            switch current {
            case UInt8(ascii: "\""):
                text += bytes[start..<position]
                // Bytes of one string are looked at together: an escape cannot make good what stands before it.
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("it is not UTF-8") }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                text += bytes[start..<position]
                try escape(into: &text)
                start = position
            case 0..<0x20:
                throw fault(position < bytes.count ? "a control character is not escaped" : "the text ends in a string")
            default: position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(MCPError) {
        position += 1
        let kind = current
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            text += String(Character(try escapedScalar())).utf8
            return
        default: throw fault("there is no such escape")
        }
        position += 1
    }

    /// The scalar of one escape, or of two that are a surrogate pair; the position is behind the `u`.
    private mutating func escapedScalar() throws(MCPError) -> Unicode.Scalar {
        let first = try escapedUnit()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard UTF16.isLeadSurrogate(first), current == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let before = position
        position += 2
        let second = try escapedUnit()
        if UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF)
        {
            return scalar
        }
        position = before
        return "\u{FFFD}"
    }

    private mutating func escapedUnit() throws(MCPError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = current - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = current - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = current - UInt8(ascii: "A") + 10
            default: throw fault("four hexadecimal digits are expected")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
