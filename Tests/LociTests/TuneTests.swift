// Loci, Apache License 2.0.

import LociFiles
import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct TuneTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors
    private let queries: RandomVectors
    private let collection: Collection

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        // Random vectors of some dimensions are hard to search: the curve is long.
        vectors = try RandomVectors(count: 2_200, dimension: 24)
        queries = try RandomVectors(count: 100, dimension: 24, seed: 3)
        collection = try database.buildCollection("a", .quick(.l2, .lvq8), from: vectors)
    }

    /// Recall@k of a window, by the public search alone.
    private func recall(window: Int, k: Int) throws -> Double {
        let exact = try collection.search(queries: queries, SearchOptions(k: k, isExact: true))
        let found = try collection.search(queries: queries, SearchOptions(k: k, window: window))
        let hits = (0..<queries.count).reduce(0) { hits, query in
            hits + Set(exact[query: query].map(\.id)).intersection(found[query: query].map(\.id)).count
        }
        return Double(hits * 1_000_000 / (k * queries.count)) / 1e6
    }

    @Test(arguments: [(0.9, 10), (0.97, 5), (0.99, 10), (1, 1)])
    func findsTheSmallestWindow(recall target: Double, k: Int) throws {
        let result = try collection.tune(queries: queries, TuningOptions(recall: target, k: k), threads: 2)
        let tuning = result.tuning
        #expect(tuning.k == k && result.queries == 100 && result.threads == 2)
        #expect(tuning.recall >= target)
        #expect(try recall(window: tuning.window, k: k) == tuning.recall)
        #expect(try tuning.window == 1 || recall(window: tuning.window - 1, k: k) < target)
        for point in result.points { #expect(try recall(window: point.window, k: k) == point.recall) }
        #expect(Set(result.points.map(\.window)).count == result.points.count)
        #expect(result.points.allSatisfy { $0.queriesPerSecond > 0 })
        // Neither chance nor threads change what is found.
        let again = try collection.tune(queries: queries, TuningOptions(recall: target, k: k), threads: 1)
        #expect(again.tuning == tuning)
        #expect(again.points.map(\.window) == result.points.map(\.window))
    }

    @Test func isTheDefaultFromThenOnAndSurvives() throws {
        #expect(try collection.info().tuning == nil)
        #expect(try collection.info().window == 64)
        let tuning = try collection.tune(queries: queries, TuningOptions(recall: 0.97)).tuning
        #expect(tuning.window != 64 && tuning.window > 10)
        let copy = folder.file("copy.loci")
        try TestFile.write(TestFile.read(folder.database), to: copy)
        for database in [database, try Database.open(copy, access: .readOnly)] {
            let collection = try database.collection("a")
            #expect(try collection.info().tuning == tuning)
            let window = tuning.window
            for (options, same) in [
                (SearchOptions(), SearchOptions(window: window)),
                (SearchOptions(recall: 0.97), SearchOptions(window: window)),
                (SearchOptions(recall: 0.001), SearchOptions(window: 1)),
                (SearchOptions(k: 3, recall: tuning.points[0].recall), SearchOptions(k: 3, window: 1)),
            ] {
                let (measured, results) = try collection.measure(queries: queries, options)
                let (expected, others) = try collection.measure(queries: queries, same)
                #expect(measured.window == expected.window)
                #expect(results.slots == others.slots)
            }
            #expect(try collection.search(queries[0]) == collection.search(queries[0], window: window))
            #expect(try collection.search(queries[0], recall: 0.97) == collection.search(queries[0], window: window))
        }
        #expect(try database.check().isEmpty)
        // What was measured is of these vectors.
        try collection.build(from: vectors, replacing: true)
        #expect(try collection.info().tuning == nil)
    }

    @Test func whatWasNotMeasuredIsRefused() throws {
        func refused(_ options: SearchOptions) -> SearchTuning?? {
            guard
                case .notTuned("a", _, options.k, let tuning) = lociError({
                    _ = try collection.search(queries: queries, options)
                })
            else { return nil }
            return .some(tuning)
        }
        #expect(refused(SearchOptions(recall: 0.1)) == .some(nil))
        #expect(LociError.notTuned(name: "a", recall: 0.1, k: 10, tuning: nil).description.contains("run loci tune"))
        let tuning = try collection.tune(queries: queries, TuningOptions(recall: 0.9)).tuning
        let reached = try #require(tuning.points.last).recall
        try #require(reached < 1)
        #expect(refused(SearchOptions(recall: reached)) == nil)
        #expect(refused(SearchOptions(recall: reached + 1e-6)) == .some(tuning))
        #expect(refused(SearchOptions(k: 11, recall: 0.5)) == .some(tuning))
        for recall in [0, -0.5, 1.000001, .nan, .infinity] {
            for body in [
                { _ = try collection.search(queries[0], recall: recall) },
                { _ = try collection.tune(queries: queries, TuningOptions(recall: recall)) },
            ] {
                guard case .parameter("recall", _, _) = indexError(body) else {
                    Issue.record("recall \(recall) was taken")
                    continue
                }
            }
        }
    }

    @Test func whatIsNotReachedIsNotStored() throws {
        let before = try database.records()
        let options = TuningOptions(recall: 0.999, largestWindow: 21)
        guard
            case .recallNotReached("a", 0.999, 10, let best, 21) = lociError({
                try collection.tune(queries: queries, options)
            })
        else {
            Issue.record("a window of 21 was enough")
            return
        }
        #expect(try best == recall(window: 21, k: 10))
        struct Stop: Error {}
        for stop in [1, 100, 101, 150] {
            let counter = CallCounter()
            let error = thrown {
                try collection.tune(queries: queries) { _ in if counter.next() == stop - 1 { throw Stop() } }
            }
            #expect(error is Stop)
        }
        #expect(try database.records() == before)
    }

    @Test func vectorsOfTheCollectionAreNoNeighboursOfThemselves() throws {
        // All of them, which are then known, with themselves among what the searches find.
        let whole = try database.buildCollection("whole", .quick(.l2, .float32), from: vectors)
        let result = try whole.tune(sample: 5_000, TuningOptions(recall: 0.97, k: 2))
        #expect(result.queries == 2_200 && result.tuning.k == 2 && result.points.count > 2)
        func neighbours(_ options: SearchOptions, hidden: [UInt32]? = nil) throws -> [[UInt32]] {
            let results = try whole.withView {
                try $0.search(vectors, options, matching: nil, threads: 1, hidden: hidden) {}
            }
            return (0..<2_200).map { query in
                Array(results.slots[results.range(ofQuery: query)].filter { $0 != query }.prefix(2))
            }
        }
        let truth = try neighbours(SearchOptions(k: 3, isExact: true))
        for point in result.points {
            let found = try neighbours(
                SearchOptions(k: 2, window: point.window), hidden: [UInt32](0..<2_200))
            let hits = zip(truth, found).reduce(0) { $0 + Set($1.0).intersection($1.1).count }
            #expect(point.recall == Double(hits * 1_000_000 / 4_400) / 1e6)
        }
        // The largest window finds what a scan does.
        let all = try collection.tune(sample: 50, TuningOptions(recall: 1, k: 10))
        #expect(all.tuning.recall == 1)
        let same = try collection.tune(sample: 50, TuningOptions(recall: 1, k: 10), threads: 1)
        #expect(same.tuning == all.tuning)
        for sample in [0, -1, 1_000_001] {
            guard case .parameter("sample", _, _) = indexError({ try collection.tune(sample: sample) }) else {
                Issue.record("\(sample) was taken")
                continue
            }
        }
    }

    @Test func collectionsThatCannotBeTuned() throws {
        let few = try VectorArray(Array(vectors.array.values.prefix(240)), dimension: 24)
        let scanned = try database.buildCollection("few", .quick(), from: few)
        #expect(lociError { try scanned.tune(queries: queries) } == .nothingToTune(name: "few"))
        // A scan reaches any recall without.
        #expect(try scanned.search(queries[0], recall: 1) == scanned.search(queries[0], exact: true))
        let empty = try database.createCollection("empty", CollectionConfiguration())
        #expect(lociError { try empty.tune(sample: 5) } == .emptyCollection(name: "empty"))
        let none = try VectorArray([], dimension: 24)
        guard case .parameter("queries", _, _) = indexError({ try collection.tune(queries: none) }) else {
            Issue.record("no queries were taken")
            return
        }
        let other = try RandomVectors(count: 3, dimension: 5)
        #expect(
            indexError { try collection.tune(queries: other) } == .dimensionMismatch(found: 5, expected: 24))
        let copy = folder.file("copy.loci")
        try TestFile.write(TestFile.read(folder.database), to: copy)
        let readOnly = try Database.open(copy, access: .readOnly).collection("a")
        guard case .notPermitted = lociError({ try readOnly.tune(queries: queries) }) else {
            Issue.record("a database that is open for reading was tuned")
            return
        }
    }

    @Test func replacedMeanwhile() throws {
        let (collection, vectors) = (collection, vectors)
        let counter = CallCounter()
        let error = lociError {
            try collection.tune(queries: queries, threads: 1) { _ in
                if counter.next() == 0 { try collection.build(from: vectors, replacing: true) }
            }
        }
        guard case .busy = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try collection.info().tuning == nil)
    }

    @Test func whatIsKeptOfMeasurements() throws {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(200) {
            var recall = 0
            var measured: [SearchTuning.Point] = []
            for window in 1...Int.random(in: 1...60, using: &generator) {
                recall = min(1_000_000, max(0, recall + Int.random(in: -5_000...40_000, using: &generator)))
                measured.append(SearchTuning.Point(window: window, millionths: recall))
            }
            let best = measured.map(\.recall).max() ?? 0
            let target = measured.randomElement(using: &generator)?.recall ?? 0
            let chosen = try #require(measured.first { $0.recall >= target })
            let tuning = SearchTuning(k: 10, window: chosen.window, measured: measured.shuffled(using: &generator))
            #expect((1...16).contains(tuning.points.count))
            #expect(tuning.points.allSatisfy { measured.contains($0) })
            #expect(tuning.recall == chosen.recall)
            #expect(tuning.window(reaching: target) == chosen.window)
            #expect(tuning.points.last?.recall == best)
            #expect(tuning.window(reaching: best) == measured.first { $0.recall == best }?.window)
            #expect(SearchTuning(k: 10, window: tuning.window, points: tuning.points) == tuning)
        }
    }
}
