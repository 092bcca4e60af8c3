// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// The way of a walk, against what the search itself tells.
@Suite struct WalkTraceTests {
    private func trace(
        _ searcher: Searcher, _ query: [Float], in view: GraphView, count: Int, reach: Searcher.Reach,
        hidden: UInt32? = nil
    ) throws -> (trace: WalkTrace, found: [UInt32], distances: [Float]) {
        var slots = [UInt32](repeating: .max, count: count)
        var distances = [Float](repeating: .nan, count: count)
        let (trace, found) = try searcher.trace(
            query.span.bytes, in: view, count: count, reach: reach, hidden: hidden, slots: &slots,
            distances: &distances)
        return (trace, Array(slots[..<found]), Array(distances[..<found]))
    }

    @Test(arguments: [Metric.l2, .ip, .cosine], [Quantization.lvq8, .lvq4x8, .float32])
    func isWhatTheSearchDid(metric: Metric, quantization: Quantization) throws {
        var generator = SeededGenerator("trace \(metric) \(quantization)")
        let dimension = 12
        let coded = try CodedVectors(
            TestVectors.clustered(count: 2_000, dimension: dimension, clusters: 20, &generator), dimension: dimension,
            metric: metric, quantization: quantization)
        let graph = try coded.graph(BuildParameters(maximumDegree: 12, window: 24))
        for hasSketches in [false, true] {
            let view = coded.view(graph, maximumDegree: 12, hasSketches: hasSketches, hasEntries: true)
            let searcher = Searcher(layout: coded.layout, space: coded.space)
            for window in [1, 10, 60] {
                let query = generator.normals(dimension)
                let expected = try searcher.search(query, in: view, count: 5, window: window)
                let visited = searcher.visitedCounts
                let (trace, found, distances) = try trace(
                    searcher, query, in: view, count: 5, reach: .window(window))
                #expect(found == expected.map(\.slot) && distances == expected.map(\.distance))
                #expect(searcher.visitedCounts == visited)
                #expect(trace.hops.count == visited.expanded)
                try expectSound(trace, graph, searcher, query, view, maximumDegree: 12)
            }
        }
        withExtendedLifetime((coded, graph)) {}
    }

    /// Each hop was met from the list of the one before it, and is as far as it says.
    private func expectSound(
        _ trace: WalkTrace, _ graph: GraphBuilder.Graph, _ searcher: Searcher, _ query: [Float], _ view: GraphView,
        maximumDegree: Int
    ) throws {
        #expect(trace.entries.first == view.entryPoint)
        #expect(Set(trace.hops.map(\.slot)).count == trace.hops.count)
        var met = Set(trace.entries)
        for (place, hop) in trace.hops.enumerated() {
            #expect(met.contains(hop.slot))
            if let origin = hop.origin {
                #expect(origin < place && !trace.entries.contains(hop.slot))
                let list = Adjacency.neighbours(
                    graph.adjacency[Int(trace.hops[origin].slot)], maximumDegree: maximumDegree)
                #expect(list.contains(hop.slot))
                #expect(trace.depth(of: hop.slot) == (trace.depth(of: trace.hops[origin].slot) ?? 0) + 1)
            } else {
                #expect(trace.entries.contains(hop.slot) && trace.depth(of: hop.slot) == 0)
            }
            let list = Adjacency.neighbours(graph.adjacency[Int(hop.slot)], maximumDegree: maximumDegree)
            // The filter of what was met may forget, but tells nothing new that it never saw.
            #expect(hop.met >= Set(list).subtracting(met).count)
            met.formUnion(list)
            try searcher.query.prepare(query)
            var row: UnsafePointer<UInt8>? = view.codes.record(hop.slot)
            var distance: Float = 0
            searcher.query.firstLevel(&row, count: 1, output: &distance)
            #expect(searcher.query.finish(distance) == hop.distance)
        }
        #expect(trace.depth(of: .max - 1) == nil)
    }

    @Test func hidesAVectorAndScansWithoutAGraph() throws {
        var generator = SeededGenerator()
        let coded = try CodedVectors(
            generator.normals(600 * 8), dimension: 8, metric: .l2, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        let view = coded.view(graph, maximumDegree: 8)
        for row in [3, 77, 599] {
            let hidden = try trace(
                searcher, coded.vector(row), in: view, count: 4, reach: .window(20), hidden: UInt32(row))
            #expect(!hidden.found.contains(UInt32(row)) && !hidden.trace.hops.map(\.slot).contains(UInt32(row)))
            let seen = try trace(searcher, coded.vector(row), in: view, count: 4, reach: .window(20))
            #expect(seen.found.first == UInt32(row))
        }
        let scan = try trace(searcher, coded.vector(5), in: coded.view(), count: 4, reach: .window(20))
        #expect(scan.trace.hops.isEmpty && scan.trace.entries.isEmpty && scan.found.first == 5)
        withExtendedLifetime((coded, graph)) {}
    }
}
