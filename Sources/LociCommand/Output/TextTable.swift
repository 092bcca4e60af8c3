// Loci, Apache License 2.0.

/// A table with aligned columns, for terminals.
///
/// ```
/// collection    vectors      size
/// ──────────  ─────────  ────────
/// products    1,000,000  1.23 GB
/// ```
///
/// Cells are made printable first (see ``TextWidth/printable(_:)``); no line ends in spaces.
struct TextTable {
    /// On which side of its column a cell lies.
    enum Alignment {
        case left
        case right
    }

    /// The head of a column.
    struct Column {
        let header: String
        let alignment: Alignment
        /// The most columns of the terminal that its cells may take; longer ones are cut and end in `…`.
        let limit: Int?

        /// A column for text.
        static func text(_ header: String, limit: Int? = nil) -> Column {
            Column(header: header, alignment: .left, limit: limit)
        }

        /// A column for numbers.
        static func number(_ header: String) -> Column {
            Column(header: header, alignment: .right, limit: nil)
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row.
    ///
    /// - Precondition: there is one cell for each column.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(
            zip(cells, columns).map { cell, column in
                let text = TextWidth.printable(cell)
                return column.limit.map { TextWidth.truncated(text, to: $0) } ?? text
            })
    }

    /// The table's lines, each ended by a newline: the header, a rule, the rows.
    ///
    /// - Complexity: O(*n*) in the text of the cells.
    func rendered() -> String {
        var widths = columns.map { TextWidth.columns($0.header) }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], TextWidth.columns(cell)) }
        }
        var result = line(columns.map(\.header), widths)
        result += line(widths.map { String(repeating: "─", count: $0) }, widths)
        for row in rows { result += line(row, widths) }
        return result
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var result = ""
        // Spaces are put before the next text, not after the last one, so that none is left at the end of the line.
        var pending = 0
        for (index, cell) in cells.enumerated() {
            let padding = widths[index] - TextWidth.columns(cell)
            let isRight = columns[index].alignment == .right
            if isRight { pending += padding }
            if !cell.isEmpty {
                result += String(repeating: " ", count: pending) + cell
                pending = 0
            }
            pending += (isRight ? 0 : padding) + 2
        }
        return result + "\n"
    }
}
