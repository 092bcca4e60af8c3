// Loci, Apache License 2.0.

import LociJSON

/// The plot that approximate search is judged by: queries per second over recall, a curve for each way to search, as an
/// SVG drawing that needs nothing else (no scripts, no fonts, no style sheets).
///
/// The same plot gives the same bytes. Points that cannot be drawn (not finite, or no queries per second) are left out.
struct RecallPlot {
    /// One measurement.
    struct Point {
        /// The part of the true neighbours that was found, 0 to 1.
        let recall: Double
        let queriesPerSecond: Double
        /// The search window that gave it.
        let window: Int
    }

    /// The measurements of one way to search, in the order in which a line joins them.
    struct Series {
        let name: String
        let points: [Point]
    }

    /// What is compared: "Fashion-MNIST, 60,000 × 784".
    let title: String
    /// The conditions: machine, threads. Wrapped to two lines.
    let subtitle: String
    /// The title of the horizontal axis: "Recall@10".
    let recallTitle: String
    let series: [Series]

    /// The size of the drawing in pixels.
    static let size = (width: 960.0, height: 600.0)

    /// The drawing.
    ///
    /// - Complexity: O(*n*²) in the number of points, for labels that do not cover anything.
    func svg() -> String {
        let layout = Layout(plot: self)
        var root = SVGElement(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": SVGValue(Self.size.width),
                "height": SVGValue(Self.size.height),
                "viewBox": SVGValue("0 0 \(SVGValue.digits(Self.size.width)) \(SVGValue.digits(Self.size.height))"),
                "role": "img", "aria-label": SVGValue(title),
                "font-family": "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif",
            ])
        // A background of its own: viewers in dark mode would show dark text on black.
        root.add(SVGElement("rect", ["width": "100%", "height": "100%", "fill": "#ffffff"]))
        root.add(layout.header())
        root.add(layout.grid())
        if layout.curves.isEmpty {
            root.add(layout.emptyNote())
        } else {
            for curve in layout.curves { root.add(layout.line(curve)) }
            root.add(layout.windowLabels())
            for curve in layout.curves { root.add(layout.marks(curve)) }
            root.add(layout.legend())
        }
        return root.rendered()
    }

    /// The points of a series that can be drawn, recalls kept within 0 and 1.
    static func drawable(_ points: [Point]) -> [Point] {
        points.compactMap { point in
            guard point.recall.isFinite, point.queriesPerSecond.isFinite, point.queriesPerSecond >= 1e-5,
                point.queriesPerSecond <= 1e12
            else { return nil }
            return Point(
                recall: min(1, max(0, point.recall)), queriesPerSecond: point.queriesPerSecond, window: point.window)
        }
    }
}
