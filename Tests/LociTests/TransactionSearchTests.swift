// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Searches inside of a write transaction: they see what it has done.
@Suite struct TransactionSearchTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    private static let filters = [".n < 30", ".n % 2 == 1", ".kind == \"even\" and .n > 10", "exists .n"]

    /// After each change, a search finds what one of a fresh collection of the same rows finds.
    @Test(arguments: Metric.allCases, [false, true])
    func exactSearchesSeeEveryChange(metric: Metric, isIndexed: Bool) throws {
        var generator = SeededGenerator("search in a transaction \(metric) \(isIndexed)")
        let collection = try database.createCollection("a", .quick(metric, .float32))
        if isIndexed {
            try collection.createIndex("n", .number)
            try collection.createIndex("kind", .keyword)
        }
        var vectors: [VectorID: [[Float]]] = [:]
        var attributes: [VectorID: Attributes] = [:]
        for _ in 0..<12 {
            try database.write { transaction in
                let rows = try transaction.collection("a")
                for _ in 0..<6 {
                    for _ in 0..<1 + generator.below(9) {
                        let id = VectorID(row: generator.below(60))
                        switch generator.below(4) {
                        case 0:
                            #expect(try rows.remove(id) == (vectors.removeValue(forKey: id) != nil))
                            attributes[id] = nil
                        case 1:
                            let text = try Attributes(json: #"{"n": \#(generator.below(60)), "kind": "even"}"#)
                            if try rows.setAttributes(id, text) { attributes[id] = text }
                        default:
                            let row = (0..<1 + generator.below(3) / 2).map { _ in generator.normals(5) }
                            let text =
                                generator.below(2) == 0
                                ? nil : try Attributes(json: #"{"n": \#(generator.below(60)), "kind": "odd"}"#)
                            try rows.upsert(id, vectors: row, attributes: text)
                            vectors[id] = row
                            if let text { attributes[id] = text }
                        }
                    }
                    let query = generator.normals(5)
                    for filter in try [nil] + Self.filters.map({ try Filter(parsing: $0) }) {
                        var options = SearchOptions(k: 7, isExact: generator.below(2) == 0)
                        options.filter = filter
                        let expected = vectors.keys.filter { id in
                            filter.map { filter in attributes[id].map { filter.matches($0) } ?? false } ?? true
                        }
                        .map { ($0, Self.distance(query, vectors[$0] ?? [], metric)) }
                        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(7)
                        let found = try rows.search(query, options)
                        #expect(found.map(\.id) == expected.map(\.0))
                        #expect(zip(found, expected).allSatisfy { abs($0.distance - $1.1) < 1e-4 })
                        var results = SearchResults()
                        try rows.search(query.span.bytes, options, into: &results)
                        #expect(results[query: 0] == found)
                        try rows.search(query, options, into: &results)
                        #expect(results[query: 0] == found)
                    }
                }
            }
            #expect(try database.check() == [])
            #expect(try collection.rowCount == vectors.count)
        }
    }

    /// With a graph, the transaction finds what is found after its commit.
    @Test(arguments: [Quantization.lvq4x8, .lvq8])
    func walksFindWhatTheyFindAfterTheCommit(quantization: Quantization) throws {
        var generator = SeededGenerator("walks in a transaction \(quantization)")
        let vectors = try RandomVectors(count: 2_300, dimension: 8)
        let collection = try database.buildCollection("a", .quick(.l2, quantization), from: vectors)
        let queries = (0..<20).map { _ in generator.normals(8) }
        for round in 0..<3 {
            let before = try queries.map { try collection.search($0) }
            let within = try database.write { transaction in
                let rows = try transaction.collection("a")
                for row in 0..<150 { try rows.upsert(VectorID("new \(round) \(row)"), generator.normals(8)) }
                _ = try rows.search(queries[0])
                for row in 0..<100 { try rows.remove(VectorID(row: 150 * round + row)) }
                let found = try queries.map { try rows.search($0) }
                // Others see the last commit.
                #expect(try queries.map { try collection.search($0) } == before)
                #expect(try found == queries.map { try rows.search($0) })
                let exact = try queries.map { try rows.search($0, SearchOptions(isExact: true)) }
                let hits = zip(found, exact).reduce(0) { $0 + Set($1.0.map(\.id)).intersection($1.1.map(\.id)).count }
                #expect(hits >= 190)
                return found
            }
            #expect(try queries.map { try collection.search($0) } == within)
            #expect(before != within)
            #expect(try database.check() == [])
        }
    }

    @Test func collectionsThatAreNewOrEmptied() throws {
        try database.write { transaction in
            let rows = try transaction.createCollection("a")
            #expect(try rows.search([1, 2, 3]) == [])
            #expect(try rows.identifiers() == [])
            try rows.add("x", [1, 2])
            #expect(try rows.search([1, 2]).map(\.id) == ["x"])
            try rows.remove("x")
            #expect(try rows.search([1, 2]) == [])
            // Another dimension, since nothing is left.
            try rows.add("y", [1, 2, 3])
            #expect(try rows.search([1, 2, 3]).map(\.id) == ["y"])
            #expect(try rows.get("y") == [1, 2, 3])
        }
        #expect(try database.collection("a").search([1, 2, 3]).map(\.id) == ["y"])
        #expect(try database.check() == [])
    }

    @Test func aRefusedSearchHarmsNothing() throws {
        try database.write { transaction in
            let rows = try transaction.createCollection("a", .quick(.cosine))
            try rows.add("x", [1, 2])
            #expect(indexError { _ = try rows.search([1]) } == .dimensionMismatch(found: 1, expected: 2))
            #expect(indexError { _ = try rows.search([0, 0]) } == .zeroVector(row: nil))
            #expect(indexError { _ = try rows.search([.nan, 0]) } == .notFinite(row: nil, component: 0))
            #expect(indexError { _ = try rows.search([1, 2], SearchOptions(k: 0)) } != nil)
            #expect(lociError { _ = try rows.search([1, 2], SearchOptions(recall: 0.9)) } == nil)
            try rows.add("y", [2, 1])
        }
        #expect(try database.collection("a").count == 2)
        var kept: WritableCollection?
        try database.write { kept = try $0.collection("a") }
        let ended = try #require(kept)
        #expect(lociError { _ = try ended.search([1, 2]) } == .transactionEnded)
        #expect(lociError { _ = try ended.identifiers() } == .transactionEnded)
        #expect(lociError { _ = try ended.links(of: "x") } == .transactionEnded)
    }

    private static func distance(_ query: [Float], _ row: [[Float]], _ metric: Metric) -> Float {
        func product(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        return row.map { vector in
            switch metric {
            case .l2: zip(query, vector).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            case .ip: -product(query, vector)
            case .cosine:
                1 - product(query, vector) / (product(query, query) * product(vector, vector)).squareRoot()
            }
        }.min() ?? .infinity
    }
}
