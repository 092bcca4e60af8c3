// Loci, Apache License 2.0.

import LociJSON

/// Writes values as JSON, without blanks, the keys of objects in the order of their bytes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var depth = 0

    /// - Throws: `tooDeep`, `notFinite`, `tooLarge`.
    mutating func append(_ members: [String: AttributeValue]) throws(AttributesError) {
        try enter()
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONStringWriter.append(key.utf8, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            try append(value, key: key)
            // Here and not at the end, so that too much is not written first.
            guard bytes.count <= Attributes.maximumBytes else {
                throw .tooLarge(bytes: bytes.count, limit: Attributes.maximumBytes)
            }
        }
        bytes.append(UInt8(ascii: "}"))
        depth -= 1
    }

    private mutating func append(_ value: AttributeValue, key: String) throws(AttributesError) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let bool): bytes += (bool ? "true" : "false").utf8
        case .string(let string): JSONStringWriter.append(string.utf8, to: &bytes)
        case .object(let members): try append(members)
        case .number(let number):
            guard number.isFinite else { throw .notFinite(key: key) }
            bytes += Self.text(number).utf8
        case .list(let elements):
            try enter()
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                try append(element, key: key)
            }
            bytes.append(UInt8(ascii: "]"))
            depth -= 1
        }
    }

    private mutating func enter() throws(AttributesError) {
        depth += 1
        guard depth <= Attributes.maximumDepth else { throw .tooDeep(limit: Attributes.maximumDepth) }
    }

    /// The shortest text that reads back as the same number, which must be finite; whole numbers without a point.
    static func text(_ number: Double) -> String {
        // The sign of a zero would be lost.
        if number != 0, abs(number) < 0x1p53, let whole = Int64(exactly: number) { return String(whole) }
        return number == 0 && number.sign == .plus ? "0" : number.description
    }
}
