// Loci, Apache License 2.0.

/// Reads numbers as Redis reads those of arguments and lengths: the whole text or nothing, so that no typing error becomes a 0.
package enum ArgumentNumber {
    /// Bytes that the text of a double may have. The longest that is written without a needless digit has 1,077.
    package static let maximumDoubleBytes = 2_048

    /// The integer of 64 bits that a text is, in the one way to write it: no plus, no leading zeros, no blanks.
    ///
    /// - Returns: nil if the text is not an integer, or out of range.
    /// - Complexity: O(1).
    package static func integer(_ text: RawSpan) -> Int64? {
        // "-9223372036854775808"
        guard text.byteCount >= 1, text.byteCount <= 20 else { return nil }
        let isNegative = text.byte(0) == UInt8(ascii: "-")
        var position = isNegative ? 1 : 0
        guard position < text.byteCount else { return nil }
        if text.byte(position) == UInt8(ascii: "0") { return text.byteCount == 1 ? 0 : nil }
        var value: Int64 = 0
        while position < text.byteCount {
            guard text.byte(position).isDigit else { return nil }
            let digit = Int64(text.byte(position) - UInt8(ascii: "0"))
            // Downwards: the range has one more number below zero.
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) = tenfold.subtractingReportingOverflow(digit)
            if overflows || overflowsToo { return nil }
            value = next
            position += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The double that a decimal text is: digits with a point and an exponent, or `inf` or `infinity` in whichever case.
    ///
    /// - Returns: nil for anything else, such as `nan`, blanks or hexadecimal digits; and for what is too large or too small
    ///   for a double, which would be infinite or zero.
    /// - Complexity: O(bytes).
    package static func double(_ text: RawSpan) -> Double? {
        guard text.byteCount >= 1, text.byteCount <= maximumDoubleBytes else { return nil }
        let isSigned = text.byte(0) == UInt8(ascii: "-") || text.byte(0) == UInt8(ascii: "+")
        let unsigned = text.extracting((isSigned ? 1 : 0)...)
        if unsigned.isWord("inf") || unsigned.isWord("infinity") {
            return text.byte(0) == UInt8(ascii: "-") ? -.infinity : .infinity
        }
        guard let hasValue = decimalHasValue(unsigned), let value = Double(text.text), value.isFinite,
            value != 0 || !hasValue
        else { return nil }
        return value
    }

    /// Whether a digit before the exponent is not zero; nil if the text is no decimal number without a sign.
    private static func decimalHasValue(_ text: RawSpan) -> Bool? {
        var position = 0
        var digits = 0
        var hasValue = false
        var hasPoint = false
        while position < text.byteCount {
            let byte = text.byte(position)
            if byte.isDigit {
                digits += 1
                if byte != UInt8(ascii: "0") { hasValue = true }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            position += 1
        }
        guard digits > 0 else { return nil }
        if position == text.byteCount { return hasValue }
        guard text.byte(position).loweredASCII == UInt8(ascii: "e") else { return nil }
        position += 1
        if position < text.byteCount,
            text.byte(position) == UInt8(ascii: "-") || text.byte(position) == UInt8(ascii: "+")
        {
            position += 1
        }
        guard position < text.byteCount else { return nil }
        while position < text.byteCount {
            guard text.byte(position).isDigit else { return nil }
            position += 1
        }
        return hasValue
    }
}
