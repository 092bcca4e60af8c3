// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

/// Edits leave a graph that answers as one that is built anew over the same vectors.
@Suite struct GraphEditorRecallTests {
    private static let dimension = 16
    private static let count = 2_000
    private static let queryCount = 400
    private static let parameters = BuildParameters(maximumDegree: 16, window: 32)
    /// How much less recall@10 may be.
    private static let tolerance = 0.015

    /// Twice as many vectors as are in a graph at a time, and queries.
    private let vectors: CodedVectors
    private let queries: [[Float]]
    private var generator = SeededGenerator("recall after edits")

    init() throws {
        let values = TestVectors.clustered(
            count: 2 * Self.count + Self.queryCount, dimension: Self.dimension, clusters: 80, &generator)
        let split = 2 * Self.count * Self.dimension
        vectors = try CodedVectors(
            Array(values[..<split]), dimension: Self.dimension, metric: .l2, quantization: .lvq4x8)
        queries = stride(from: split, to: values.count, by: Self.dimension).map {
            Array(values[$0..<$0 + Self.dimension])
        }
    }

    /// The vectors that a graph holds, by row, and the same graph built anew.
    private func rebuilt(_ graph: EditedGraph) throws -> (rows: [Int], vectors: CodedVectors, graph: EditedGraph) {
        let rows = graph.rows.values.sorted()
        let held = try CodedVectors(
            rows.flatMap(vectors.vector), dimension: Self.dimension, metric: .l2, quantization: .lvq4x8)
        let fresh = try EditedGraph(held, built: rows.count, capacity: rows.count, parameters: Self.parameters)
        return (rows, held, fresh)
    }

    /// Compares recall@10 with that of a graph which is built anew.
    private func check(_ graph: EditedGraph, _ what: String) throws {
        #expect(graph.violations().isEmpty)
        let (rows, held, fresh) = try rebuilt(graph)
        let truth = try ExactNeighbours.find(
            in: held.source, queries: try VectorArray(queries.flatMap { $0 }, dimension: Self.dimension), metric: .l2,
            k: 10, threads: 2, observer: SilentObserver())
        func recall(_ graph: EditedGraph, window: Int, row: (UInt32) -> Int?) throws -> Double {
            let view = graph.view()
            defer { withExtendedLifetime(graph) {} }
            let searcher = Searcher(layout: graph.coder.layout, space: graph.coder.space)
            var hits = 0
            for (index, query) in queries.enumerated() {
                let wanted = Set(truth.rows[index * 10..<(index + 1) * 10].map { rows[Int($0)] })
                let found = try searcher.search(query, in: view, count: 10, window: window)
                hits += found.count { row($0.slot).map(wanted.contains) ?? false }
            }
            return Double(hits) / Double(queries.count * 10)
        }
        for window in [16, 40] {
            let edited = try recall(graph, window: window) { graph.rows[$0] }
            let anew = try recall(fresh, window: window) { rows[Int($0)] }
            print("recall@10 at window \(window), \(what): \(edited), built anew \(anew)")
            #expect(edited >= anew - Self.tolerance, "\(what), window \(window)")
        }
    }

    @Test func halfInsertedOneByOne() throws {
        let graph = try EditedGraph(
            vectors, built: Self.count / 2, capacity: Self.count, parameters: Self.parameters)
        for row in Self.count / 2..<Self.count { try graph.insert(vectors, rows: [row]) }
        try check(graph, "half inserted one by one")
    }

    @Test func halfInsertedAtOnce() throws {
        let graph = try EditedGraph(
            vectors, built: Self.count / 2, capacity: Self.count, parameters: Self.parameters)
        try graph.insert(vectors, rows: Array(Self.count / 2..<Self.count))
        try check(graph, "half inserted at once")
    }

    @Test mutating func everyVectorReplaced() throws {
        let graph = try EditedGraph(
            vectors, built: Self.count, capacity: 2 * Self.count, parameters: Self.parameters)
        for (step, slot) in (0..<UInt32(Self.count)).shuffled(using: &generator).enumerated() {
            try graph.remove([slot])
            try graph.insert(vectors, rows: [Self.count + step])
            try graph.sweep(4)
        }
        #expect(graph.slots < 2 * Self.count)
        try check(graph, "every vector replaced")
    }

    @Test mutating func twentyRoundsOfATwentieth() throws {
        let graph = try EditedGraph(
            vectors, built: Self.count, capacity: 2 * Self.count, parameters: Self.parameters)
        var outside = Array(Self.count..<2 * Self.count)
        for _ in 0..<20 {
            let removed = Array(graph.live.shuffled(using: &generator).prefix(Self.count / 20))
            let added = Array(outside.shuffled(using: &generator).prefix(Self.count / 20))
            outside.removeAll(where: Set(added).contains)
            outside += removed.compactMap { graph.rows[$0] }
            try graph.remove(removed, threads: 2)
            try graph.sweep(graph.slots / 2, threads: 2)
            try graph.insert(vectors, rows: added, threads: 2)
        }
        try check(graph, "twenty rounds")
    }
}
