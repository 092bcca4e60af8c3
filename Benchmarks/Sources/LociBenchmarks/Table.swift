// Loci, Apache License 2.0.

/// A table with aligned columns: text to the left, numbers to the right.
struct Table {
    private let isNumber: [Bool]
    private var rows: [[String]]

    /// A table without rows.
    /// - Parameters:
    ///   - text: The headers of the first columns, which hold text.
    ///   - numbers: The headers of the others.
    init(text: [String] = [], numbers: [String]) {
        isNumber = text.map { _ in false } + numbers.map { _ in true }
        rows = [text + numbers]
    }

    /// Adds a row.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table's lines, each ended by a newline.
    func rendered() -> String {
        let widths = isNumber.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let rule = widths.map { String(repeating: "─", count: $0) }
        var lines = rows
        lines.insert(rule, at: 1)
        return lines.map { line(of: $0, widths: widths) + "\n" }.joined()
    }

    private func line(of cells: [String], widths: [Int]) -> String {
        let padded = cells.indices.map { column in
            let padding = String(repeating: " ", count: widths[column] - cells[column].count)
            // No line ends in spaces.
            let after = column == cells.count - 1 ? "" : padding
            return isNumber[column] ? padding + cells[column] : cells[column] + after
        }
        return padded.joined(separator: "  ")
    }
}

/// Numbers as tables show them.
enum Format {
    /// A number with a fixed count of decimals, and commas between thousands.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let whole = count(scaled / scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + whole }
        let digits = String(scaled % scale)
        return sign + whole + "." + String(repeating: "0", count: decimals - digits.count) + digits
    }

    /// A count, with commas between thousands.
    static func count(_ value: Int) -> String {
        var text = ""
        for (place, digit) in String(value).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// Bytes in millions.
    static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, 1) + " MB" }
}
