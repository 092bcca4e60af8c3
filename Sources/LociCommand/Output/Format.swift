// Loci, Apache License 2.0.

/// Numbers as people read them.
///
/// Everything here is independent of the locale, so that output can be compared and parsed.
enum Format {
    /// The number with a comma between groups of three digits: `1,234,567`.
    static func count(_ value: Int) -> String {
        grouped(String(value.magnitude), negative: value < 0)
    }

    /// A number of rows: "1 vector", or "3 rows" where rows have several vectors.
    static func rows(_ count: Int, areVectors: Bool) -> String {
        areVectors ? vectors(count) : count == 1 ? "1 row" : "\(self.count(count)) rows"
    }

    /// What a collection has: "6", or "3 rows of 6 vectors" where rows have several.
    static func total(vectors: Int, rows: Int) -> String {
        vectors == rows ? count(vectors) : "\(self.rows(rows, areVectors: false)) of \(self.vectors(vectors))"
    }

    /// So many vectors, in words: `1 vector`, `2,000 vectors`.
    static func vectors(_ value: Int) -> String {
        value == 1 ? "1 vector" : "\(count(value)) vectors"
    }

    /// The number with a fixed count of decimals, rounded half away from zero: `0.970`.
    ///
    /// Zero never has a sign. Numbers too large for decimals to mean anything, and those that are not finite, are given
    /// as Swift prints them.
    ///
    /// - Parameter places: how many decimals, 0 to 15.
    static func decimal(_ value: Double, places: Int) -> String {
        let places = max(0, min(places, 15))
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero)
        // Above 2^63 a Double has no digits after the point, and the conversion would trap. NaN fails the comparison.
        guard scaled < 0x1p63 else { return "\(value)" }
        let digits = UInt64(scaled)
        let sign = value < 0 && digits > 0 ? "-" : ""
        guard places > 0 else { return sign + String(digits) }
        let fraction = String(digits % scale)
        return sign + String(digits / scale) + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A size in SI units, with three digits: `512 B`, `1.23 MB`, `45.6 GB`.
    static func bytes(_ value: Int) -> String {
        let sign = value < 0 ? "-" : ""
        guard value.magnitude >= 1000 else { return "\(value) B" }
        var size = Double(value.magnitude)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        // 999.5 would be printed as 1000: it belongs to the next unit.
        while size >= 999.5, unit < units.count - 1 {
            size /= 1000
            unit += 1
        }
        return sign + threeDigits(size) + " " + units[unit]
    }

    /// A length of time: `850 ns`, `1.2 µs`, `3.4 ms`, `5.6 s`, `2 min 05 s`, `1 h 02 min`.
    static func duration(_ value: Duration) -> String {
        duration(seconds: seconds(value))
    }

    /// A length of time, from seconds: `850 ns`, `1.2 µs`, `3.4 ms`, `5.6 s`, `2 min 05 s`, `1 h 02 min`.
    ///
    /// A negative time is printed as zero, and one that is not finite as `-`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        let nanoseconds = max(0, seconds) * 1e9
        if nanoseconds < 999.5 { return decimal(nanoseconds, places: 0) + " ns" }
        for (unit, size) in [("µs", 1e3), ("ms", 1e6)] where nanoseconds < 999.5 * size {
            return oneDecimal(nanoseconds / size) + " " + unit
        }
        if seconds < 59.95 { return oneDecimal(seconds) + " s" }
        return clock(seconds: seconds)
    }

    /// A length of time in whole seconds, for waiting: `8 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`.
    static func clock(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e15 else { return "-" }
        let total = Int(max(0, seconds).rounded())
        func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
            "\(large) \(largeUnit) \(small < 10 ? "0" : "")\(small) \(smallUnit)"
        }
        switch total {
        case ..<60: return "\(total) s"
        case ..<3600: return pair(total / 60, "min", total % 60, "s")
        case ..<86_400: return pair(total / 3600, "h", total % 3600 / 60, "min")
        default: return pair(total / 86_400, "d", total % 86_400 / 3600, "h")
        }
    }

    /// A frequency: `0.52/s`, `54.8/s`, `3,612/s`. One that is not finite is `-`.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond < 1e15 else { return "-" }
        let value = max(0, perSecond)
        return (value < 99.95 ? threeDigits(value) : count(Int(value.rounded()))) + "/s"
    }

    /// The length of time in seconds.
    static func seconds(_ value: Duration) -> Double {
        let parts = value.components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }

    private static func grouped(_ digits: String, negative: Bool) -> String {
        var result = negative ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// Three significant digits of a number from 0 to 1000; the limits are where rounding carries into the next digit.
    private static func threeDigits(_ value: Double) -> String {
        decimal(value, places: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    private static func oneDecimal(_ value: Double) -> String {
        decimal(value, places: value < 99.95 ? 1 : 0)
    }
}
