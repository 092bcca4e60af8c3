// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@testable import LociCommand

@Suite struct OutputPlotTests {
    private static func plot(
        _ series: [RecallPlot.Series], title: String = "Recall and speed", subtitle: String = "One thread"
    ) -> RecallPlot {
        RecallPlot(title: title, subtitle: subtitle, recallTitle: "Recall@10", series: series)
    }

    private static func series(_ name: String, _ points: [(Double, Double, Int)]) -> RecallPlot.Series {
        RecallPlot.Series(
            name: name,
            points: points.map { RecallPlot.Point(recall: $0.0, queriesPerSecond: $0.1, window: $0.2) })
    }

    private static let typical = plot(
        [
            series(
                "lvq4x8",
                [
                    (0.8711, 71_500, 10), (0.9353, 54_800, 20), (0.9679, 40_200, 35), (0.9832, 31_300, 50),
                    (0.9923, 22_100, 80), (0.9968, 15_400, 130), (0.9989, 9_800, 220), (0.9996, 6_100, 400),
                ]),
            series(
                "lvq8",
                [
                    (0.8802, 52_000, 10), (0.9391, 41_100, 20), (0.9701, 30_900, 35), (0.9843, 24_800, 50),
                    (0.9929, 17_600, 80), (0.9971, 12_300, 130), (0.9990, 7_900, 220), (0.9997, 4_900, 400),
                ]),
            series(
                "float32",
                [
                    (0.8817, 19_400, 10), (0.9402, 14_800, 20), (0.9712, 10_700, 35), (0.9850, 8_300, 50),
                    (0.9934, 5_900, 80), (0.9974, 4_000, 130), (0.9991, 2_600, 220), (1.0, 1_600, 400),
                ]),
            series(
                "hnswlib, M 16",
                [
                    (0.8104, 16_100, 10), (0.8893, 11_900, 20), (0.9398, 8_600, 35), (0.9620, 6_700, 50),
                    (0.9821, 4_700, 80), (0.9922, 3_200, 130), (0.9967, 2_100, 220), (0.9988, 1_250, 400),
                ]),
        ], title: "Fashion-MNIST: 60,000 images × 784 dimensions, squared L2",
        subtitle: "10,000 queries, one thread of a 2.6 GHz processor; R 32, α 1.2; search from the memory map")

    private static let plots: [(name: String, plot: RecallPlot)] = [
        ("typical", typical),
        (
            "low",
            plot([series("lvq4", [(0.41, 90_000, 10), (0.62, 50_000, 20), (0.81, 21_000, 50), (0.93, 900, 500)])])
        ),
        ("empty", plot([])),
        ("one", plot([series("exact", [(1, 812, 10)])])),
        ("equal", plot([series("a", [(0.97, 100, 10), (0.97, 100, 20)]), series("b", [(0.97, 100, 10)])])),
        (
            "hostile",
            plot(
                [
                    series(
                        "<b>&\"quoted\"\u{1} and a very long name of a series", [(0.5, 0.002, -1), (1.5, 3e9, Int.max)]),
                    series("", [(.nan, 5, 1), (0.5, .infinity, 1), (0.5, 0, 1), (0.5, -3, 1), (-.infinity, 1, 1)]),
                ], title: "</svg><script>alert(1)</script>", subtitle: String(repeating: "word ", count: 100))
        ),
        (
            "many",
            plot(
                (0..<24).map { index in
                    series(
                        "series \(index)",
                        (0..<4).map { (0.9 + 0.03 * Double($0), 30_000 / Double(index + 1) / Double($0 + 1), $0) })
                })
        ),
    ]

    @Test(arguments: plots.indices)
    func golden(index: Int) throws {
        let (name, plot) = Self.plots[index]
        try expectGolden(plot.svg(), "plot-\(name).svg")
    }

    @Test(arguments: plots.indices)
    func isWellFormed(index: Int) {
        #expect(XMLCheck.isWellFormed(Self.plots[index].plot.svg()))
    }

    @Test func checkOfFormFindsFaults() {
        #expect(!XMLCheck.isWellFormed("<svg><g></svg>"))
        #expect(!XMLCheck.isWellFormed("<svg a=\"<\"/>"))
    }

    /// Whatever is measured, the drawing is made, is well-formed, and has no number that viewers refuse.
    @Test func anyNumbers() {
        var random = SeededGenerator(fresh: #function)
        let odd: [Double] = [
            0, 1, -1, .nan, .infinity, -.infinity, 1e300, Double.leastNonzeroMagnitude, 1e-9, 1 - 1e-12, 0.5,
        ]
        for _ in 0..<TestSettings.iterations(500) / 5 {
            let drawn = Self.plot(
                (0..<Int.random(in: 0..<5, using: &random)).map { index in
                    Self.series(
                        "s\(index)",
                        (0..<Int.random(in: 0..<7, using: &random)).map { _ in
                            let isOdd = Int.random(in: 0..<4, using: &random) == 0
                            let recall =
                                isOdd ? odd.randomElement(using: &random) : Double.random(in: 0...1, using: &random)
                            let rate =
                                isOdd ? odd.randomElement(using: &random) : Double.random(in: 1...1e5, using: &random)
                            return (recall ?? 0, rate ?? 0, Int.random(in: -5...500, using: &random))
                        })
                }
            ).svg()
            #expect(XMLCheck.isWellFormed(drawn), "\(random)")
            #expect(!drawn.contains("nan\"") && !drawn.contains("inf\"") && !drawn.contains("e+"), "\(random)")
        }
    }

    // MARK: Axes

    @Test func recallAxisOpensUpNearOne() {
        let axis = PlotAxis.recall([0.81, 0.9, 0.999, 1], pixels: 700)
        #expect(axis.lowest == 0.8 && axis.highest == 1)
        #expect(axis.position(0.8) == 0 && axis.position(1) == 1)
        #expect(axis.position(0.999) - axis.position(0.99) > axis.position(0.9) - axis.position(0.89))
        #expect(axis.ticks.contains(0.99))
        for (lower, upper) in zip(axis.ticks, axis.ticks.dropFirst()) {
            #expect((axis.position(upper) - axis.position(lower)) * 700 >= 45.9)
        }
    }

    @Test func recallAxisIsLinearForLowRecalls() {
        let axis = PlotAxis.recall([0.41, 0.93], pixels: 700)
        #expect(axis.scale == .linear)
        #expect(axis.ticks == [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
        #expect(PlotAxis.recall([0.5], pixels: 700).ticks.count >= 3)
        #expect(PlotAxis.recall([0.6, 0, 0.8], pixels: 400).ticks == [0, 0.2, 0.4, 0.6, 0.8])
    }

    @Test func axesHoldEveryValue() {
        var random = SeededGenerator(fresh: #function)
        for _ in 0..<TestSettings.iterations(500) {
            let recalls = (0..<5).map { _ in 1 - pow(10, -Double.random(in: 0...6, using: &random)) }
            let recall = PlotAxis.recall(recalls, pixels: 700)
            #expect(recalls.allSatisfy { recall.lowest <= $0 && $0 <= recall.highest }, "\(random) \(recalls)")
            #expect(recall.ticks == recall.ticks.sorted() && recall.ticks.count >= 2, "\(random) \(recalls)")
            #expect(recall.ticks.count <= 16, "\(random) \(recalls)")
            let rates = (0..<5).map { _ in pow(10, Double.random(in: -4...11, using: &random)) }
            let rate = PlotAxis.logarithmic(rates)
            #expect(rates.allSatisfy { rate.lowest <= $0 && $0 <= rate.highest }, "\(random) \(rates)")
            #expect(rate.ticks.first == rate.lowest && rate.ticks.last == rate.highest, "\(random) \(rates)")
            #expect((2...18).contains(rate.ticks.count), "\(random) \(rates)")
        }
    }

    @Test func tickLabels() {
        #expect(
            [0, 0.8, 0.95, 0.995, 0.9998, 1].map(PlotAxis.recallLabel) == [
                "0.00", "0.80", "0.95", "0.995", "0.9998", "1.00",
            ])
        #expect([0.002, 0.5, 1, 20, 50_000].map(PlotAxis.rateLabel) == ["0.002", "0.5", "1", "20", "50,000"])
        #expect(PlotAxis.logarithmic([1500, 40_000]).ticks == [1000, 2000, 5000, 10_000, 20_000, 50_000])
        #expect(
            PlotAxis.logarithmic([1, 3e6]).ticks == [0.1, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000])
    }

    // MARK: Labels

    @Test func labelsKeepApart() throws {
        let frame = PlotLabels.Box(x: 0, y: 0, width: 200, height: 200)
        var labels = PlotLabels(
            frame: frame, lines: [.init(startX: 0, startY: 60, endX: 200, endY: 140)], marks: [(100, 100)], fontSize: 10
        )
        let mark = [(text: "12", x: 100.0, y: 100.0)]
        let above = labels.place(mark)
        let first = try #require(above[0])
        #expect(first.x > 100 && first.y < 100)
        let below = labels.place(mark)
        let second = try #require(below[0])
        #expect(second.x < 100 && second.y > 100)
        var placed = 2
        while labels.place(mark) != [nil] { placed += 1 }
        #expect((3...8).contains(placed))
        let outside = labels.place([("12", 500, 500)])
        #expect(outside == [nil])
    }

    /// A line close above the second mark: all labels of the curve go below it.
    @Test func labelsOfACurveKeepToOneSide() {
        let frame = PlotLabels.Box(x: 0, y: 0, width: 300, height: 300)
        var labels = PlotLabels(
            frame: frame, lines: [.init(startX: 150, startY: 90, endX: 300, endY: 90)],
            marks: [(50, 100), (150, 100), (250, 100)], fontSize: 10)
        let places = labels.place([("1", 50, 100), ("2", 150, 100), ("3", 250, 100)])
        #expect(places.allSatisfy { place in place.map { $0.y > 100 } == true })
    }

    @Test func segmentsMeetBoxes() {
        let box = PlotLabels.Box(x: 10, y: 10, width: 10, height: 10)
        #expect(box.meets(.init(startX: 0, startY: 15, endX: 30, endY: 15)))
        #expect(box.meets(.init(startX: 12, startY: 12, endX: 13, endY: 13)))
        #expect(box.meets(.init(startX: 0, startY: 22, endX: 22, endY: 0)))
        #expect(!box.meets(.init(startX: 0, startY: 15, endX: 9, endY: 15)))
        #expect(!box.meets(.init(startX: 0, startY: 18, endX: 18, endY: 0)))
        #expect(!box.meets(.init(startX: 15, startY: 0, endX: 15, endY: 9)))
    }

    @Test func legendIsSpread() {
        #expect(RecallPlot.Layout.spread([5, 5, 90], gap: 20, within: 0...100) == [5, 25, 90])
        #expect(RecallPlot.Layout.spread([99, 98, 100], gap: 20, within: 0...100) == [80, 60, 100])
    }

    // MARK: SVG

    @Test func elements() {
        var root = SVGElement(
            "g", ["id": "a<b\"", "x": 1.255001, "y": SVGValue(-0.001), "w": 100, "h": SVGValue(1e20)])
        #expect(
            root.rendered()
                == "<g id=\"a&lt;b&quot;\" x=\"1.26\" y=\"0\" w=\"100\" h=\"1e+20\"/>\n")
        root = SVGElement("g")
        root.add(SVGElement("text", text: "1 < 2 & \u{0}\n"))
        #expect(root.rendered() == "<g>\n  <text>1 &lt; 2 &amp; \u{FFFD}&#10;</text>\n</g>\n")
    }
}
