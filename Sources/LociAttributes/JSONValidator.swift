// Loci, Apache License 2.0.

/// Reads a text of JSON from end to end, strictly after RFC 8259, and keeps nothing of it.
///
/// Two members of one name are refused, and so are numbers beyond a double and halves of surrogate pairs: of these, readers
/// differ in what they see. So whatever is stored means the same to all, and a reader may stop at the first member of a name.
struct JSONValidator {
    private var position = 0
    private var depth = 0

    /// Checks that a text is one JSON object within the limits of attributes.
    ///
    /// - Throws: `tooLarge`, `notUTF8`, `badJSON`, `notObject`, `tooDeep`, `duplicateKey`, `numberOutOfRange`.
    /// - Complexity: O(bytes)
    static func validate(_ text: RawSpan) throws(AttributesError) {
        guard text.byteCount <= Attributes.maximumBytes else {
            throw .tooLarge(bytes: text.byteCount, limit: Attributes.maximumBytes)
        }
        var validator = JSONValidator()
        validator.skipBlanks(text)
        let start = validator.position
        let kind = start < text.byteCount ? JSONKind(firstByte: text.byte(start)) : nil
        try validator.value(text)
        validator.skipBlanks(text)
        guard validator.position == text.byteCount else {
            throw validator.fault("the text should end", text)
        }
        guard kind == .object else { throw .notObject(found: kind?.described ?? "empty") }
    }

    private func fault(_ reason: String, at offset: Int? = nil, _ text: RawSpan) -> AttributesError {
        .badJSON(SyntaxFault(reason, at: offset ?? position, in: text))
    }

    /// The byte at the position, or 0 at the end: a zero is nowhere allowed.
    private func current(_ text: RawSpan) -> UInt8 {
        position < text.byteCount ? text.byte(position) : 0
    }

    private mutating func skipBlanks(_ text: RawSpan) {
        position = JSONScan.skipBlanks(text, from: position)
    }

    private mutating func value(_ text: RawSpan) throws(AttributesError) {
        guard position < text.byteCount, let kind = JSONKind(firstByte: text.byte(position)) else {
            throw fault("a value is expected", text)
        }
        switch kind {
        case .null: try word("null", text)
        case .true: try word("true", text)
        case .false: try word("false", text)
        case .number: try number(text)
        case .string: _ = try string(text)
        case .array: try array(text)
        case .object: try object(text)
        }
    }

    private mutating func word(_ word: String, _ text: RawSpan) throws(AttributesError) {
        let start = position
        for byte in word.utf8 {
            guard current(text) == byte else { throw fault("a value is expected", at: start, text) }
            position += 1
        }
    }

    private mutating func digits(_ text: RawSpan) throws(AttributesError) {
        guard current(text).isDigit else { throw fault("a digit is expected", text) }
        while current(text).isDigit { position += 1 }
    }

    private mutating func number(_ text: RawSpan) throws(AttributesError) {
        let start = position
        if current(text) == UInt8(ascii: "-") { position += 1 }
        if current(text) == UInt8(ascii: "0") {
            position += 1
            if current(text).isDigit { throw fault("a number has a needless zero", at: position - 1, text) }
        } else {
            try digits(text)
        }
        if current(text) == UInt8(ascii: ".") {
            position += 1
            try digits(text)
        }
        if current(text) | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current(text) == UInt8(ascii: "+") || current(text) == UInt8(ascii: "-") { position += 1 }
            try digits(text)
        }
        guard DecimalNumber.read(text, start..<position).isFinite else {
            throw .numberOutOfRange(number: text.string(start..<position), position: start)
        }
    }

    /// - Returns: What is between the quotation marks.
    private mutating func string(_ text: RawSpan) throws(AttributesError) -> JSONString {
        position += 1
        let start = position
        var escaped = false
        while position < text.byteCount {
            let byte = text.byte(position)
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(start: start, end: position - 1, escaped: escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                try escape(text)
            case 0..<0x20:
                throw fault("a control character must be escaped", text)
            case 0..<0x80:
                position += 1
            default:
                guard let length = text.characterLength(at: position) else { throw .notUTF8(position: position) }
                position += length
            }
        }
        throw fault("a string does not end", at: start - 1, text)
    }

    private mutating func escape(_ text: RawSpan) throws(AttributesError) {
        guard position + 1 < text.byteCount else { throw fault("an escape does not end", text) }
        switch text.byte(position + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard let (_, next) = JSONString.scalar(text, escapeAt: position) else {
                throw fault("four hexadecimal digits, or both halves of a surrogate pair, are expected", text)
            }
            position = next
        default:
            throw fault("no escape of JSON begins so", text)
        }
    }

    private mutating func enter() throws(AttributesError) {
        depth += 1
        guard depth <= Attributes.maximumDepth else { throw .tooDeep(limit: Attributes.maximumDepth) }
        position += 1
    }

    private mutating func array(_ text: RawSpan) throws(AttributesError) {
        try enter()
        defer { depth -= 1 }
        skipBlanks(text)
        if current(text) == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try value(text)
            skipBlanks(text)
            switch current(text) {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return
            default: throw fault("a comma or ] is expected", text)
            }
            skipBlanks(text)
        }
    }

    private mutating func object(_ text: RawSpan) throws(AttributesError) {
        try enter()
        defer { depth -= 1 }
        skipBlanks(text)
        if current(text) == UInt8(ascii: "}") {
            position += 1
            return
        }
        var keys = Set<String>()
        while true {
            guard current(text) == UInt8(ascii: "\"") else { throw fault("a key in quotation marks is expected", text) }
            let start = position
            let key = try string(text).decoded(text)
            guard keys.insert(key).inserted else { throw .duplicateKey(key: key, position: start) }
            skipBlanks(text)
            guard current(text) == UInt8(ascii: ":") else { throw fault("a colon is expected", text) }
            position += 1
            skipBlanks(text)
            try value(text)
            skipBlanks(text)
            switch current(text) {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return
            default: throw fault("a comma or } is expected", text)
            }
            skipBlanks(text)
        }
    }
}

extension UInt8 {
    /// Whether the byte is a digit of ASCII.
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}
