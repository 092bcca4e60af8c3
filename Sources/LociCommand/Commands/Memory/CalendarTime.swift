// Loci, Apache License 2.0.

import LociMemory

/// Times of day on the command line: as RFC 3339 writes them, or as seconds since the beginning of 1970.
struct CalendarTime: Equatable {
    let seconds: Double

    /// The time of a text; nil if it is none.
    init?(_ text: String) {
        guard let seconds = TimeText.seconds(text) else { return nil }
        self.seconds = seconds
    }

    /// A time to the second, in UTC: `2024-05-01 10:00:00`. By H. Hinnant's algorithm for civil dates from days.
    static func text(_ seconds: Double) -> String {
        guard abs(seconds) < 2e11 else { return "\(seconds)" }
        let total = Int(seconds.rounded(.down))
        let days = total >= 0 ? total / 86_400 : -((-total + 86_399) / 86_400)
        let rest = total - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(year)-\(two(calendarMonth))-\(two(day))"
        return rest == 0 ? date : "\(date) \(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    }
}
