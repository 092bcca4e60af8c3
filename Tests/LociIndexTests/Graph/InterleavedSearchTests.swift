// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociIndex

@Suite struct InterleavedSearchTests {
    /// What a search found.
    private struct Answer: Equatable {
        var slots: [UInt32] = []
        var distances: [Float] = []
    }

    @Test(arguments: [Quantization.float32, .lvq8, .lvq4, .lvq4x8], [1, 3, 4, 9])
    func turnsChangeNoAnswer(kind: Quantization, lanes: Int) throws {
        var generator = SeededGenerator("turns \(kind) \(lanes)")
        let dimension = 12
        let coded = try CodedVectors(
            generator.normals(700 * dimension), dimension: dimension, metric: .l2, quantization: kind)
        let graph = try coded.graph(BuildParameters(maximumDegree: 8, window: 16))
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph, maximumDegree: 8)
        let searchers = (0..<lanes).map { _ in Searcher(layout: coded.layout, space: coded.space) }
        for count in [0, 1, lanes - 1, lanes, 30] {
            let queries = (0..<count).map { _ in generator.normals(dimension) }
            // Queries of different lengths of way, some over everything.
            func reach(_ query: Int) -> Searcher.Reach { query % 5 == 4 ? .everything() : .window(1 + query * 7 % 40) }
            var answers = [Answer?](repeating: nil, count: count)
            try InterleavedSearch.run(searchers, count: count) { searcher, query in
                try searcher.begin(queries[query], in: view, count: 10, reach: reach(query))
            } finish: { searcher, query in
                #expect(answers[query] == nil)
                answers[query] = Self.finish(searcher)
            }
            for query in 0..<count {
                try searchers[0].begin(queries[query], in: view, count: 10, reach: reach(query))
                while try searchers[0].advance() {}
                let alone = Self.finish(searchers[0])
                #expect(alone.slots.count == 10)
                #expect(answers[query] == alone)
            }
        }
    }

    @Test func anErrorNamesItsQueryAndTheSearchersServeOn() throws {
        let coded = try CodedVectors([1, 2, 3, 4, 5], dimension: 1, metric: .l2, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters())
        defer { withExtendedLifetime((coded, graph)) {} }
        let view = coded.view(graph)
        let searchers = (0..<2).map { _ in Searcher(layout: coded.layout, space: coded.space) }
        let queries: [Float] = [1, 2, .nan, 4]
        #expect(throws: IndexError.notFinite(row: 2, component: 0)) {
            try InterleavedSearch.run(searchers, count: 4) { searcher, query in
                try searcher.begin([queries[query]], in: view, count: 1, reach: .window(2))
            } finish: { searcher, _ in
                _ = Self.finish(searcher)
            } naming: { _, query in
                .notFinite(row: query, component: 0)
            }
        }
        #expect(try searchers[0].search([4], in: view, count: 1, window: 2).map(\.slot) == [3])
        #expect(try searchers[1].search([2], in: view, count: 1, window: 2).map(\.slot) == [1])
    }

    private static func finish(_ searcher: Searcher) -> Answer {
        var slots = [UInt32](repeating: .max, count: 10)
        var distances = [Float](repeating: .nan, count: 10)
        let found = searcher.finish(slots: &slots, distances: &distances)
        return Answer(slots: Array(slots.prefix(found)), distances: Array(distances.prefix(found)))
    }
}
