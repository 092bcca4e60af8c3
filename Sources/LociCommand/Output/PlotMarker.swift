// Loci, Apache License 2.0.

/// How one series of a plot looks: a colour, the shape of its marks, and how its line is dashed.
///
/// The colours are those of Okabe and Ito, "Color Universal Design" (2008), which people of every kind of colour vision
/// tell apart; the darker ones come first, and the yellow is left out, as both it and white paper are light. Shapes and
/// dashes make the difference where there is no colour at all.
struct PlotMarker {
    /// The outline of a mark.
    enum Shape: CaseIterable {
        case circle
        case square
        case triangle
        case diamond
    }

    let color: String
    /// A darker tone of the colour, for small text on white (a contrast of at least 4.5, as WCAG 2 asks).
    let textColor: String
    let shape: Shape
    /// The `stroke-dasharray` of the line, or nil for a solid one.
    let dashes: String?

    private static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333"]
    private static let textColors = ["#005A8C", "#A84A00", "#00704F", "#9C4F79", "#8A5F00", "#22739E", "#333333"]
    private static let dashPatterns: [String?] = [nil, "7 4", "2 3"]

    /// The look of the series at this place of the plot.
    init(index: Int) {
        color = PlotMarker.colors[index % PlotMarker.colors.count]
        textColor = PlotMarker.textColors[index % PlotMarker.textColors.count]
        shape = Shape.allCases[index % Shape.allCases.count]
        dashes = PlotMarker.dashPatterns[index / PlotMarker.colors.count % PlotMarker.dashPatterns.count]
    }

    /// The mark around a centre, with a white rim that parts it from lines and from marks that it covers.
    func element(x: Double, y: Double) -> SVGElement {
        var mark: SVGElement
        // The sizes give all shapes about the same area.
        switch shape {
        case .circle:
            mark = SVGElement("circle", ["cx": SVGValue(x), "cy": SVGValue(y), "r": 4.5])
        case .square:
            mark = SVGElement(
                "rect", ["x": SVGValue(x - 4), "y": SVGValue(y - 4), "width": 8, "height": 8])
        case .triangle:
            mark = SVGElement("path", ["d": SVGValue(path([(x, y - 5.6), (x + 5.2, y + 3.8), (x - 5.2, y + 3.8)]))])
        case .diamond:
            mark = SVGElement("path", ["d": SVGValue(path([(x, y - 5.8), (x + 5.8, y), (x, y + 5.8), (x - 5.8, y)]))])
        }
        mark.set("fill", SVGValue(color))
        mark.set("stroke", "#ffffff")
        mark.set("stroke-width", 1.25)
        return mark
    }

    private func path(_ corners: [(Double, Double)]) -> String {
        corners.enumerated().map { index, corner in
            "\(index == 0 ? "M" : "L")\(SVGValue.digits(corner.0)) \(SVGValue.digits(corner.1))"
        }.joined(separator: " ") + " Z"
    }
}
