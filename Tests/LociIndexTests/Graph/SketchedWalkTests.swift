// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

/// Walks that sift neighbours by sketches and begin at a table of entry points.
@Suite struct SketchedWalkTests {
    private static let dimension = 256
    private static let degree = 12

    /// Vectors in clusters, of enough dimensions for sketches, and their graph.
    private struct Field {
        let coded: CodedVectors
        let graph: GraphBuilder.Graph
        let queries: [[Float]]

        init(_ metric: Metric, _ quantization: Quantization, count: Int, _ generator: inout SeededGenerator) throws {
            let values = TestVectors.clustered(
                count: count + 40, dimension: dimension, clusters: 20, spread: 1, &generator)
            coded = try CodedVectors(
                Array(values[..<(count * dimension)]), dimension: dimension, metric: metric,
                quantization: quantization)
            graph = try coded.graph(BuildParameters(maximumDegree: degree, window: 24))
            queries = (count..<count + 40).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
        }

        func view(sketches: Bool, entries: Bool) -> GraphView {
            coded.view(graph, maximumDegree: degree, hasSketches: sketches, hasEntries: entries)
        }

        func searcher() -> Searcher { Searcher(layout: coded.layout, space: coded.space) }
    }

    /// Sketches drop a neighbour whose estimate is half a deviation too far: of the true neighbours that a walk without
    /// them finds, a few are lost, so answers are nearly the same. Fewer distances are taken for them.
    @Test(arguments: Metric.allCases, [Quantization.lvq4, .lvq4x8])
    func answersAreNearlyThoseWithout(metric: Metric, quantization: Quantization) throws {
        var generator = SeededGenerator("sketched walks \(metric) \(quantization)")
        let field = try Field(metric, quantization, count: 1_000, &generator)
        defer { withExtendedLifetime(field.coded) {} }
        let searcher = field.searcher()
        var same = 0
        var firsts = 0
        var without = (distances: 0, sketches: 0)
        var with = without
        func search(
            _ query: [Float], sketches: Bool, _ counts: inout (distances: Int, sketches: Int)
        ) throws
            -> [UInt32: Float]
        {
            let found = try searcher.search(
                query, in: field.view(sketches: sketches, entries: true), count: 10, window: 30)
            #expect(found.count == 10)
            counts.distances += searcher.visitedCounts.distances
            counts.sketches += searcher.visitedCounts.sketches
            return Dictionary(uniqueKeysWithValues: found.map { ($0.slot, $0.distance) })
        }
        for query in field.queries {
            let all = try search(query, sketches: false, &without)
            let sifted = try search(query, sketches: true, &with)
            let common = sifted.filter { all[$0.key] != nil }
            same += common.count
            // What both found is at the same distance.
            #expect(common.allSatisfy { all[$0.key]?.bitPattern == $0.value.bitPattern })
            firsts += all.values.min() == sifted.values.min() ? 1 : 0
        }
        print("\(metric), \(quantization): \(same) of 400 the same, \(firsts) firsts; \(without), \(with)")
        #expect(same >= 388)
        #expect(firsts >= 38)
        #expect(without.sketches == 0 && with.sketches > 0)
        #expect(Double(with.distances) < 0.9 * Double(without.distances))
    }

    /// While there is room in the buffer nothing is dropped, and there is room for all.
    @Test(arguments: [Quantization.lvq4, .lvq4x4, .lvq4x8])
    func aWindowOfAllVectorsFindsAll(quantization: Quantization) throws {
        var generator = SeededGenerator("window of all \(quantization)")
        let field = try Field(.l2, quantization, count: 400, &generator)
        defer { withExtendedLifetime(field.coded) {} }
        let searcher = field.searcher()
        for entries in [false, true] {
            let view = field.view(sketches: true, entries: entries)
            for query in field.queries.prefix(5) {
                for count in [1, 10, 400] {
                    let walked = try searcher.search(query, in: view, count: count, window: 400)
                    let scanned = try searcher.scan(query, in: view, count: count)
                    #expect(walked.map(\.slot) == scanned.map(\.slot))
                    #expect(walked.map(\.distance) == scanned.map(\.distance))
                }
            }
        }
    }

    /// The entry point is measured whatever the table says, so a table of vectors that lead nowhere loses nothing.
    @Test func theEntryPointIsAlwaysEntered() throws {
        var generator = SeededGenerator("entry point besides entries")
        let field = try Field(.l2, .lvq4x8, count: 400, &generator)
        defer { withExtendedLifetime(field.coded) {} }
        let entries = try #require(field.graph.entries)
        // All entries are one vertex, and its list leads to itself alone.
        let trap: UInt32 = field.graph.entryPoint == 7 ? 8 : 7
        let list = UnsafeMutableRawPointer(field.graph.adjacency[Int(trap)])
        for place in 0..<Self.degree {
            list.storeBytes(of: place == 0 ? trap : Adjacency.unused, toByteOffset: 4 * place, as: UInt32.self)
        }
        for entry in 0..<entries.layout.entries {
            UnsafeMutableRawPointer(entries.table.base).storeBytes(
                of: trap.littleEndian, toByteOffset: entries.layout.slotsOffset + 4 * entry, as: UInt32.self)
        }
        let searcher = field.searcher()
        let view = field.view(sketches: true, entries: true)
        for query in field.queries.prefix(5) {
            #expect(try searcher.search(query, in: view, count: 10, window: 20).count == 10)
        }
    }

    @Test(arguments: [1, 3, 8])
    func turnsChangeNoAnswer(lanes: Int) throws {
        var generator = SeededGenerator("sketched turns \(lanes)")
        let field = try Field(.cosine, .lvq4x8, count: 600, &generator)
        defer { withExtendedLifetime(field.coded) {} }
        let view = field.view(sketches: true, entries: true)
        let searchers = (0..<lanes).map { _ in field.searcher() }
        func reach(_ query: Int) -> Searcher.Reach { query % 7 == 6 ? .everything() : .window(1 + query * 7 % 40) }
        func finish(_ searcher: Searcher) -> ([UInt32], [UInt32]) {
            var slots = [UInt32](repeating: .max, count: 10)
            var distances = [Float](repeating: .nan, count: 10)
            #expect(searcher.finish(slots: &slots, distances: &distances) == 10)
            return (slots, distances.map(\.bitPattern))
        }
        var together = [([UInt32], [UInt32])?](repeating: nil, count: field.queries.count)
        try InterleavedSearch.run(searchers, count: field.queries.count) { searcher, query in
            try searcher.begin(field.queries[query], in: view, count: 10, reach: reach(query))
        } finish: { searcher, query in
            #expect(together[query] == nil)
            together[query] = finish(searcher)
        }
        let alone = field.searcher()
        for query in field.queries.indices {
            try alone.begin(field.queries[query], in: view, count: 10, reach: reach(query))
            while try alone.advance() {}
            #expect(together[query].map { $0 == finish(alone) } == true, "\(query)")
        }
    }

    @Test func damagedTablesAndSketches() throws {
        var generator = SeededGenerator("damaged hints")
        let field = try Field(.l2, .lvq4, count: 400, &generator)
        defer { withExtendedLifetime(field.coded) {} }
        let entries = try #require(field.graph.entries)
        let view = field.view(sketches: true, entries: true)
        let searcher = field.searcher()
        #expect(GraphInvariants.violations(of: view).isEmpty)
        let good = Array(UnsafeBufferPointer(start: entries.table.base, count: entries.layout.bytes))
        for stranger: UInt32 in [400, 1 << 31, .max] {
            for entry in 0..<entries.layout.entries {
                UnsafeMutableRawPointer(entries.table.base).storeBytes(
                    of: stranger.littleEndian, toByteOffset: entries.layout.slotsOffset + 4 * entry, as: UInt32.self)
            }
            #expect(
                throws: IndexError.corrupt("the entry table names slot \(stranger), but there are 400 slots")
            ) {
                try searcher.search(field.queries[0], in: view, count: 3, window: 20)
            }
            // The searcher serves on.
            #expect(
                try searcher.search(
                    field.queries[0], in: field.view(sketches: true, entries: false), count: 3, window: 20
                ).count == 3)
            let found = GraphInvariants.violations(of: view, limit: 1_000)
            #expect(found.count == entries.layout.entries)
            #expect(found.allSatisfy { $0.slot == nil && $0.what.contains("\(stranger)") })
        }
        entries.table.base.update(from: good, count: good.count)
        let sketches = try #require(field.coded.sketches)
        for _ in 0..<TestSettings.iterations(20) {
            let bytes = generator.bytes(400 * sketches.stride)
            sketches.base.update(from: bytes, count: bytes.count)
            // Whatever is dropped, the buffer is full before.
            #expect(try searcher.search(field.queries[1], in: view, count: 3, window: 20).count == 3)
        }
        #expect(!GraphInvariants.violations(of: view).isEmpty)
    }

    /// Clusters so far apart that few edges lead from one to another: from the medoid a small window misses some.
    @Test(arguments: Metric.allCases)
    func entriesFindFarClusters(metric: Metric) throws {
        var generator = SeededGenerator("far clusters \(metric)")
        let dimension = 24
        let count = 3_000
        let queryCount = 100
        let values = TestVectors.clustered(
            count: count + queryCount, dimension: dimension, clusters: 50, spread: 0.04, &generator)
        let coded = try CodedVectors(
            Array(values[..<(count * dimension)]), dimension: dimension, metric: metric, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
        defer { withExtendedLifetime((coded, graph)) {} }
        let searcher = Searcher(layout: coded.layout, space: coded.space)
        func hits(_ view: GraphView, window: Int) throws -> Int {
            try (count..<count + queryCount).reduce(0) { hits, row in
                let query = Array(values[row * dimension..<(row + 1) * dimension])
                let wanted = Set(try searcher.scan(query, in: view, count: 10).map(\.slot))
                let found = try searcher.search(query, in: view, count: 10, window: window)
                return hits + found.count { wanted.contains($0.slot) }
            }
        }
        for window in [10, 30] {
            let without = try hits(coded.view(graph, maximumDegree: 8), window: window)
            let with = try hits(coded.view(graph, maximumDegree: 8, hasEntries: true), window: window)
            print("far clusters, \(metric), window \(window): \(without) without, \(with) with entries of 1000")
            #expect(with >= without)
        }
    }
}
