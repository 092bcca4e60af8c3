// Loci, Apache License 2.0.

/// Reads decimal numbers from text.
enum DecimalNumber {
    /// The powers of ten that are doubles exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The nearest double of a range that holds a number of JSON or nothing but one; 0 for what is not a number.
    static func read(_ text: RawSpan, _ range: Range<Int>) -> Double {
        let (value, _) = readPrefix(text, range)
        return value
    }

    /// The nearest double of the longest beginning of a range that is a number, and where it ends: at the beginning of the
    /// range, with 0, if none is. Other than in JSON, the sign may be a plus, and digits may be missing on one side of the point.
    ///
    /// Where the digits are a whole number below 2^53 and the power of ten is a double too, one multiplication or division rounds
    /// as it must (Clinger, "How to read floating point numbers accurately", 1990). Other numbers are read by the library.
    static func readPrefix(_ text: RawSpan, _ range: Range<Int>) -> (value: Double, end: Int) {
        let none = (0.0, range.lowerBound)
        let end = range.upperBound
        var position = range.lowerBound
        var isNegative = false
        if position < end, text.byte(position) == UInt8(ascii: "-") || text.byte(position) == UInt8(ascii: "+") {
            isNegative = text.byte(position) == UInt8(ascii: "-")
            position += 1
        }
        let unsigned = position
        var digits: UInt64 = 0
        var exponent = 0
        var count = 0
        var isExact = true
        func take(_ byte: UInt8) {
            count += 1
            // Up to here ten times the digits, and nine, are below 2^53.
            if digits < 900_719_925_474_099 {
                digits = digits &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
            } else {
                isExact = false
            }
        }
        while position < end, text.byte(position).isDigit {
            take(text.byte(position))
            position += 1
        }
        if position < end, text.byte(position) == UInt8(ascii: ".") {
            let point = position
            position += 1
            while position < end, text.byte(position).isDigit {
                take(text.byte(position))
                position += 1
            }
            exponent = point + 1 - position
            if count == 0 { return none }
        }
        if count == 0 { return none }
        if position < end, text.byte(position) | 0x20 == UInt8(ascii: "e") {
            var after = position + 1
            var isSmall = false
            if after < end, text.byte(after) == UInt8(ascii: "-") || text.byte(after) == UInt8(ascii: "+") {
                isSmall = text.byte(after) == UInt8(ascii: "-")
                after += 1
            }
            var power = 0
            let first = after
            while after < end, text.byte(after).isDigit {
                power = min(power * 10 + Int(text.byte(after) - UInt8(ascii: "0")), 100_000_000)
                after += 1
            }
            if after > first {
                position = after
                exponent += isSmall ? -power : power
            }
        }
        let magnitude: Double
        if isExact, exponent >= -22, exponent <= 22 {
            let power = powers[abs(exponent)]
            magnitude = exponent < 0 ? Double(digits) / power : Double(digits) * power
        } else if isExact, digits == 0 {
            magnitude = 0
        } else {
            magnitude = slow(text, unsigned..<position)
        }
        return (isNegative ? -magnitude : magnitude, position)
    }

    /// The library's reading of digits, a point, digits and a power of ten.
    private static func slow(_ text: RawSpan, _ range: Range<Int>) -> Double {
        Double(text.string(range)) ?? 0
    }
}
