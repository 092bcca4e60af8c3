// Loci, Apache License 2.0.

extension JSONReader {
    // MARK: Numbers

    /// The whole number of 0 or more that comes next.
    package mutating func count() throws(Failure) -> Int {
        let start = position
        let range = try number()
        // Nearly all numbers of a vocabulary are short.
        var count = 0
        if range.count < 16, bytes[range].allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) {
            for byte in bytes[range] { count = count * 10 + Int(byte - UInt8(ascii: "0")) }
            return count
        }
        guard let exact = Double(String(decoding: bytes[range], as: UTF8.self)).flatMap({ Int(exactly: $0) }),
            exact >= 0
        else {
            position = start
            throw fault("a whole number of 0 or more is expected")
        }
        return exact
    }

    /// Goes over a number.
    /// - Returns: Where its text is.
    mutating func number() throws(Failure) -> Range<Int> {
        skipBlanks()
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else {
            position = start
            throw fault("a value is expected")
        }
        if current == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw fault("a digit is expected") }
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw fault("a digit is expected") }
        }
        return start..<position
    }

    private mutating func digits() -> Int {
        let start = position
        while position < end, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    // MARK: Strings

    /// Appends the bytes that the string stands for which comes next.
    package mutating func appendString(to target: inout [UInt8]) throws(Failure) {
        skipBlanks()
        guard current == UInt8(ascii: "\"") else { throw fault("a string is expected") }
        position += 1
        var start = position
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                target += bytes[start..<position]
                position += 1
                return
            case UInt8(ascii: "\\"):
                target += bytes[start..<position]
                try appendEscape(to: &target)
                start = position
            case 0..<0x20: throw fault("a control character is not escaped")
            default: position += 1
            }
        }
        throw fault("the text ends in a string")
    }

    private mutating func appendEscape(to target: inout [UInt8]) throws(Failure) {
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): target.append(current)
        case UInt8(ascii: "b"): target.append(0x08)
        case UInt8(ascii: "f"): target.append(0x0C)
        case UInt8(ascii: "n"): target.append(0x0A)
        case UInt8(ascii: "r"): target.append(0x0D)
        case UInt8(ascii: "t"): target.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            target += String(Character(try escapedScalar())).utf8
            return
        default: throw fault("there is no such escape")
        }
        position += 1
    }

    /// The scalar of one escape, or of two that are a surrogate pair; the position is behind the `u`.
    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        let first = try escapedUnit()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        let before = position
        if UTF16.isLeadSurrogate(first), current == UInt8(ascii: "\\"), position + 1 < end,
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let second = try escapedUnit()
            if UTF16.isTrailSurrogate(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF)
            {
                return scalar
            }
        }
        position = before
        guard rules.replacesHalfPairs else { throw fault("half of a surrogate pair stands alone") }
        return "\u{FFFD}"
    }

    private mutating func escapedUnit() throws(Failure) -> UInt16 {
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
