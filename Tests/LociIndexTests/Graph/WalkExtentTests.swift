// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct WalkExtentTests {
    @Test func aFactorGrowsByItsUnitWithEachDoubling() {
        // 1 + 1024 / 4096.
        let growth = DistanceGrowth(units: 1024)
        #expect(growth.factor(from: 10, to: 10) == 1)
        #expect(growth.factor(from: 10, to: 20) == 1.25)
        #expect(growth.factor(from: 10, to: 40) == 1.5625)
        #expect(growth.factor(from: 10, to: 15) == 1.125)
        #expect(growth.factor(from: 10, to: 30) == 1.25 * 1.125)
        var generator = SeededGenerator("distance growth")
        for _ in 0..<TestSettings.iterations(20) {
            let growth = DistanceGrowth(units: UInt16(generator.below(1 << 16)))
            let from = 1 + generator.below(200)
            let to = from + generator.below(5000)
            #expect(growth.factor(from: from, to: to) <= growth.factor(from: from, to: to + 1))
            #expect(growth.factor(from: from, to: to) >= growth.factor(from: from + 1, to: to + 1))
            #expect(growth.factor(from: from, to: to) >= 1)
        }
    }

    @Test func growthIsTheFourthRootOfTheMedian() {
        #expect(DistanceGrowth(sixteenfold: [1, 16, 1e9]) == DistanceGrowth(units: 4096))
        #expect(DistanceGrowth(sixteenfold: [1]).units == 1)
        #expect(DistanceGrowth(sixteenfold: [.infinity]).units == .max)
        #expect(DistanceGrowth(units: 0).units == 1)
    }

    @Test func aWindowBeyondWhatIsWantedIsTypical() {
        let extent = WalkExtent.typical(
            window: 40, of: 1000, wanted: 10, ranked: 30, growth: DistanceGrowth(units: 1024), offset: 1)
        #expect(extent.most == 120 && extent.least == 20 && extent.wanted == 10 && extent.kept == 30)
        #expect(extent.stretch == 1.5625 && extent.offset == 1 && extent.capacity == 120)
        let short = WalkExtent.typical(window: 10, of: 1000, wanted: 10, ranked: 30, growth: .typical, offset: 0)
        #expect(short.most == 10 && short.least == 10 && short.stretch == .infinity && short.capacity == 30)
        // What follows must be kept.
        let long = WalkExtent.typical(window: 90, of: 100, wanted: 10, ranked: 0, growth: .typical, offset: 0)
        #expect(long.kept == 45 && long.most == 100)
    }

    /// Vectors spread evenly in a space of few dimensions, where the r-th neighbour is r^(1/m) as far.
    @Test(arguments: [2, 4]) func growthTellsTheDimension(dimension: Int) throws {
        var generator = SeededGenerator("growth of \(dimension) dimensions")
        let values = (0..<4000 * dimension).map { _ in generator.float() }
        let coded = try CodedVectors(values, dimension: dimension, metric: .l2, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 16, window: 32))
        let expected = dimension == 2 ? 1.0 : 0.414
        #expect(abs(Double(graph.growth.units) / 4096 - expected) < 0.15 * expected)
    }

    @Test func nothingIsLearnedFromFewOrFromProducts() throws {
        var generator = SeededGenerator("growth of few")
        for (count, metric) in [(1023, Metric.l2), (2000, .ip)] {
            let values = (0..<count * 4).map { _ in generator.float() }
            let coded = try CodedVectors(values, dimension: 4, metric: metric, quantization: .lvq8)
            #expect(try coded.graph(BuildParameters(maximumDegree: 8, window: 16)).growth == .typical)
        }
    }

    /// All distances are the same, and the farther of any two ranks is no farther.
    @Test func duplicatesTeachNothingAndAreFound() throws {
        let coded = try CodedVectors(
            [Float](repeating: 0.5, count: 8 * 2000), dimension: 8, metric: .l2, quantization: .lvq4x8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 16, window: 32))
        defer { withExtendedLifetime(graph) {} }
        #expect(graph.growth == .typical)
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let found = try searcher.search(
            [Float](repeating: 0.5, count: 8), in: coded.view(graph, maximumDegree: 16), count: 10, window: 40)
        #expect(found.count == 10 && Set(found.map(\.slot)).count == 10)
    }
}
