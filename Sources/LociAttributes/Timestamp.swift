// Loci, Apache License 2.0.

/// A moment, as RFC 3339 writes it: `2024-05-01T10:00:00Z`, `2024-05-01t12:00:00.25+02:00`.
///
/// A blank may stand for the T. Without an offset the time is UTC's, and a date alone is its first second. A second that was
/// inserted (`:60`) is the next one, as in the seconds of POSIX.
package struct Timestamp: Sendable, Equatable {
    /// The text that was given.
    package let text: String
    /// Seconds since the beginning of 1970 in UTC.
    package let seconds: Double

    /// The moment of a text; nil if it is none.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let seconds = Self.seconds(bytes.span.bytes, 0..<bytes.count) else { return nil }
        self.text = text
        self.seconds = seconds
    }

    /// Seconds since the beginning of 1970 in UTC, to the precision of a double (a quarter of a microsecond in our days).
    static func seconds(_ text: RawSpan, _ range: Range<Int>) -> Double? {
        var cursor = Cursor(position: range.lowerBound, end: range.upperBound)
        guard let year = cursor.digits(4, text), cursor.take("-", text), let month = cursor.digits(2, text),
            cursor.take("-", text), let day = cursor.digits(2, text), (1...12).contains(month),
            day >= 1, day <= days(inMonth: month, year)
        else { return nil }
        let midnight = Double(days(before: year, month, day) * 86_400)
        if cursor.isAtEnd { return midnight }
        guard cursor.take("T", text) || cursor.take("t", text) || cursor.take(" ", text),
            let hour = cursor.digits(2, text), cursor.take(":", text), let minute = cursor.digits(2, text),
            cursor.take(":", text), let second = cursor.digits(2, text), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction = 0.0
        if cursor.take(".", text) {
            let start = cursor.position - 1
            while cursor.digits(1, text) != nil {}
            guard cursor.position > start + 1 else { return nil }
            fraction = DecimalNumber.read(text, start..<cursor.position)
        }
        guard let offset = cursor.offset(text), cursor.isAtEnd else { return nil }
        return midnight + Double(hour * 3_600 + minute * 60 + second - offset) + fraction
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(inMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days from the first of 1970 to a day of the Gregorian calendar.
    private static func days(before year: Int, _ month: Int, _ day: Int) -> Int {
        // Of a year 0 on, with its leap days.
        let past = year - 1
        let leapDays = year > 0 ? past / 4 - past / 100 + past / 400 + 1 : 0
        var days = year * 365 + leapDays + day - 1
        for earlier in 1..<month { days += Self.days(inMonth: earlier, year) }
        // 1970 begins as many days after the beginning of year 0.
        return days - 719_528
    }

    private struct Cursor {
        var position: Int
        let end: Int

        var isAtEnd: Bool { position == end }

        mutating func take(_ character: Unicode.Scalar, _ text: RawSpan) -> Bool {
            guard position < end, text.byte(position) == UInt8(truncatingIfNeeded: character.value) else {
                return false
            }
            position += 1
            return true
        }

        mutating func digits(_ count: Int, _ text: RawSpan) -> Int? {
            guard position + count <= end else { return nil }
            var number = 0
            for offset in position..<position + count {
                guard text.byte(offset).isDigit else { return nil }
                number = number * 10 + Int(text.byte(offset) - UInt8(ascii: "0"))
            }
            position += count
            return number
        }

        /// Seconds east of UTC; nothing and Z are none.
        mutating func offset(_ text: RawSpan) -> Int? {
            if isAtEnd || take("Z", text) || take("z", text) { return 0 }
            let isWest = take("-", text)
            guard isWest || take("+", text), let hours = digits(2, text), take(":", text),
                let minutes = digits(2, text),
                hours < 24, minutes < 60
            else { return nil }
            return (hours * 3_600 + minutes * 60) * (isWest ? -1 : 1)
        }
    }
}
