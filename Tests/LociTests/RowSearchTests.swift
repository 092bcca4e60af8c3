// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Searches where rows have several vectors, against brute force.
@Suite struct RowSearchTests {
    /// A collection of rows, and what it holds.
    private struct Rows {
        let folder: TemporaryFolder
        let database: Database
        let collection: Collection
        let vectors: [VectorID: [[Float]]]
        let metric: Metric

        /// - Parameter count: The number of rows, of 1 to `most` vectors.
        init(_ configuration: CollectionConfiguration, count: Int, most: Int, dimension: Int = 8) throws {
            var generator = SeededGenerator()
            folder = try TemporaryFolder()
            database = try Database.open(folder.database)
            collection = try database.createCollection("c", configuration)
            metric = configuration.metric
            var vectors: [VectorID: [[Float]]] = [:]
            try database.write { transaction in
                let collection = try transaction.collection("c")
                for row in 0..<count {
                    // The vectors of a row lie near each other, as those of a document do.
                    let centre = generator.floats(dimension)
                    let parts = (0..<1 + generator.below(most)).map { _ in
                        zip(centre, generator.floats(dimension)).map { $0 + 0.3 * $1 }
                    }
                    let id = row % 3 == 0 ? VectorID(row: row) : VectorID("row \(row)")
                    vectors[id] = parts
                    try collection.add(id, vectors: parts, attributes: Attributes(["row": .number(Double(row))]))
                }
            }
            self.vectors = vectors
            try #require(try collection.check() == [])
        }

        func distance(_ query: [Float], _ vector: [Float]) -> Float {
            // Loops: unoptimized, `zip` and `reduce` make these tests take ten minutes.
            func sum(_ term: (Int) -> Float) -> Float {
                var sum: Float = 0
                for index in query.indices { sum += term(index) }
                return sum
            }
            func product(_ left: [Float], _ right: [Float]) -> Float { sum { left[$0] * right[$0] } }
            switch metric {
            case .l2: return sum { (query[$0] - vector[$0]) * (query[$0] - vector[$0]) }
            case .ip: return -product(query, vector)
            case .cosine:
                return 1 - product(query, vector) / (product(query, query) * product(vector, vector)).squareRoot()
            }
        }

        /// All rows that match, by MaxSim, nearest first.
        func truth(_ queries: [[Float]], below limit: Double = .infinity) -> [Neighbor] {
            vectors.filter { id, _ in Double(Self.number(id)) < limit }
                .map { id, parts in
                    Neighbor(
                        id: id,
                        distance: queries.reduce(0) { sum, query in
                            sum + (parts.map { distance(query, $0) }.min() ?? 0)
                        })
                }
                .sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }
        }

        static func number(_ id: VectorID) -> Int { Int(id.description.split(separator: " ").last ?? "") ?? 0 }
    }

    private func expectSame(
        _ found: [Neighbor], _ truth: some Swift.Collection<Neighbor>, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == truth.count, sourceLocation: sourceLocation)
        #expect(Set(found.map(\.id)).count == found.count, sourceLocation: sourceLocation)
        for (found, truth) in zip(found, truth) {
            #expect(found.id == truth.id, sourceLocation: sourceLocation)
            #expect(abs(found.distance - truth.distance) < 1e-3, sourceLocation: sourceLocation)
        }
    }

    private static let configurations: [(configuration: CollectionConfiguration, count: Int)] = [
        (.quick(.l2, .float32), 120), (.quick(.cosine, .lvq4x8, .float32), 120), (.quick(.ip, .float32), 120),
        (.quick(.l2, .lvq8, .float32), 900), (.quick(.ip, .lvq4x8, .float32), 900), (.quick(.cosine, .float32), 900),
    ]

    @Test(arguments: configurations)
    func exactSearchesAreTrue(_ sample: (configuration: CollectionConfiguration, count: Int)) throws {
        let rows = try Rows(sample.configuration, count: sample.count, most: 6)
        #expect(try rows.collection.withView { $0.record.hasGraph } == (sample.count > 500))
        var generator = SeededGenerator()
        let filter = try Filter(parsing: ".row < 60")
        for k in [1, 7, 50, 2_000] {
            let query = generator.floats(8)
            expectSame(try rows.collection.search(query, k: k, exact: true), rows.truth([query]).prefix(k))
            expectSame(
                try rows.collection.search(query, k: k, exact: true, filter: filter),
                rows.truth([query], below: 60).prefix(k))
            let several = (0..<5).map { _ in generator.floats(8) }
            expectSame(try rows.collection.search(maxSim: several, k: k, exact: true), rows.truth(several).prefix(k))
            expectSame(
                try rows.collection.search(maxSim: several, k: k, exact: true, filter: filter),
                rows.truth(several, below: 60).prefix(k))
            // Within a distance that a third of the rows have.
            let truth = rows.truth([query])
            let radius = (truth[truth.count / 3].distance + truth[truth.count / 3 + 1].distance) / 2
            var results = SearchResults()
            try rows.collection.search(query, SearchOptions(within: radius, limit: k, isExact: true), into: &results)
            expectSame(results[query: 0], truth.prefix(min(k, truth.count / 3 + 1)))
            #expect(results.isComplete(query: 0))
        }
    }

    /// Walks find nearly all, each row once, and as many as there are.
    @Test(arguments: configurations)
    func searchesFindRowsOnce(_ sample: (configuration: CollectionConfiguration, count: Int)) throws {
        let rows = try Rows(sample.configuration, count: sample.count, most: 12)
        var generator = SeededGenerator()
        let queries = (0..<20).map { _ in generator.floats(8) }
        let filter = try Filter(parsing: ".row < 40")
        for (k, isFiltered) in [(1, false), (10, false), (10, true), (60, false), (5_000, false), (5_000, true)] {
            var options = SearchOptions(k: k)
            options.filter = isFiltered ? filter : nil
            let batch = try rows.collection.search(
                queries: VectorArray(queries.flatMap(\.self), dimension: 8), options, threads: 2)
            var hits = 0
            var wanted = 0
            for (place, query) in queries.enumerated() {
                let truth = rows.truth([query], below: isFiltered ? 40 : .infinity).prefix(k)
                let found = batch[query: place]
                #expect(found.count == truth.count && Set(found.map(\.id)).count == found.count)
                #expect(batch.isComplete(query: place))
                #expect(zip(found, found.dropFirst()).allSatisfy { $0.distance <= $1.distance })
                for neighbor in found {
                    let best = rows.vectors[neighbor.id]?.map { rows.distance(query, $0) }.min() ?? .infinity
                    #expect(neighbor.distance >= best - 0.05)
                }
                var single = SearchResults()
                try rows.collection.search(query, options, into: &single)
                #expect(single[query: 0] == found)
                hits += Set(found.map(\.id)).intersection(truth.map(\.id)).count
                wanted += truth.count
            }
            #expect(Double(hits) >= 0.95 * Double(wanted), "\(hits) of \(wanted) at k \(k)")
        }
    }

    @Test(arguments: configurations)
    func pagesGiveEachRowOnce(_ sample: (configuration: CollectionConfiguration, count: Int)) throws {
        let rows = try Rows(sample.configuration, count: sample.count, most: 8)
        var generator = SeededGenerator()
        let query = generator.floats(8)
        let truth = rows.truth([query])
        let radius = (truth[truth.count / 4].distance + truth[truth.count / 4 + 1].distance) / 2
        for (within, isExact) in [(nil, false), (nil, true), (radius, true), (radius, false)] {
            for k in [7, 64] {
                var options = SearchOptions(k: k, isExact: isExact)
                options.maximumDistance = within
                var pages: [Neighbor] = []
                var cursor: SearchCursor?
                repeat {
                    let page = try rows.collection.search(query, options, after: cursor)
                    #expect(page.neighbors.count == k || page.next == nil)
                    #expect(!page.neighbors.isEmpty)
                    pages += page.neighbors
                    cursor = page.next
                    #expect(cursor == nil || cursor?.givenCount == pages.count)
                } while cursor != nil
                #expect(Set(pages.map(\.id)).count == pages.count)
                let expected = within == nil ? truth[...] : truth.prefix(truth.count / 4 + 1)
                if isExact {
                    expectSame(pages, expected)
                } else {
                    #expect(Double(pages.count) >= 0.9 * Double(expected.count) && pages.count <= expected.count + 3)
                    #expect(within != nil || Set(pages.map(\.id)) == Set(truth.map(\.id)))
                }
            }
        }
    }

    @Test(arguments: configurations)
    func maxSimFindsWhatIsTrue(_ sample: (configuration: CollectionConfiguration, count: Int)) throws {
        let rows = try Rows(sample.configuration, count: sample.count, most: 6)
        var generator = SeededGenerator()
        // Queries like a row are found by the standard window; those that are like none by a larger one.
        for (isLikeARow, window) in [(true, nil), (false, 600)] {
            var (hits, wanted) = (0, 0)
            for round in 0..<20 {
                let centre = generator.floats(8)
                let queries = (0..<1 + round % 6).map { _ in
                    isLikeARow ? zip(centre, generator.floats(8)).map { $0 + 0.3 * $1 } : generator.floats(8)
                }
                let k = [1, 5, 20][round % 3]
                let truth = rows.truth(queries).prefix(k)
                let found = try rows.collection.search(maxSim: queries, k: k, window: window)
                #expect(found.count == k && Set(found.map(\.id)).count == k)
                #expect(zip(found, found.dropFirst()).allSatisfy { $0.distance <= $1.distance })
                for neighbor in found {
                    let sum = queries.reduce(Float(0)) { sum, query in
                        sum + (rows.vectors[neighbor.id]?.map { rows.distance(query, $0) }.min() ?? .infinity)
                    }
                    #expect(abs(sum - neighbor.distance) < 0.1 * Float(queries.count))
                }
                hits += Set(found.map(\.id)).intersection(truth.map(\.id)).count
                wanted += k
            }
            #expect(Double(hits) >= 0.9 * Double(wanted), "\(hits) of \(wanted), \(isLikeARow)")
        }
        #expect(try rows.collection.search(maxSim: [generator.floats(8)], k: 100_000).count == sample.count)
    }

    @Test func maxSimOfOneVectorIsASearch() throws {
        let rows = try Rows(.quick(.l2, .float32), count: 700, most: 6)
        var generator = SeededGenerator()
        for _ in 0..<10 {
            let query = generator.floats(8)
            expectSame(
                try rows.collection.search(maxSim: [query], k: 12),
                try rows.collection.search(query, k: 12, window: 200))
        }
        // A collection whose rows have one vector each.
        let single = try rows.database.buildCollection(
            "single", .quick(), from: RandomVectors(count: 2_500, dimension: 8))
        let queries = (0..<3).map { _ in generator.floats(8) }
        let found = try single.search(maxSim: queries, k: 10, window: 500)
        let truth = try single.search(maxSim: queries, k: 10, exact: true)
        #expect(Set(found.map(\.id)).intersection(truth.map(\.id)).count >= 9)
        #expect(try rows.database.createCollection("empty", .quick()).search(maxSim: queries) == [])
    }

    @Test func whatCannotBeAMaxSimQueryIsRefused() throws {
        let rows = try Rows(.quick(.l2, .float32), count: 30, most: 4)
        func refusal(_ query: [[Float]], k: Int = 10) -> IndexError? {
            indexError { _ = try rows.collection.search(maxSim: query, k: k) }
        }
        let sound = [Float](repeating: 1, count: 8)
        guard case .parameter = refusal([]), case .parameter = refusal([sound], k: 0),
            case .parameter = refusal(Array(repeating: sound, count: 1_025))
        else {
            Issue.record("it was answered")
            return
        }
        #expect(refusal([[1, 2]]) == .dimensionMismatch(found: 2, expected: 8))
        #expect(refusal([sound, [1]]) == .dimensionMismatch(found: 1, expected: 8))
        #expect(refusal([sound, sound.map { _ in Float.nan }]) == .notFinite(row: 1, component: 0))
        #expect(try rows.collection.search(maxSim: Array(repeating: sound, count: 1_024), k: 2).count == 2)
    }

    /// What a filter lets through is a whole row, and what is searched is told by vectors.
    @Test func filtersAreOfRows() throws {
        let rows = try Rows(.quick(.l2, .lvq4x8), count: 900, most: 6)
        for text in [".row < 3", ".row < 700"] {
            let filter = try Filter(parsing: text)
            var options = SearchOptions(k: 5)
            options.filter = filter
            let limit = text == ".row < 3" ? 3 : 700
            let expected = rows.vectors.filter { Rows.number($0.key) < limit }
            let plan = try #require(try rows.collection.plan(options))
            #expect(plan.matching == expected.values.reduce(0) { $0 + $1.count })
            #expect(try rows.collection.withMatching(filter) { $1?.rowCount } == expected.count)
            let found = try rows.collection.search([Float](repeating: 0, count: 8), k: 1_000, filter: filter)
            #expect(Set(found.map(\.id)) == Set(expected.keys))
        }
    }

    /// Tuning and measures against a ground truth are of vectors.
    @Test func tuningIsOfVectors() throws {
        let rows = try Rows(.quick(.l2, .lvq4x8), count: 900, most: 6)
        let result = try rows.collection.tune(sample: 50, TuningOptions(recall: 0.9, k: 10), threads: 2)
        #expect(result.tuning.recall >= 0.9)
        var generator = SeededGenerator()
        let queries = try VectorArray((0..<10).flatMap { _ in generator.floats(8) }, dimension: 8)
        let (measurement, results) = try rows.collection.measure(queries: queries, SearchOptions(k: 2_000))
        #expect(measurement.k == 900 && results.range(ofQuery: 0).count == 900)
        var single = SearchResults()
        let explained = try rows.collection.explain(
            Array(queries.values.prefix(8)), SearchOptions(k: 10), into: &single)
        #expect(explained.expanded > 0 && single[query: 0].count == 10)
    }
}
