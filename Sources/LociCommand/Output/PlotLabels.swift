// Loci, Apache License 2.0.

/// Finds places for small texts next to the marks of a plot, where they cover neither lines, nor marks, nor one another.
///
/// Greedy: each label in turn takes the best of eight places around its mark. That is enough for curves, and gives the
/// same result every time.
struct PlotLabels {
    /// A rectangle with its corner at the upper left.
    struct Box {
        let x: Double
        let y: Double
        let width: Double
        let height: Double

        func overlaps(_ other: Box) -> Bool {
            x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
        }

        func contains(_ other: Box) -> Bool {
            x <= other.x && other.x + other.width <= x + width && y <= other.y && other.y + other.height <= y + height
        }

        /// Whether the line from one point to another runs through the box (Liang and Barsky's clipping, 1984).
        func meets(_ line: Segment) -> Bool {
            let (run, rise) = (line.endX - line.startX, line.endY - line.startY)
            var (entry, exit) = (0.0, 1.0)
            for (direction, distance) in [
                (-run, line.startX - x), (run, x + width - line.startX),
                (-rise, line.startY - y), (rise, y + height - line.startY),
            ] {
                if direction == 0 {
                    if distance < 0 { return false }
                } else if direction < 0 {
                    entry = max(entry, distance / direction)
                } else {
                    exit = min(exit, distance / direction)
                }
            }
            return entry <= exit
        }
    }

    /// A straight line between two points.
    struct Segment {
        let startX: Double
        let startY: Double
        let endX: Double
        let endY: Double
    }

    /// Where a label is put.
    struct Place: Equatable {
        /// The middle of the text.
        let x: Double
        /// The base line of the text.
        let y: Double
    }

    private let frame: Box
    private let lines: [Segment]
    private let marks: [Box]
    private var taken: [Box] = []
    private let fontSize: Double

    /// Begins without labels.
    ///
    /// - Parameters:
    ///   - frame: labels stay inside.
    ///   - lines: what they should not cover.
    ///   - marks: the centres of the marks, which they should not cover either.
    init(frame: Box, lines: [Segment], marks: [(x: Double, y: Double)], fontSize: Double) {
        self.frame = frame
        self.lines = lines
        self.marks = marks.map { Box(x: $0.x - 5, y: $0.y - 5, width: 10, height: 10) }
        self.fontSize = fontSize
    }

    /// Finds places for the texts beside the marks of one curve, and takes them; nil for a text that would be on another.
    ///
    /// The side of the curve that is best for all its texts comes first, so that they stand in a row where they can.
    ///
    /// - Complexity: O((lines + marks + labels) · *n*) in the number of texts.
    mutating func place(_ texts: [(text: String, x: Double, y: Double)]) -> [Place?] {
        let candidates = texts.map { boxes($0.text, x: $0.x, y: $0.y) }
        let totals = (0..<PlotLabels.sides).map { side in
            candidates.reduce(0) { $0 + (cost($1[side]) ?? PlotLabels.impossible) }
        }
        let order = totals.indices.sorted { (totals[$0], $0) < (totals[$1], $1) }
        return candidates.map { boxes in
            var best: (cost: Int, box: Box)?
            for side in order {
                guard let cost = cost(boxes[side]), cost < best?.cost ?? .max else { continue }
                best = (cost, boxes[side])
            }
            guard let box = best?.box else { return nil }
            taken.append(box)
            return Place(x: box.x + box.width / 2, y: box.y + box.height)
        }
    }

    private static let sides = 8
    /// What a place that cannot be taken counts in the choice of a side.
    private static let impossible = 20

    /// The places around a mark, the better ones first: curves of recall against speed fall to the right, which leaves
    /// their upper right and lower left free.
    private func boxes(_ text: String, x: Double, y: Double) -> [Box] {
        let width = PlotLabels.width(text, fontSize: fontSize)
        let height = fontSize * 0.8
        let (side, up) = (width / 2 + 6, height / 2 + 6)
        return [
            (side, -up), (-side, up), (0, -up - 2), (0, up + 2), (side + 2, 0), (-side - 2, 0), (side, up),
            (-side, -up),
        ].map { Box(x: x + $0.0 - width / 2, y: y + $0.1 - height / 2, width: width, height: height) }
    }

    /// How much a text there would cover; nil where none may be.
    private func cost(_ box: Box) -> Int? {
        guard frame.contains(box), !taken.contains(where: { $0.overlaps(box) }) else { return nil }
        return 4 * marks.count { $0.overlaps(box) } + lines.count { box.meets($0) }
    }

    /// About how wide a text is, in a wide sans-serif face: what a viewer takes is not known here.
    static func width(_ text: String, fontSize: Double) -> Double {
        Double(TextWidth.columns(text)) * fontSize * 0.62
    }
}
