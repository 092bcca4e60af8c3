// Loci, Apache License 2.0.

extension RecallPlot {
    /// The drawing of one plot: where everything is, and the elements that show it.
    struct Layout {
        /// A series with its points in pixels.
        struct Curve {
            let name: String
            let marker: PlotMarker
            let points: [(point: Point, x: Double, y: Double)]
        }

        private enum Ink {
            static let text: SVGValue = "#1f2328"
            static let secondary: SVGValue = "#59636e"
            static let grid: SVGValue = "#e7eaee"
            static let frame: SVGValue = "#8c959f"
        }

        private static let labelSize = 11.0
        private static let tickSize = 12.0
        private static let legendSize = 13.0
        /// A name of more columns than this is cut in the legend; its tooltip has it whole.
        private static let nameLimit = 28

        let curves: [Curve]
        private let plot: RecallPlot
        private let subtitleLines: [String]
        private let left: Double
        private let top: Double
        private let right: Double
        private let bottom = RecallPlot.size.height - 64
        private let recallAxis: PlotAxis
        private let rateAxis: PlotAxis

        init(plot: RecallPlot) {
            self.plot = plot
            let contents = RecallPlot.size.width - 48
            subtitleLines = Self.wrapped(plot.subtitle, columns: Int(contents / (13 * 0.56)), lines: 2)
            top = 92 + 18 * Double(subtitleLines.count)
            let drawn = plot.series.enumerated().compactMap { index, series in
                let points = RecallPlot.drawable(series.points)
                return points.isEmpty ? nil : (name: series.name, marker: PlotMarker(index: index), points: points)
            }
            let widest = drawn.map { PlotLabels.width(Self.shortened($0.name), fontSize: Self.legendSize) }.max() ?? 0
            right = RecallPlot.size.width - 28 - (widest > 0 ? widest + 56 : 0)
            let points = drawn.flatMap(\.points)
            let rateAxis = PlotAxis.logarithmic(points.map(\.queriesPerSecond))
            let tickWidths = rateAxis.ticks.map { PlotLabels.width(PlotAxis.rateLabel($0), fontSize: Self.tickSize) }
            left = max(84, 24 + 10 + (tickWidths.max() ?? 0))
            let (left, right, top, bottom) = (left, right, top, bottom)
            let recallAxis = PlotAxis.recall(points.map(\.recall), pixels: right - left)
            self.recallAxis = recallAxis
            self.rateAxis = rateAxis
            curves = drawn.map { name, marker, points in
                Curve(
                    name: name, marker: marker,
                    points: points.map { point in
                        let x = left + recallAxis.position(point.recall) * (right - left)
                        let y = bottom - rateAxis.position(point.queriesPerSecond) * (bottom - top)
                        return (point, x, y)
                    })
            }
        }

        /// Title and subtitle.
        func header() -> SVGElement {
            var group = SVGElement("g")
            group.add(
                SVGElement(
                    "text", ["x": 24, "y": 42, "font-size": 21, "font-weight": 600, "fill": Ink.text],
                    text: TextWidth.truncated(plot.title, to: 78)))
            for (index, line) in subtitleLines.enumerated() {
                group.add(
                    SVGElement(
                        "text",
                        ["x": 24, "y": SVGValue(66 + 18 * Double(index)), "font-size": 13, "fill": Ink.secondary],
                        text: line))
            }
            return group
        }

        /// Grid, ticks, frame and the titles of the axes.
        func grid() -> SVGElement {
            var group = SVGElement("g", ["font-size": SVGValue(Self.tickSize), "fill": Ink.secondary])
            if !curves.isEmpty {
                for tick in rateAxis.ticks {
                    let y = bottom - rateAxis.position(tick) * (bottom - top)
                    group.add(rule(x1: left, y1: y, x2: right, y2: y, ink: Ink.grid))
                    group.add(
                        SVGElement(
                            "text", ["x": SVGValue(left - 10), "y": SVGValue(y + 4), "text-anchor": "end"],
                            text: PlotAxis.rateLabel(tick)))
                }
                for tick in recallAxis.ticks {
                    let x = left + recallAxis.position(tick) * (right - left)
                    group.add(rule(x1: x, y1: top, x2: x, y2: bottom, ink: Ink.grid))
                    group.add(
                        SVGElement(
                            "text", ["x": SVGValue(x), "y": SVGValue(bottom + 20), "text-anchor": "middle"],
                            text: PlotAxis.recallLabel(tick)))
                }
            }
            group.add(rule(x1: left, y1: bottom, x2: right, y2: bottom, ink: Ink.frame))
            group.add(rule(x1: left, y1: top, x2: left, y2: bottom, ink: Ink.frame))
            group.add(
                SVGElement(
                    "text",
                    ["x": 24, "y": SVGValue(top - 14), "font-size": 13, "font-weight": 600, "fill": Ink.text],
                    text: "Queries per second (logarithmic)"))
            group.add(
                SVGElement(
                    "text", ["x": SVGValue(right), "y": SVGValue(top - 14), "text-anchor": "end"],
                    text: "up and to the right is better"))
            group.add(
                SVGElement(
                    "text",
                    [
                        "x": SVGValue((left + right) / 2), "y": SVGValue(bottom + 46), "text-anchor": "middle",
                        "font-size": 13, "font-weight": 600, "fill": Ink.text,
                    ], text: plot.recallTitle))
            return group
        }

        /// What stands in the place of curves when there are none.
        func emptyNote() -> SVGElement {
            SVGElement(
                "text",
                [
                    "x": SVGValue((left + right) / 2), "y": SVGValue((top + bottom) / 2), "text-anchor": "middle",
                    "font-size": 15, "fill": Ink.secondary,
                ], text: "No measurements")
        }

        /// The line of a curve.
        func line(_ curve: Curve) -> SVGElement {
            var element = SVGElement(
                "polyline",
                [
                    "points": SVGValue(
                        curve.points.map { "\(SVGValue.digits($0.x)),\(SVGValue.digits($0.y))" }
                            .joined(separator: " ")),
                    "fill": "none", "stroke": SVGValue(curve.marker.color), "stroke-width": 2.25,
                    "stroke-linejoin": "round", "stroke-linecap": "round",
                ])
            if let dashes = curve.marker.dashes { element.set("stroke-dasharray", SVGValue(dashes)) }
            return element
        }

        /// The marks of a curve, each with a tooltip.
        func marks(_ curve: Curve) -> SVGElement {
            var group = SVGElement("g")
            for (point, x, y) in curve.points {
                var mark = curve.marker.element(x: x, y: y)
                let name = curve.name.isEmpty ? "" : curve.name + ", "
                let recall = Format.decimal(point.recall, places: 4)
                mark.add(
                    SVGElement(
                        "title",
                        text: "\(name)window \(Format.count(point.window)): \(plot.recallTitle) \(recall), "
                            + "\(PlotAxis.rateLabel(point.queriesPerSecond.rounded(places: 1))) queries/s"))
                group.add(mark)
            }
            return group
        }

        /// The windows next to the marks, and the note that says what these numbers are.
        func windowLabels() -> SVGElement {
            let segments = curves.flatMap { curve in
                zip(curve.points, curve.points.dropFirst()).map {
                    PlotLabels.Segment(startX: $0.x, startY: $0.y, endX: $1.x, endY: $1.y)
                }
            }
            let frame = PlotLabels.Box(x: left + 2, y: top - 6, width: right - left + 14, height: bottom - top + 4)
            var labels = PlotLabels(
                frame: frame, lines: segments, marks: curves.flatMap { $0.points.map { ($0.x, $0.y) } },
                fontSize: Self.labelSize)
            // A white halo keeps a number readable where it cannot avoid a line.
            var group = SVGElement(
                "g",
                [
                    "font-size": SVGValue(Self.labelSize), "fill": Ink.secondary, "text-anchor": "middle",
                    "stroke": "#ffffff", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke",
                ])
            for curve in curves {
                let texts = curve.points.map { (text: String($0.point.window), x: $0.x, y: $0.y) }
                for (text, place) in zip(texts.map(\.text), labels.place(texts)) {
                    guard let place else { continue }
                    let ink = SVGValue(curve.marker.textColor)
                    group.add(
                        SVGElement(
                            "text", ["x": SVGValue(place.x), "y": SVGValue(place.y), "fill": ink], text: text))
                }
            }
            group.add(
                SVGElement(
                    "text",
                    [
                        "x": SVGValue(RecallPlot.size.width - 24), "y": SVGValue(bottom + 46), "text-anchor": "end",
                        "font-size": 12,
                    ], text: "Numbers at the marks: search window"))
            return group
        }

        /// The names of the curves at the right, each as near as it can be to the height at which its curve ends.
        func legend() -> SVGElement {
            var group = SVGElement("g", ["font-size": SVGValue(Self.legendSize), "fill": Ink.text])
            let named = curves.filter { !$0.name.isEmpty }
            let ends = named.map { curve in curve.points.max { $0.x < $1.x }?.y ?? top }
            let heights = Self.spread(
                ends, gap: min(22, (bottom - top) / Double(max(1, named.count))), within: top...bottom)
            for (curve, y) in zip(named, heights) {
                var entry = SVGElement("g")
                entry.add(SVGElement("title", text: curve.name))
                var stroke = rule(x1: right + 20, y1: y, x2: right + 44, y2: y, ink: SVGValue(curve.marker.color))
                stroke.set("stroke-width", 2.25)
                if let dashes = curve.marker.dashes { stroke.set("stroke-dasharray", SVGValue(dashes)) }
                entry.add(stroke)
                entry.add(curve.marker.element(x: right + 32, y: y))
                entry.add(
                    SVGElement(
                        "text", ["x": SVGValue(right + 52), "y": SVGValue(y + 4.5)], text: Self.shortened(curve.name)))
                group.add(entry)
            }
            return group
        }

        private func rule(x1: Double, y1: Double, x2: Double, y2: Double, ink: SVGValue) -> SVGElement {
            SVGElement(
                "line",
                ["x1": SVGValue(x1), "y1": SVGValue(y1), "x2": SVGValue(x2), "y2": SVGValue(y2), "stroke": ink])
        }

        private static func shortened(_ name: String) -> String {
            TextWidth.truncated(name, to: nameLimit)
        }

        /// Moves heights apart to at least `gap`, in their order, within limits that have room for all.
        static func spread(_ heights: [Double], gap: Double, within limits: ClosedRange<Double>) -> [Double] {
            let order = heights.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
            var result = heights
            var next = limits.lowerBound
            for index in order {
                result[index] = max(result[index], next)
                next = result[index] + gap
            }
            var most = limits.upperBound
            for index in order.reversed() {
                result[index] = min(result[index], most)
                most = result[index] - gap
            }
            return result
        }

        /// The text in lines of at most so many columns, broken at spaces; what is too much is cut.
        static func wrapped(_ text: String, columns: Int, lines limit: Int) -> [String] {
            var lines: [String] = []
            for word in text.split(whereSeparator: \.isWhitespace) {
                if let last = lines.last, TextWidth.columns(last) + 1 + TextWidth.columns(String(word)) <= columns {
                    lines[lines.count - 1] = last + " " + word
                } else {
                    lines.append(String(word))
                }
            }
            if lines.count > limit {
                lines[limit - 1] = lines[(limit - 1)...].joined(separator: " ")
                lines.removeSubrange(limit...)
            }
            return lines.map { TextWidth.truncated($0, to: columns) }
        }
    }
}

extension Double {
    /// The number, rounded to so many decimals, for showing.
    fileprivate func rounded(places: Int) -> Double {
        Double(Format.decimal(self, places: places)) ?? self
    }
}
