// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@Suite struct ExactNeighboursTests {
    private func find(
        _ values: [Float], _ queries: [Float], dimension: Int, metric: Metric, k: Int, threads: Int = 2
    ) throws -> ExactNeighbours {
        try ExactNeighbours.find(
            in: try VectorArray(values, dimension: dimension), queries: try VectorArray(queries, dimension: dimension),
            metric: metric, k: k, threads: threads, observer: SilentObserver())
    }

    @Test(arguments: Metric.allCases)
    func findsWhatANaiveScanFinds(metric: Metric) throws {
        var generator = SeededGenerator("exact \(metric)")
        for (dimension, count) in [(1, 50), (3, 700), (20, 400)] {
            let values = generator.normals(count * dimension)
            let queries = generator.normals(15 * dimension)
            let found = try find(values, queries, dimension: dimension, metric: metric, k: 10)
            #expect(found.queryCount == 15 && found.k == 10)
            for query in 0..<15 {
                func vector(_ values: [Float], _ row: Int) -> [Double] {
                    let vector = values[row * dimension..<(row + 1) * dimension].map(Double.init)
                    return metric == .cosine ? DoubleMath.normalised(vector) : vector
                }
                let all = (0..<count).map { DoubleMath.distance(metric, vector(queries, query), vector(values, $0)) }
                let best = all.sorted().prefix(10)
                let places = query * 10..<(query + 1) * 10
                #expect(Set(found.rows[places]).count == 10)
                // Distances may differ in their last bits, and so may the order of rows that are as near.
                for (place, expected) in zip(places, best) {
                    let slack = 1e-5 * (1 + abs(expected))
                    #expect(abs(Double(found.distances[place]) - expected) <= slack)
                    #expect(abs(all[Int(found.rows[place])] - expected) <= slack)
                }
            }
        }
    }

    @Test(arguments: Metric.allCases)
    func threadsDoNotMatter(metric: Metric) throws {
        var generator = SeededGenerator("exact threads \(metric)")
        // Two components of few values: ties everywhere, over several tiles.
        let values = (0..<70_000 * 2).map { _ in Float(generator.below(20) + 1) }
        let queries = generator.floats(3 * 2)
        let first = try find(values, queries, dimension: 2, metric: metric, k: 50, threads: 1)
        for threads in [2, 3, 8] {
            #expect(try find(values, queries, dimension: 2, metric: metric, k: 50, threads: threads) == first)
        }
    }

    @Test(arguments: Metric.allCases)
    func tiesAreInTheOrderOfRows(metric: Metric) throws {
        let values = (0..<200).flatMap { row -> [Float] in row % 3 == 0 ? [1, 2] : [-3, -3] }
        let found = try find(values, [1, 2], dimension: 2, metric: metric, k: 60)
        #expect(found.rows == (0..<60).map { Int32($0 * 3) })
    }

    @Test func moreNeighboursThanVectorsAreAllOfThem() throws {
        let found = try find([5, 1, 3], [0, 4.5], dimension: 1, metric: .l2, k: 10)
        #expect(found.k == 3 && found.queryCount == 2)
        #expect(found.rows == [1, 2, 0, 0, 2, 1])
        #expect(found.distances == [1, 9, 25, 0.25, 2.25, 12.25])
        #expect(try find([5, 1, 3], [], dimension: 1, metric: .l2, k: 10).rows.isEmpty)
    }

    @Test func whatCannotBeMeasuredIsRefused() throws {
        let one = try VectorArray([1], dimension: 1)
        #expect(throws: IndexError.parameter(name: "k", value: "0", allowed: "at least 1")) {
            try find([1], [1], dimension: 1, metric: .l2, k: 0)
        }
        #expect(throws: IndexError.empty) { try find([], [1], dimension: 1, metric: .l2, k: 1) }
        #expect(throws: IndexError.notFinite(row: 1, component: 0)) {
            try find([1, .nan], [1], dimension: 1, metric: .l2, k: 1)
        }
        #expect(throws: IndexError.zeroVector(row: 0)) { try find([1], [0], dimension: 1, metric: .cosine, k: 1) }
        #expect(throws: IndexError.dimensionMismatch(found: 2, expected: 1)) {
            try ExactNeighbours.find(
                in: one, queries: try VectorArray([1, 2], dimension: 2), metric: .l2, k: 1, threads: 1,
                observer: SilentObserver())
        }
        let flat = FunctionSource(count: 3, dimension: 0) { _ in [] }
        #expect(throws: IndexError.dimension(found: 0, limit: 65_536)) {
            try ExactNeighbours.find(
                in: flat, queries: flat, metric: .l2, k: 1, threads: 1, observer: SilentObserver())
        }
        #expect(throws: IndexError.cancelled) {
            try ExactNeighbours.find(
                in: one, queries: one, metric: .l2, k: 1, threads: 1, observer: StoppingObserver(stage: .learning))
        }
    }
}
