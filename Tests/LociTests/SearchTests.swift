// Loci, Apache License 2.0.

import LociFiles
import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct SearchTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors
    private let queries: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        vectors = try RandomVectors(count: 2_200, dimension: 12)
        queries = try RandomVectors(count: 150, dimension: 12, seed: 3)
    }

    @Test func sizesOfAnswers() throws {
        for count in [1, 5, 2_200] {
            let some = try VectorArray(Array(vectors.array.values.prefix(count * 12)), dimension: 12)
            let collection = try database.buildCollection("n\(count)", .quick(.l2, .float32), from: some)
            for (k, window) in [(1, 1), (3, 1), (10, 3), (4_000, 1), (1_000_000, 1_000_000)] {
                let exact = try collection.search(queries[0], k: k, window: window, exact: true)
                let found = try collection.search(queries[0], k: k, window: window)
                #expect(exact.count == min(k, count))
                #expect(found.count == min(k, count))
                for neighbors in [exact, found] {
                    #expect(Set(neighbors.map(\.id)).count == neighbors.count)
                    #expect(zip(neighbors, neighbors.dropFirst()).allSatisfy { $0.distance <= $1.distance })
                }
                if k > count { #expect(Set(exact) == Set(found)) }
            }
        }
    }

    @Test func numbersOutOfRange() throws {
        let collection = try database.buildCollection("a", .quick(), from: vectors)
        for number in [0, -1, 1_000_001, Int.min, Int.max] {
            for body in [
                { _ = try collection.search(queries[0], k: number) },
                { _ = try collection.search(queries[0], window: number) },
                { _ = try collection.search(queries: queries, SearchOptions(k: number)) },
                { _ = try collection.measure(queries: queries, SearchOptions(window: number)) },
            ] {
                guard case .parameter(_, "\(number)", _) = indexError(body) else {
                    Issue.record("\(number) was taken")
                    continue
                }
            }
        }
    }

    @Test func queriesThatCannotBe() throws {
        let collection = try database.buildCollection("a", .quick(.cosine), from: vectors)
        for dimension in [0, 11, 13, 10_000] {
            #expect(
                indexError { _ = try collection.search([Float](repeating: 1, count: dimension)) }
                    == .dimensionMismatch(found: dimension, expected: 12))
        }
        var query = queries[0]
        query[7] = .nan
        #expect(indexError { _ = try collection.search(query) } == .notFinite(row: nil, component: 7))
        query[7] = -2e15
        #expect(indexError { _ = try collection.search(query) } == .tooLarge(row: nil, component: 7, limit: 1e15))
        let zeros = [Float](repeating: 0, count: 12)
        #expect(indexError { _ = try collection.search(zeros) } == .zeroVector(row: nil))
        let mixed = try VectorArray(queries.array.values + zeros, dimension: 12)
        for threads in 1...3 {
            #expect(indexError { _ = try collection.search(queries: mixed, threads: threads) } == .zeroVector(row: 150))
        }
        // A query that failed leaves nothing behind.
        var results = SearchResults()
        #expect(indexError { try collection.search(zeros, SearchOptions(), into: &results) } != nil)
        #expect(results.queryCount == 0)
        try collection.search(queries[0], SearchOptions(), into: &results)
        #expect(results.queryCount == 1)
        #expect(try results[query: 0] == collection.search(queries[0]))
    }

    @Test(arguments: Metric.allCases)
    func exactIsExactWithOriginals(metric: Metric) throws {
        let truth = try ExactNeighbours.find(
            in: vectors, queries: queries, metric: metric, k: 10, threads: 2, observer: SilentObserver())
        for quantization in [Quantization.lvq4, .lvq4x8, .float32] {
            let name = "\(quantization)"
            let collection = try database.buildCollection(name, .quick(metric, quantization, .float32), from: vectors)
            let results = try collection.search(queries: queries, SearchOptions(k: 10, isExact: true))
            #expect(results.slots.map(Int32.init) == truth.rows, "\(name)")
            #expect(zip(results.distances, truth.distances).allSatisfy { ($0 - $1).magnitude < 1e-4 })
        }
        // By its codes, it is as near as the codes are.
        let collection = try database.buildCollection("codes", .quick(metric, .lvq8), from: vectors)
        let matrix = try IntegerMatrix(count: truth.queryCount, columns: 10, values: truth.rows)
        let (measurement, _) = try collection.measure(
            queries: queries, truth: GroundTruth(matrix), SearchOptions(isExact: true))
        #expect(measurement.recall ?? 0 > 0.95)
        #expect(measurement.isExact)
    }

    @Test func batchIsManySingles() throws {
        for (name, count) in [("scanned", 500), ("walked", 2_200)] {
            let some = try VectorArray(Array(vectors.array.values.prefix(count * 12)), dimension: 12)
            let collection = try database.buildCollection(name, .quick(.ip, .lvq4x4), from: some)
            let singles = try (0..<queries.count).map { try collection.search(queries[$0], k: 7, window: 20) }
            for threads in [nil, 1, 2, 3, 16] {
                let results = try collection.search(
                    queries: queries, SearchOptions(k: 7, window: 20), threads: threads)
                #expect(results.queryCount == queries.count)
                #expect(results.count == 7 * queries.count)
                #expect((0..<queries.count).map { results[query: $0] } == singles)
            }
            let none = try collection.search(queries: VectorArray([], dimension: 12))
            #expect(none.queryCount == 0)
            #expect(none.count == 0)
        }
    }

    @Test func resultsKeepTheirStorage() throws {
        // That the storage stays where it is shows that nothing was allocated for it. Allocations cannot be counted here:
        // other tests share the process, and glibc has no hooks any more.
        let collection = try database.buildCollection("a", .quick(), from: vectors)
        var results = SearchResults()
        func addresses() -> [UnsafeRawPointer?] {
            [
                results.distances.withUnsafeBytes { $0.baseAddress }, results.slots.withUnsafeBytes { $0.baseAddress },
            ]
        }
        try collection.search(queries[0], SearchOptions(k: 50), into: &results)
        let before = addresses()
        for query in 1..<queries.count {
            try collection.search(queries[query], SearchOptions(k: 1 + query % 50), into: &results)
            #expect(results.count == 1 + query % 50)
            #expect(addresses() == before)
        }
    }

    @Test func measuring() throws {
        let collection = try database.buildCollection("a", .quick(), from: vectors)
        let own = try IntegerMatrix(count: 2_200, columns: 1, values: (0..<2_200).map { Int32($0) })
        let (measurement, results) = try collection.measure(
            queries: vectors, truth: GroundTruth(own), SearchOptions(k: 1, window: 50), threads: 2, passes: 2)
        #expect(measurement.recall == 1)
        #expect(measurement.queries == 2_200)
        #expect(measurement.k == 1)
        #expect(measurement.window == 50)
        #expect(!measurement.isExact)
        #expect(measurement.threads == 2)
        #expect(measurement.queriesPerSecond > 0)
        #expect(
            measurement.latency.p50 <= measurement.latency.p95 && measurement.latency.p95 <= measurement.latency.p99)
        #expect(results.slots == (0..<2_200).map { UInt32($0) })
        for values in [[-1], [2_200]] as [[Int32]] {
            let wrong = GroundTruth(try IntegerMatrix(count: 1, columns: 1, values: values))
            let query = try VectorArray(queries[0], dimension: 12)
            guard
                case .groundTruth = lociError({
                    _ = try collection.measure(queries: query, truth: wrong, SearchOptions(k: 1))
                })
            else {
                Issue.record("row \(values) was taken")
                continue
            }
        }
        for (count, k) in [(2_199, 1), (2_200, 2)] {
            let short = try IntegerMatrix(count: count, columns: 1, values: Array(own.values.prefix(count)))
            guard
                case .groundTruth = lociError({
                    _ = try collection.measure(queries: vectors, truth: GroundTruth(short), SearchOptions(k: k))
                })
            else {
                Issue.record("\(count) rows were taken for k \(k)")
                continue
            }
        }
    }
}
