// Loci, Apache License 2.0.

/// Writes doubles as Redis 8 does, with as few digits as lead back to the same double.
///
/// Digits are those of Swift's description, which are the fewest. Redis's algorithm, Grisu2 (Loitsch, "Printing floating-point
/// numbers quickly and accurately with integers", 2010), writes one more or other last ones for about one double in three hundred.
enum DoubleText {
    /// Whole numbers up to here are written without an exponent.
    private static let integerLimit = 0x1p62

    /// Appends the text of a number: `1`, `0.5`, `1e-7`, `1.5e+19`, `inf`, `-inf`, `nan`.
    static func append(_ value: Double, to output: inout [UInt8]) {
        if value.isNaN {
            output += "nan".utf8
        } else if value.isInfinite {
            output += (value < 0 ? "-inf" : "inf").utf8
        } else if value == 0 {
            output += (value.sign == .minus ? "-0" : "0").utf8
        } else if value.magnitude <= integerLimit, let whole = Int64(exactly: value) {
            output += String(whole).utf8
        } else {
            if value < 0 { output.append(UInt8(ascii: "-")) }
            let (digits, power) = decimal(value.magnitude)
            append(digits: digits, power: power, to: &output)
        }
    }

    /// Digits without zeros at either end, and the power of ten that the last of them stands for.
    private static func decimal(_ value: Double) -> (digits: [UInt8], power: Int) {
        var digits: [UInt8] = []
        var power = 0
        var isAfterPoint = false
        var exponent = 0
        let text = value.description.utf8
        for (index, byte) in zip(text.indices, text) {
            if byte == UInt8(ascii: ".") {
                isAfterPoint = true
            } else if byte == UInt8(ascii: "e") {
                exponent = Int(String(text[text.index(after: index)...]) ?? "") ?? 0
                break
            } else {
                if isAfterPoint { power -= 1 }
                if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            power += 1
        }
        return (digits, power + exponent)
    }

    /// Redis's rule for where the point stands and when there is an exponent, seen by what its servers send.
    private static func append(digits: [UInt8], power: Int, to output: inout [UInt8]) {
        let exponent = digits.count + power - 1
        if power >= 0, exponent < digits.count + 7 {
            output += digits
            output += repeatElement(UInt8(ascii: "0"), count: power)
        } else if power < 0, power > -7 || abs(exponent) < 4 {
            let whole = digits.count + power
            if whole > 0 {
                output += digits[..<whole]
            } else {
                output.append(UInt8(ascii: "0"))
            }
            output.append(UInt8(ascii: "."))
            output += repeatElement(UInt8(ascii: "0"), count: max(-whole, 0))
            output += digits[max(whole, 0)...]
        } else {
            output.append(digits[0])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                output += digits[1...]
            }
            output += (exponent < 0 ? "e" : "e+").utf8
            output += String(exponent).utf8
        }
    }
}
