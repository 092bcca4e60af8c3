// Loci, Apache License 2.0.

import LociIndex
import LociStorage
import TestSupport
import Testing

@testable import Loci

/// Searches among what a filter lets through.
@Suite struct FilterSearchTests {
    /// A collection whose attributes are known: a number below 100 and one of eight names that goes by the first component.
    private struct Scene {
        let collection: Collection
        let database: Database
        let vectors: [[Float]]
        let numbers: [Int]
        let names: [Int]
        var generator: SeededGenerator

        init(_ folder: TemporaryFolder, count: Int, _ configuration: CollectionConfiguration) throws {
            var generator = SeededGenerator()
            let vectors = (0..<count).map { _ in (0..<16).map { _ in Float.random(in: -1...1, using: &generator) } }
            let numbers = (0..<count).map { _ in Int.random(in: 0..<100, using: &generator) }
            let names = vectors.map { min(7, max(0, Int(($0[0] + 1) * 4))) }
            let database = try Database.open(folder.database)
            let collection = try database.buildCollection(
                "c", configuration, from: try VectorArray(vectors.flatMap { $0 }, dimension: 16))
            try database.write { transaction in
                let collection = try transaction.collection("c")
                for row in 0..<count {
                    try collection.setAttributes(
                        VectorID(row: row),
                        Attributes(["number": .number(Double(numbers[row])), "name": .string("n\(names[row])")]))
                }
            }
            (self.vectors, self.numbers, self.names) = (vectors, numbers, names)
            (self.collection, self.database, self.generator) = (collection, database, generator)
        }

        /// Rows by their distances, of those that match.
        func truth(_ query: [Float], _ matches: (Int) -> Bool) -> [Int] {
            vectors.indices.filter(matches).map { row in
                (row, zip(query, vectors[row]).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
            }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
        }
    }

    /// Every way to search gives only what matches, k of it, and nearly all of the nearest.
    @Test(arguments: [Quantization.lvq4x8, .float32, .lvq8])
    func findsTheNearestThatMatch(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        var scene = try Scene(folder, count: 6_000, .quick(.l2, quantization))
        let queries = (0..<40).map { _ in (0..<16).map { _ in Float.random(in: -1...1, using: &scene.generator) } }
        var methods: Set<FilterPlan.Method> = []
        // Small windows, so that all methods have their turn.
        for window in [10, 40] {
            let plain = try recall(scene, queries, SearchOptions(k: 10, window: window)) { _ in true }
            for share in [1, 5, 30, 46, 60, 95, 100] {
                var options = SearchOptions(k: 10, window: window)
                options.filter = try Filter(.field("number") < FilterTerm(.number(Double(share))))
                let plan = try #require(try scene.collection.plan(options))
                methods.insert(plan.method)
                #expect(plan.matching == scene.numbers.count { $0 < share } && plan.count == 6_000)
                let recall = try recall(scene, queries, options) { scene.numbers[$0] < share }
                #expect(
                    recall >= plain - 0.02, "\(share) %, window \(window), \(plan.method): \(recall), plain \(plain)")
            }
        }
        #expect(methods == [.scan, .walk, .drop])
    }

    /// What share of the ten nearest that match is found; nothing else may be.
    private func recall(
        _ scene: Scene, _ queries: [[Float]], _ options: SearchOptions, _ matches: (Int) -> Bool
    ) throws -> Double {
        let matching = scene.vectors.indices.count(where: matches)
        var hits = 0
        for query in queries {
            var results = SearchResults()
            try scene.collection.search(query, options, into: &results)
            let rows = results.slots.map { Int($0) }
            #expect(results.isComplete(query: 0))
            #expect(rows.count == min(10, matching) && Set(rows).count == rows.count && rows.allSatisfy(matches))
            let best = Set(scene.truth(query, matches).prefix(10))
            hits += rows.count { best.contains($0) }
        }
        return Double(hits) / Double(queries.count * min(10, matching))
    }

    /// Groups that lie far from the query: the graph around it holds nothing that matches.
    @Test func farGroupsAreFound() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 6_000, .quick(.l2, .lvq4x8))
        let filter = try Filter(.field("name") == "n7")
        let query = [Float(-1)] + [Float](repeating: 0, count: 15)
        let best = scene.truth(query) { scene.names[$0] == 7 }.prefix(10)
        for window in [10, 20, 64] {
            let found = try scene.collection.search(query, k: 10, window: window, filter: filter)
            #expect(found.count == 10)
            #expect(found.count { best.contains(Int($0.id.description) ?? -1) } >= 8, "window \(window)")
        }
    }

    /// A walk that finds too few goes on as a scan.
    @Test func walksThatRunDryScan() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 6_000, .quick(.l2, .lvq4x8))
        let view = try scene.collection.withView { $0 }
        let matching = SlotSet(limit: view.record.slots)
        for slot in [17, 2_000, 5_999] as [UInt32] { matching.insert(slot) }
        for reach in [Searcher.Reach.window(5), .dropping(window: 5), .codes(window: 5), .everything()] {
            var slots = [UInt32](repeating: 0, count: 10)
            var distances = [Float](repeating: 0, count: 10)
            let query = scene.vectors[0]
            let found = try view.withSearcher { searcher in
                try searcher.search(
                    query.span.bytes, in: view.graph, count: 10, reach: reach, matching: matching,
                    slots: &slots, distances: &distances)
            }
            #expect(Set(slots.prefix(found)) == [17, 2_000, 5_999], "\(reach)")
        }
    }

    @Test func fewerThatMatchAreAllGiven() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 3_000, .quick(.cosine, .lvq4x8))
        for exact in [false, true] {
            for text in [".number == 3 and .name == \"n3\"", ".number == 1000", ".missing > 1"] {
                let filter = try Filter(parsing: text)
                let matching = scene.numbers.indices.filter {
                    text.hasPrefix(".number == 3 ") && scene.numbers[$0] == 3 && scene.names[$0] == 3
                }
                let found = try scene.collection.search(scene.vectors[5], k: 500, exact: exact, filter: filter)
                #expect(Set(found.compactMap { Int($0.id.description) }) == Set(matching))
            }
        }
        // Batches answer as single queries do.
        var options = SearchOptions(k: 7)
        options.filter = try Filter(parsing: ".number < 20")
        let batch = try scene.collection.search(
            queries: VectorArray(scene.vectors.prefix(20).flatMap { $0 }, dimension: 16), options)
        for query in 0..<20 {
            #expect(
                batch[query: query] == (try scene.collection.search(scene.vectors[query], k: 7, filter: options.filter))
            )
        }
    }

    /// Pages bring all that matches once, and nothing else.
    @Test(arguments: [700, 3_000]) func pagesGoOnAmongWhatMatches(count: Int) throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: count, .quick(.l2, .lvq4x8))
        var options = SearchOptions(k: 37)
        options.filter = try Filter(parsing: ".number < 30")
        let matching = scene.numbers.indices.filter { scene.numbers[$0] < 30 }
        try scene.database.read { view in
            let collection = try view.collection("c")
            var cursor: SearchCursor?
            var given: [Int] = []
            repeat {
                let page = try collection.search(scene.vectors[0], options, after: cursor)
                given += page.neighbors.compactMap { Int($0.id.description) }
                cursor = page.next
            } while cursor != nil
            #expect(given.count == matching.count && Set(given) == Set(matching))
        }
    }

    /// What matches goes with the commit: attributes alone, vectors, and views of earlier moments.
    @Test func filtersSeeEveryCommit() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 2_500, .quick(.l2, .lvq4x8))
        let filter = try Filter(parsing: ".number == 500")
        func found() throws -> Set<String> {
            Set(try scene.collection.search(scene.vectors[0], k: 50, filter: filter).map(\.id.description))
        }
        #expect(try found() == [])
        let marked = try Attributes(["number": 500])
        for row in [3, 4, 5] { try scene.collection.setAttributes(VectorID(row: row), marked) }
        #expect(try found() == ["3", "4", "5"])
        try scene.database.read { view in
            try scene.collection.remove(VectorID(row: 3))
            try scene.collection.upsert(VectorID(row: 4), scene.vectors[9])
            try scene.collection.upsert("new", scene.vectors[10], attributes: marked)
            try scene.collection.setAttributes(VectorID(row: 5), nil)
            #expect(try found() == ["4", "new"])
            let before = try view.collection("c").search(scene.vectors[0], k: 50, filter: filter)
            #expect(Set(before.map(\.id.description)) == ["3", "4", "5"])
        }
        try scene.collection.optimize()
        #expect(try found() == ["4", "new"])
    }

    /// Within a distance, only who has looked at all knows that there is no more.
    @Test func onlyWhoLookedAtAllIsComplete() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 3_000, .quick(.l2, .lvq4x8))
        var options = SearchOptions(within: 1.5, limit: 2_900)
        var all = SearchResults()
        for (text, isExact, isComplete) in [(nil, false, false), (nil, true, true), (".number < 5", false, true)] {
            options.filter = try text.map { try Filter(parsing: $0) }
            options.isExact = isExact
            var results = SearchResults()
            try scene.collection.search(scene.vectors[0], options, into: &results)
            #expect(results.count < 2_900 && results.isComplete(query: 0) == isComplete)
            all.append(results)
        }
        #expect((0..<3).map(all.isComplete) == [false, true, true])
    }

    @Test func explanationsTellWhatWasDone() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 6_000, .quick(.l2, .lvq4x8))
        var results = SearchResults()
        var options = SearchOptions(k: 5, window: 10)
        let plain = try scene.collection.explain(scene.vectors[0], options, into: &results)
        #expect(plain.plan == nil && plain.expanded >= 5 && plain.ranked >= 5 && results.count == 5)
        options.filter = try Filter(parsing: ".number < 5")
        let scan = try scene.collection.explain(scene.vectors[0], options, into: &results)
        #expect(scan.plan?.method == .scan && scan.expanded == 0)
        #expect(scan.measured + scan.sketches >= scan.plan?.matching ?? .max)
        options.isExact = true
        let exact = try scene.collection.explain(scene.vectors[0], options, into: &results)
        #expect(exact.plan?.method == .exact && exact.measured == scan.plan?.matching)
        // A measurement of one query tells the same, of several nothing.
        let one = try VectorArray(scene.vectors[0], dimension: 16)
        #expect(try scene.collection.measure(queries: one, options).measurement.explanation == exact)
        let two = try VectorArray(scene.vectors[0] + scene.vectors[1], dimension: 16)
        #expect(try scene.collection.measure(queries: two, options).measurement.explanation == nil)
        options = SearchOptions(k: 5, window: 10)
        #expect(try scene.collection.measure(queries: one, options).measurement.explanation == plain)
    }

    /// Attributes that are damaged are an error, and no answer that leaves them out.
    @Test func damagedAttributesAreNotPassedOver() throws {
        let folder = try TemporaryFolder()
        let scene = try Scene(folder, count: 300, .quick(.l2, .lvq4x8))
        try scene.database.environment.write { transaction in
            let number = try #require(try Catalogue.number(of: "c", in: transaction))
            try transaction.put([1, 2, 3, 4, 5, 6], for: Key(collection: number, slot: 7), in: .attributes)
        }
        let filter = try Filter(parsing: ".number > 2")
        let error = lociError { _ = try scene.collection.search(scene.vectors[0], filter: filter) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
