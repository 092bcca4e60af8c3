// Loci, Apache License 2.0.

/// The text of a progress bar at one moment, made to fit the width of the terminal.
///
/// What does not fit is left out whole, the least needed first: rate, counts, time left, then the bar. Fields keep their
/// width while the work goes on, so that the line stands still.
struct ProgressLine {
    let title: String
    let done: Int
    /// The units of work in all, or nil if that is not known.
    let total: Int?
    /// Units a second.
    let rate: Double
    /// Seconds since the start.
    let elapsed: Double

    /// The bar is at least and at most so wide, edges not counted.
    private static let barWidths = 10...30

    /// The line, which takes at most so many columns.
    func rendered(columns: Int) -> String {
        guard let total else { return fitted([counts, rateField, Format.clock(seconds: elapsed)], columns: columns) }
        let left = timeLeft(total)
        let choices = [[percent, counts, rateField, left], [percent, counts, left], [percent, left], [percent]]
        for fields in choices {
            let room = columns - TextWidth.columns(title) - width(fields) - 3
            if room >= Self.barWidths.lowerBound {
                return ([title + " " + bar(width: min(room, Self.barWidths.upperBound))] + fields)
                    .joined(separator: "  ").trimmedAtEnd
            }
        }
        return fitted([percent], columns: columns)
    }

    /// The title and as many of the fields as fit, from the first; the title is cut if not even one does.
    private func fitted(_ fields: [String], columns: Int) -> String {
        var kept = fields
        while kept.count > 1, TextWidth.columns(title) + width(kept) > columns { kept.removeLast() }
        let room = columns - width(kept)
        guard room > 0 else { return TextWidth.truncated(kept[0], to: max(0, columns)) }
        return ([TextWidth.truncated(title, to: room)] + kept).joined(separator: "  ").trimmedAtEnd
    }

    /// The columns of the fields, with two spaces before each.
    private func width(_ fields: [String]) -> Int {
        fields.reduce(0) { $0 + 2 + TextWidth.columns($1) }
    }

    /// From 0 to 1; work of no units is done.
    private var fraction: Double {
        guard let total, total > 0 else { return 1 }
        return min(1, max(0, Double(done) / Double(total)))
    }

    /// Rounded down, so that 100 % means that all is done.
    private var percent: String {
        padded("\(Int(fraction * 100)) %", to: 5)
    }

    private var counts: String {
        guard let total else { return Format.count(done) }
        let whole = Format.count(total)
        return padded(Format.count(done), to: whole.count) + "/" + whole
    }

    private var rateField: String {
        padded(rate > 0 ? Format.rate(rate) : "", to: 9)
    }

    private func timeLeft(_ total: Int) -> String {
        // The first moments tell little about the speed.
        let isKnown = rate > 0 && elapsed >= 1 && done < total
        let text = isKnown ? Format.clock(seconds: max(1, Double(total - done) / rate)) + " left" : ""
        return text + String(repeating: " ", count: max(0, 13 - text.count))
    }

    private func bar(width: Int) -> String {
        let eighths = Int(fraction * Double(width * 8))
        var cells = String(repeating: "█", count: eighths / 8)
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        cells += parts[eighths % 8]
        return "▕" + cells + String(repeating: " ", count: width - (eighths + 7) / 8) + "▏"
    }

    private func padded(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension String {
    /// The text without spaces at its end.
    fileprivate var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
