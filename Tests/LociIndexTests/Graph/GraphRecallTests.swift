// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct GraphRecallTests {
    /// The least recall@10 at window 40 on the clustered data below, by kind: some points under what was measured.
    static let floors: [(kind: Quantization, floor: Double)] = [
        (.float32, 0.97), (.float16, 0.97), (.lvq8, 0.96), (.lvq4, 0.80), (.lvq4x4, 0.95), (.lvq4x8, 0.96),
    ]

    @Test(arguments: Metric.allCases)
    func recallStaysAboveItsFloors(metric: Metric) throws {
        var generator = SeededGenerator("recall \(metric)")
        let dimension = 32
        let queryCount = 60
        let values = TestVectors.clustered(
            count: 3000 + queryCount, dimension: dimension, clusters: 100, &generator)
        let vectors = Array(values[..<(3000 * dimension)])
        let queries = Array(values[(3000 * dimension)...])
        let truth = try ExactNeighbours.find(
            in: try VectorArray(vectors, dimension: dimension), queries: try VectorArray(queries, dimension: dimension),
            metric: metric, k: 10, threads: 2, observer: SilentObserver())
        // The graph is built on vectors of its own precision, so one serves all kinds.
        let base = try CodedVectors(vectors, dimension: dimension, metric: metric, quantization: .lvq4x8)
        let graph = try base.graph(BuildParameters(maximumDegree: 20, window: 32))
        for (kind, floor) in Self.floors {
            let coded = try CodedVectors(vectors, dimension: dimension, metric: metric, quantization: kind)
            defer { withExtendedLifetime((coded, graph)) {} }
            let view = coded.view(graph, maximumDegree: 20)
            let searcher = Searcher(layout: coded.layout, space: coded.space)
            var hits = 0
            for query in 0..<queryCount {
                let vector = Array(queries[query * dimension..<(query + 1) * dimension])
                let found = try searcher.search(vector, in: view, count: 10, window: 40)
                let wanted = Set(truth.rows[query * 10..<(query + 1) * 10])
                hits += found.count { wanted.contains(Int32($0.slot)) }
            }
            let recall = Double(hits) / Double(queryCount * 10)
            print("recall@10 of \(kind), \(metric): \(recall)")
            #expect(recall >= floor, "\(kind), \(metric)")
        }
    }

    /// Members of a cluster that are twice as many as a list has places, all equally far from each other, must not take most of them: else
    /// walks stay where they begin. Without the crowded waiting in `RobustPrune` 5.5 edges of l2 lead out, and 6.2 of cosine; with it 6.9
    /// and 8.2.
    @Test(arguments: [(Metric.l2, 6.1), (.cosine, 7.2)])
    func edgesLeadOutOfClusters(metric: Metric, floor: Double) throws {
        var generator = SeededGenerator("out of clusters \(metric)")
        let (dimension, clusters, count) = (64, 40, 1_600)
        let centres = (0..<clusters).map { _ in generator.normals(dimension) }
        let values = (0..<count).flatMap { row in
            centres[row % clusters].map { $0 + generator.normal() }
        }
        let coded = try CodedVectors(values, dimension: dimension, metric: metric, quantization: .lvq8)
        let graph = try coded.graph(BuildParameters(maximumDegree: 20, window: 64))
        defer { withExtendedLifetime((coded, graph)) {} }
        var leadingOut = 0
        for row in 0..<count {
            let neighbours = Adjacency.neighbours(graph.adjacency.records.record(UInt32(row)), maximumDegree: 20)
            leadingOut += neighbours.count { Int($0) % clusters != row % clusters }
        }
        let mean = Double(leadingOut) / Double(count)
        print("\(metric): \(mean) edges of a vector lead out of its cluster")
        #expect(mean >= floor)
    }

    /// Equal vectors fill a window with candidates of one distance, so a few of the others need a larger one.
    @Test func distinctVectorsAreFoundAmongThousandsOfEqualOnes() throws {
        var generator = SeededGenerator("duplicates")
        let dimension = 16
        let values =
            TestVectors.equal(count: 5000, dimension: dimension, &generator) + generator.normals(500 * dimension)
        let base = try CodedVectors(values, dimension: dimension, metric: .l2, quantization: .lvq8)
        let graph = try base.graph(BuildParameters(maximumDegree: 16, window: 16))
        for kind in [Quantization.float32, .lvq8, .lvq4x8] {
            let coded = try CodedVectors(values, dimension: dimension, metric: .l2, quantization: kind)
            defer { withExtendedLifetime((coded, graph)) {} }
            let view = coded.view(graph, maximumDegree: 16)
            #expect(GraphInvariants.violations(of: view).isEmpty)
            let searcher = Searcher(layout: coded.layout, space: coded.space)
            func missed(_ rows: [Int], window: Int) throws -> [Int] {
                try rows.filter { row in
                    try searcher.search(coded.vector(row), in: view, count: 1, window: window).first?.slot
                        != UInt32(row)
                }
            }
            let missedSoon = try missed(Array(5000..<5500), window: 64)
            #expect(missedSoon.count <= 10, "\(kind)")
            #expect(try missed(missedSoon, window: 1024).isEmpty, "\(kind)")
            let equal = try searcher.search(coded.vector(17), in: view, count: 10, window: 64)
            #expect(equal.allSatisfy { $0.slot < 5000 })
        }
    }
}
