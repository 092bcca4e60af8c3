// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct PagingTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    /// All pages of a search, each of a size that `size` says, checked one by one.
    private func pages(
        _ collection: Collection, _ query: [Float], _ options: SearchOptions, between: () throws -> Void = {},
        size: () -> Int
    ) throws -> [[Neighbor]] {
        var pages: [[Neighbor]] = []
        var given: Set<VectorID> = []
        var cursor: SearchCursor?
        repeat {
            var options = options
            options.k = size()
            let page = try collection.search(query, options, after: cursor)
            #expect(page.neighbors.count == options.k || page.next == nil)
            #expect(!page.neighbors.isEmpty || cursor == nil)
            #expect(zip(page.neighbors, page.neighbors.dropFirst()).allSatisfy { $0.distance <= $1.distance })
            for neighbor in page.neighbors { #expect(given.insert(neighbor.id).inserted) }
            #expect(page.next.map { $0.givenCount == given.count } ?? true)
            pages.append(page.neighbors)
            cursor = page.next
            try between()
        } while cursor != nil
        return pages
    }

    /// A collection of vectors of which some are alike, some were removed, and some came later.
    private func changed(
        _ name: String, _ configuration: CollectionConfiguration, count: Int, _ generator: inout SeededGenerator
    ) throws -> Collection {
        let dimension = 6
        var rows: [[Float]] = []
        for _ in 0..<count {
            if let row = rows.randomElement(using: &generator), Int.random(in: 0..<4, using: &generator) == 0 {
                rows.append(row)
            } else {
                rows.append((0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) })
            }
        }
        let source = try VectorArray(Array(rows.joined()), dimension: dimension)
        let collection = try database.buildCollection(name, configuration, from: source)
        let share = Int.random(in: 1...5, using: &generator)
        try database.write { transaction in
            let writable = try transaction.collection(name)
            for row in 1..<max(1, count) where Int.random(in: 0..<share, using: &generator) == 1 {
                _ = try writable.remove(VectorID(row: row))
            }
            for number in 0..<Int.random(in: 0...20, using: &generator) {
                guard let row = rows.randomElement(using: &generator) else { break }
                try writable.add(VectorID("new \(number)"), row)
            }
        }
        return collection
    }

    private static let configurations: [CollectionConfiguration] = Metric.allCases.flatMap { metric in
        [
            .quick(metric, .lvq4x8), .quick(metric, .float32), .quick(metric, .lvq4x8, .float16),
            .quick(metric, .lvq4, .float32),
        ]
    }

    @Test func everyVectorComesOnce() throws {
        var generator = SeededGenerator()
        for (number, configuration) in Self.configurations.enumerated() {
            let isLarge = number % 2 == 0
            let count =
                isLarge ? Int.random(in: 2_100...2_600, using: &generator) : .random(in: 1...300, using: &generator)
            let collection = try changed("c\(number)", configuration, count: count, &generator)
            var ids: Set<VectorID> = []
            try collection.forEach { id, _ in ids.insert(id) }
            let query = (0..<6).map { _ in Float.random(in: -1...1, using: &generator) }
            for largest in [isLarge ? 40 : 3, 700, 5_000] {
                for isExact in [false, true] {
                    let options = SearchOptions(
                        window: [nil, 1, 30].randomElement(using: &generator) ?? nil, isExact: isExact)
                    let pages = try pages(collection, query, options) { .random(in: 1...largest, using: &generator) }
                    let all = pages.flatMap { $0 }
                    #expect(all.count == ids.count && Set(all.map(\.id)) == ids, "\(number), \(largest), \(isExact)")
                    let whole = try collection.search(query, k: count + 20, exact: isExact)
                    if isExact || !isLarge {
                        #expect(all == whole)
                    } else {
                        #expect(Set(all) == Set(whole))
                    }
                    let first = try #require(pages.first)
                    var plain = SearchResults()
                    var same = options
                    same.k = max(1, first.count)
                    try collection.search(query, same, into: &plain)
                    #expect(plain[query: 0] == first)
                }
            }
        }
    }

    @Test func pagesWithinADistance() throws {
        var generator = SeededGenerator()
        for (number, configuration) in Self.configurations.enumerated() {
            let count = number % 4 == 0 ? 2_300 : 200
            let collection = try changed("c\(number)", configuration, count: count, &generator)
            let query = (0..<6).map { _ in Float.random(in: -1...1, using: &generator) }
            let nearest = try collection.search(query, k: count + 20, exact: true)
            let radii = [nearest[nearest.count / 2], nearest[3], nearest[nearest.count - 1]].map(\.distance)
            for radius in radii + [radii[1].nextDown, nearest[0].distance.nextDown] {
                let within = Array(nearest.prefix { $0.distance <= radius })
                var options = SearchOptions(within: radius, isExact: true)
                for largest in [5, max(1, within.count), 3_000] {
                    options.isExact = true
                    let exact = try pages(collection, query, options) { .random(in: 1...largest, using: &generator) }
                    #expect(exact.flatMap { $0 } == within)
                    let size = max(1, within.count)
                    #expect(try pages(collection, query, options) { size }.count == 1)
                    // A walk may miss some, and measures by codes.
                    options.isExact = false
                    let walked = try pages(collection, query, options) { .random(in: 1...largest, using: &generator) }
                    #expect(walked.joined().allSatisfy { $0.distance <= radius })
                    #expect(Double(walked.joined().count) >= 0.9 * Double(within.count) - 2)
                }
            }
        }
    }

    @Test func aViewGoesOnWhateverIsWritten() throws {
        var generator = SeededGenerator()
        for count in [150, 2_200] {
            let name = "n\(count)"
            let collection = try changed(name, .quick(), count: count, &generator)
            let query = (0..<6).map { _ in Float.random(in: -1...1, using: &generator) }
            try database.read { view in
                let seen = try view.collection(name)
                var ids: Set<VectorID> = []
                try seen.forEach { id, _ in ids.insert(id) }
                var left = ids.sorted()
                let pages = try pages(seen, query, SearchOptions()) {
                    if let id = left.popLast() { _ = try collection.remove(id) }
                    try collection.add(VectorID("later \(left.count)"), query)
                } size: {
                    .random(in: 20...400, using: &generator)
                }
                #expect(Set(pages.joined().map(\.id)) == ids)
            }
        }
    }

    @Test func cursorsOfOtherSearches() throws {
        let vectors = try RandomVectors(count: 50, dimension: 4)
        let collection = try database.buildCollection("a", .quick(), from: vectors)
        let other = try database.buildCollection("b", .quick(), from: vectors)
        let query = vectors[0]
        let (cursor, commit) = try database.read { view in
            let page = try view.collection("a").search(query, SearchOptions(k: 5), after: nil)
            return (try #require(page.next), view.commit)
        }
        #expect(cursor.commit == commit && cursor.givenCount == 5)
        // As long as nothing is committed, a view is not needed.
        let options = SearchOptions(k: 7)
        let page = try collection.search(query, options, after: cursor)
        #expect(try page.neighbors == Array(collection.search(query, k: 12).dropFirst(5)))
        // A cursor is a value.
        #expect(try collection.search(query, options, after: cursor).neighbors == page.neighbors)

        func mismatch(_ reason: String, _ name: String = "a", _ body: () throws -> Void) {
            #expect(lociError(body) == .cursorMismatch(name: name, reason: reason))
        }
        mismatch("collection", "b") { _ = try other.search(query, options, after: cursor) }
        mismatch("query") { _ = try collection.search(vectors[1], options, after: cursor) }
        for changed in [
            SearchOptions(k: 7, window: 9), SearchOptions(k: 7, isExact: true), SearchOptions(within: 1, limit: 7),
        ] {
            mismatch("effort, exactness or distance") { _ = try collection.search(query, changed, after: cursor) }
        }
        let elsewhere = try Database.open(folder.file("elsewhere.loci"))
        let copy = try elsewhere.buildCollection("a", .quick(), from: vectors)
        mismatch("database") { _ = try copy.search(query, options, after: cursor) }
        for k in [0, -1, 1_000_001] {
            for start in [nil, cursor] {
                let error = indexError { _ = try collection.search(query, SearchOptions(k: k), after: start) }
                guard case .parameter("k", "\(k)", _) = error else {
                    Issue.record("k \(k) was taken")
                    continue
                }
            }
        }

        // Every commit ends it, of whichever collection.
        try other.add("more", query)
        let error = lociError { _ = try collection.search(query, options, after: cursor) }
        guard case .cursorOutdated("a", commit, let current) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try current == database.read { $0.commit })
        #expect("\(try #require(error))".contains("database.read"))
        for id in 0..<50 { try collection.remove(VectorID(row: id)) }
        // Nothing is all there is.
        for isExact in [false, true] {
            for options in [SearchOptions(k: 7, isExact: isExact), SearchOptions(within: 1, isExact: isExact)] {
                let page = try collection.search(query, options, after: nil)
                #expect(page.neighbors.isEmpty && page.next == nil)
            }
        }
    }

    @Test(arguments: [SearchOptions(k: 5, window: 8), SearchOptions(k: 5)])
    func pagesFindAsMuchAsOneSearch(options: SearchOptions) throws {
        let vectors = try RandomVectors(count: 2_600, dimension: 24)
        let collection = try database.buildCollection(
            "a", CollectionConfiguration(quantization: .lvq8, build: BuildParameters(maximumDegree: 8, window: 16)),
            from: vectors)
        let queries = try RandomVectors(count: 60, dimension: 24, seed: 3)
        var (single, paged) = (0, 0)
        for row in 0..<queries.count {
            let truth = Set(try collection.search(queries[row], k: 40, exact: true).map(\.id))
            var results = SearchResults()
            var all = options
            all.k = 40
            try collection.search(queries[row], all, into: &results)
            single += results[query: 0].count { truth.contains($0.id) }
            var cursor: SearchCursor?
            for _ in 0..<8 {
                let page = try collection.search(queries[row], options, after: cursor)
                paged += page.neighbors.count { truth.contains($0.id) }
                cursor = page.next
            }
        }
        #expect(paged >= single, "\(paged), \(single)")
        #expect(single < 60 * 40)
    }
}
