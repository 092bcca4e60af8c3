// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Maps of collections, the graph that goes with one, and traces.
@Suite struct MapTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        vectors = try RandomVectors(count: 2_300, dimension: 12)
    }

    @Test(arguments: [Metric.l2, .ip, .cosine])
    func placesVectors(metric: Metric) throws {
        let collection = try database.buildCollection("a", .quick(metric, .float32), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            _ = try rows.setAttributes(VectorID(row: 7), Attributes(["year": 7]))
            for row in stride(from: 5, to: 2_300, by: 29) { try rows.remove(VectorID(row: row)) }
        }
        let map = try collection.map()
        #expect(map.points.count == (try collection.count) && map.count == map.points.count)
        #expect(map.points.map(\.slot) == map.points.map(\.slot).sorted())
        for point in map.points {
            let place = try map.place(of: try #require(try collection.get(point.id)))
            #expect(abs(place.x - point.x) < 1e-5 && abs(place.y - point.y) < 1e-5)
            #expect((point.attributes != nil) == (point.id == VectorID(row: 7)))
        }
        let again = try collection.points(at: map.points.map(\.slot), on: map)
        #expect(again.map { [$0.x, $0.y] } == map.points.map { [$0.x, $0.y] })
        #expect(again.map(\.id) == map.points.map(\.id))
        #expect(map.shares[0] >= map.shares[1] && map.shares[1] > 0 && map.shares.reduce(0, +) < 1)
        #expect(throws: IndexError.dimensionMismatch(found: 3, expected: 12)) { try map.place(of: [1, 2, 3]) }
        let some = try collection.map(sample: 100)
        #expect(some.points.count == 100 && Set(some.points.map(\.id)).count == 100)
        #expect(try some.points == collection.map(sample: 100).points)
        #expect(try some.points != collection.map(sample: 100, seed: 1).points)
        #expect(try collection.graph(of: some, limit: .max) == nil)
    }

    @Test func graphOfAMap() throws {
        let collection = try database.buildCollection("a", .quick(.l2, .lvq8), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in stride(from: 5, to: 2_300, by: 29) { try rows.remove(VectorID(row: row)) }
        }
        let map = try collection.map()
        let bytes = map.points.count * (12 + 4 * 16)
        #expect(try collection.graph(of: map, limit: bytes - 1) == nil)
        let graph = try #require(try collection.graph(of: map, limit: bytes))
        #expect(graph.codes.count == map.points.count * 12 && graph.ends.count == map.points.count)
        #expect(graph.entries.allSatisfy { $0 < map.points.count } && graph.entries.count > 1)
        for (number, point) in map.points.enumerated() {
            let start = number == 0 ? 0 : Int(graph.ends[number - 1])
            let links = graph.links[start..<Int(graph.ends[number])].map { map.points[Int($0)].id }
            #expect(try Set(links) == Set(#require(try collection.links(of: point.id)).map(\.id)))
            let vector = try #require(try collection.get(point.id))
            for component in 0..<12 {
                let value = graph.lows[number] + graph.steps[number] * Float(graph.codes[number * 12 + component])
                #expect(abs(value - vector[component]) <= graph.steps[number] * 0.51)
            }
        }
    }

    @Test func tracesAreSearches() throws {
        for (metric, quantization) in [(Metric.l2, Quantization.lvq4x8), (.ip, .lvq8), (.cosine, .float32)] {
            let collection = try database.buildCollection("\(metric)", .quick(metric, quantization), from: vectors)
            for row in [0, 400, 2_299] {
                let trace = try collection.trace(vectors[row], k: 7, window: 25)
                #expect(try trace.neighbors == collection.search(vectors[row], k: 7, window: 25))
                var results = SearchResults()
                let explanation = try collection.explain(
                    vectors[row], SearchOptions(k: 7, window: 25), into: &results)
                #expect(trace.explanation == explanation && trace.hops.count == explanation.expanded)
                #expect(trace.window == 25 && trace.neighborSlots == results.slots)
                for hop in trace.hops {
                    guard let origin = hop.origin else {
                        #expect(trace.entries.contains(hop.id))
                        continue
                    }
                    let links = try #require(try collection.links(of: trace.hops[origin].id))
                    #expect(links.contains { $0.id == hop.id })
                }
            }
            let own = try collection.trace(slot: 400, k: 7)
            let got = try #require(try collection.get(VectorID(row: 400)))
            #expect(try own == collection.trace(got, k: 7))
            #expect(throws: IndexError.rowOutOfRange(row: 2_300, count: 2_300)) { try collection.trace(slot: 2_300) }
            #expect(indexError { _ = try collection.trace([1, 2]) } == .dimensionMismatch(found: 2, expected: 12))
            #expect(indexError { _ = try collection.trace(vectors[0], k: 0) } != nil)
        }
    }

    @Test func smallCollections() throws {
        let collection = try database.createCollection("a", .quick(.cosine, .lvq4x8))
        #expect(lociError { _ = try collection.map() } == .emptyCollection(name: "a"))
        #expect(lociError { _ = try collection.trace(vectors[0]) } == .emptyCollection(name: "a"))
        try database.write { try $0.collection("a").add("one", vectors: [vectors[0], vectors[1]], attributes: nil) }
        try database.write { try $0.collection("a").add("two", vectors[2], attributes: Attributes(["a": 1])) }
        let map = try collection.map()
        #expect(map.points.map(\.id) == ["one", "one", "two"])
        // There is no graph, but what can be measured.
        let graph = try #require(try collection.graph(of: map, limit: 3 * 12))
        #expect(graph.links.isEmpty && graph.entries.isEmpty && graph.ends == [0, 0, 0] && graph.codes.count == 36)
        #expect(try collection.graph(of: map, limit: 3 * 12 - 1) == nil)
        let trace = try collection.trace(vectors[1], k: 10)
        #expect(trace.hops.isEmpty && trace.entries.isEmpty && trace.neighbors.first?.id == "one")
        #expect(trace.neighbors.count == 3)
        #expect(indexError { _ = try collection.map(sample: 0) } != nil)
        let calls = CallCounter()
        _ = try collection.map { _ = calls.next() }
        #expect(calls.next() == 3)
    }
}
