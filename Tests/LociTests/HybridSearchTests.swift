// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociWords
import TestSupport
import Testing

@testable import Loci

/// Searches by a vector and by words.
@Suite struct HybridSearchTests {
    private static let words = ["night", "train", "sea", "rain", "harbour", "light", "snow"]
    private static let count = 600

    /// Vectors of two numbers, with texts of words of which the first ones are frequent.
    private func makeCollection(_ folder: TemporaryFolder, _ generator: inout SeededGenerator) throws -> Collection {
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.createIndex("text", words: WordAnalysis())
        var rows: [([Float], String)] = []
        for row in 0..<Self.count {
            let words = (0..<generator.below(6)).map { _ in
                Self.words[min(generator.below(Self.words.count), generator.below(Self.words.count))]
            }
            let text = row % 9 == 0 ? "" : ", \"text\": \"\(words.joined(separator: " "))\""
            rows.append((vector(&generator), "{\"n\": \(row)\(text)}"))
        }
        try database.write { [rows] transaction in
            let collection = try transaction.collection("c")
            for (row, (vector, attributes)) in rows.enumerated() {
                try collection.add(VectorID(row: row), vector, attributes: Attributes(json: attributes))
            }
        }
        return collection
    }

    private func vector(_ generator: inout SeededGenerator) -> [Float] {
        [Float(generator.below(1_000)), Float(generator.below(1_000))]
    }

    /// Both rankings of all that there is, fused.
    private func expected(
        _ collection: Collection, _ vector: [Float], _ words: String, _ options: HybridOptions, depth: Int
    ) throws -> [FusedNeighbor] {
        let near = try collection.search(vector, k: depth, exact: true, filter: options.filter)
        let best = try collection.search(
            words: words, in: "text", WordSearchOptions(k: depth, ranking: options.ranking, filter: options.filter))
        let fused = try options.fusion.fuse(
            near.map { RankFusion.Ranked(id: $0.id, score: Double($0.distance)) },
            best.map { RankFusion.Ranked(id: $0.id, score: $0.score) })
        return fused.map { item in
            FusedNeighbor(
                id: item.id, score: item.score, distance: near.first { $0.id == item.id }?.distance,
                wordScore: best.first { $0.id == item.id }?.score)
        }
    }

    @Test func bothRankingsCount() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let collection = try makeCollection(folder, &generator)
        let fusions: [RankFusion] = [.standard, .weighted(first: 1, second: 0.5), .weighted(first: 0, second: 1)]
        for fusion in fusions {
            for (filter, words) in [(nil, "night"), (".n > 100", "sea rain"), (".n < 20", "+light -train")] {
                var options = HybridOptions(
                    k: 15, fusion: fusion, ranking: try BM25(k1: 2, b: 0.3),
                    filter: try filter.map { try Filter(parsing: $0) })
                options.isExact = true
                options.depth = 40
                let query = vector(&generator)
                let found = try collection.search(query, words: words, in: "text", options)
                let expected = try expected(collection, query, words, options, depth: 40)
                #expect(found == Array(expected.prefix(15)), "\(generator): \(fusion), \(words)")
                options.isExact = false
                #expect(try collection.search(query, words: words, options) == found)
            }
        }
    }

    /// Pages together are all that there is; where the first page looks at all, they are one ranking.
    @Test(arguments: [1, 40, 1_000]) func pagesNeverRepeatAndNeverSkip(depth: Int) throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let collection = try makeCollection(folder, &generator)
        for filter in [nil, try Filter(parsing: ".n % 3 == 0")] {
            let (query, words) = (vector(&generator), try WordQuery(parsing: "night rain"))
            var options = HybridOptions(filter: filter)
            options.depth = depth
            var given: [FusedNeighbor] = []
            var cursor: HybridCursor?
            repeat {
                options.k = 1 + generator.below(30)
                let page = try collection.search(query, words: words, options, after: cursor)
                #expect(!page.neighbors.isEmpty)
                #expect(zip(page.neighbors, page.neighbors.dropFirst()).allSatisfy { $0.score >= $1.score })
                given += page.neighbors
                cursor = page.next
                #expect(cursor.map { $0.givenCount == given.count } ?? true)
            } while cursor != nil
            let all = (0..<Self.count).filter { filter == nil || $0 % 3 == 0 }.map { VectorID(row: $0) }
            #expect(given.map(\.id).sorted() == all.sorted(), "\(generator)")
            if depth > Self.count {
                #expect(given == (try expected(collection, query, "night rain", options, depth: depth)), "\(generator)")
            }
        }
    }

    @Test func cursorsGoOnWithTheirOwnSearch() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let collection = try makeCollection(folder, &generator)
        let words = try WordQuery(parsing: "night")
        let options = HybridOptions(k: 5)
        let cursor = try #require(try collection.search([1, 2], words: words, options, after: nil).next)
        func error(_ body: () throws -> Void) -> LociError? { lociError(body) }
        #expect(
            error { _ = try collection.search([1, 3], words: words, options, after: cursor) }
                == .cursorMismatch(name: "c", reason: "query"))
        #expect(
            error { _ = try collection.search([1, 2], words: WordQuery(parsing: "sea"), options, after: cursor) }
                == .cursorMismatch(name: "c", reason: "query"))
        var other = options
        other.fusion = .weighted(first: 1, second: 1)
        #expect(
            error { _ = try collection.search([1, 2], words: words, other, after: cursor) }
                == .cursorMismatch(name: "c", reason: "options"))
        try collection.add("new", [1, 1])
        guard case .cursorOutdated = error({ _ = try collection.search([1, 2], words: words, options, after: cursor) })
        else {
            Issue.record("a cursor of another commit went on")
            return
        }
    }

    @Test func whatCannotBeSearchedIsRefused() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let collection = try makeCollection(folder, &generator)
        var options = HybridOptions()
        options.depth = 0
        #expect(throws: IndexError.parameter(name: "depth", value: "0", allowed: "from 1 to 1000000")) {
            try collection.search([1, 2], words: "night", options)
        }
        #expect(throws: IndexError.dimensionMismatch(found: 1, expected: 2)) {
            try collection.search([1], words: "night")
        }
        #expect(throws: WordsError.self) {
            try collection.search([1, 2], words: "night", HybridOptions(fusion: .weighted(first: 0, second: 0)))
        }
        #expect(throws: LociError.self) { try collection.search([1, 2], words: "night", in: "title") }
        let empty = try Database.open(folder.database).createCollection("empty", .quick(.l2, .float32))
        try empty.createIndex("text", words: WordAnalysis())
        #expect(try empty.search([1, 2], words: "night") == [])
    }
}
