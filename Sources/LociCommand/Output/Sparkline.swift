// Loci, Apache License 2.0.

/// A histogram in one line of a terminal, and bars of shares.
enum Sparkline {
    private static let levels = Array("▁▂▃▄▅▆▇█")

    /// Counts as bars beside each other: the highest is whole, none is a blank, and any other is at least the lowest bar.
    /// - Parameters:
    ///   - counts: From left to right, 0 or more; neighbours are put together where there are more than columns.
    ///   - columns: How many bars at most.
    static func bars(_ counts: [Int], columns: Int = 24) -> String {
        guard !counts.isEmpty, columns > 0 else { return "" }
        let width = min(columns, counts.count)
        let bins = (0..<width).map { bin in
            counts[bin * counts.count / width..<(bin + 1) * counts.count / width].reduce(0, +)
        }
        let most = bins.max() ?? 0
        return String(
            bins.map { count in
                guard count > 0 else { return " " }
                return levels[min(levels.count - 1, count * levels.count / max(1, most))]
            })
    }

    /// A bar of so large a share, by eighths of a column; a share above nothing is never without a mark.
    /// - Parameter share: From 0 to 1.
    static func bar(_ share: Double, columns: Int = 24) -> String {
        let parts = Array("▏▎▍▌▋▊▉█")
        guard share > 0, columns > 0 else { return "" }
        let eighths = max(1, Int((min(1, share) * Double(columns * 8)).rounded()))
        let whole = String(repeating: "█", count: eighths / 8)
        return eighths % 8 == 0 ? whole : whole + String(parts[eighths % 8 - 1])
    }
}
