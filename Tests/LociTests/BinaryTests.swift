// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Collections of signs.
@Suite struct BinaryTests {
    /// Twice the part of the dimensions whose signs differ.
    private static func distance(_ first: [Float], _ second: [Float]) -> Float {
        let differing = zip(first, second).reduce(0) { $0 + (($1.0 > 0) == ($1.1 > 0) ? 0 : 1) }
        return Float(2 * differing) / Float(first.count)
    }

    @Test func onlyCosineHasBinaryCodes() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        for metric in [Metric.l2, .ip] {
            let error = indexError { _ = try database.createCollection("a", .quick(metric, .binary)) }
            guard case .parameter("quantization", "binary", _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try database.collectionNames().isEmpty)
    }

    @Test(arguments: [1, 7, 64, 100, 520]) func distancesAreExact(dimension: Int) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 300, dimension: dimension)
        let queries = try RandomVectors(count: 5, dimension: dimension, seed: 5)
        for originals in Originals.allCases {
            let collection = try database.buildCollection(
                "\(originals)", .quick(.cosine, .binary, originals), from: vectors)
            for query in 0..<queries.count {
                let expected = (0..<300).map { Self.distance(queries[query], vectors[$0]) }
                for neighbor in try collection.search(queries[query], k: 300, exact: true) {
                    #expect(neighbor.distance == expected[try #require(Int("\(neighbor.id)"))])
                }
                #expect(
                    try collection.search(queries[query], k: 20).map(\.distance) == Array(expected.sorted().prefix(20)))
                var within = SearchResults()
                try collection.search(queries[query], SearchOptions(within: 1), into: &within)
                #expect(within[query: 0].count == expected.count { $0 <= 1 })
            }
            let found = try #require(try collection.get("7"))
            let magnitude = 1 / Float(dimension).squareRoot()
            let signs = vectors[7].map { $0 > 0 ? magnitude : -magnitude }
            switch originals {
            case .none: #expect(found == signs)
            case .float32: #expect(found == vectors[7])
            case .float16: #expect(zip(found, vectors[7]).allSatisfy { ($0 - $1).magnitude < 1e-3 })
            }
        }
        #expect(try database.check() == [])
    }

    /// A graph finds what a scan finds, also of vectors that were added to it, removed from it, and after it was optimized.
    @Test func aGraphFindsTheNearest() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_600, dimension: 48)
        let collection = try database.buildCollection(
            "c", .quick(.cosine, .binary), from: RandomVectors(count: 2_300, dimension: 48))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 2_300..<2_600 { try collection.add(VectorID(row: row), vectors[row]) }
            for row in stride(from: 0, to: 2_600, by: 9) { try collection.remove(VectorID(row: row)) }
        }
        let queries = try RandomVectors(count: 30, dimension: 48, seed: 9)
        for _ in 0..<2 {
            #expect(try collection.info().hasGraph)
            var hits = 0
            for query in 0..<queries.count {
                let exact = try collection.search(queries[query], k: 10, exact: true).map(\.distance)
                let walked = try collection.search(queries[query], k: 10, window: 200)
                let last = try #require(exact.last)
                hits += walked.count { $0.distance <= last }
                for neighbor in walked {
                    let row = try #require(Int("\(neighbor.id)"))
                    #expect(neighbor.distance == Self.distance(queries[query], vectors[row]))
                }
            }
            #expect(hits >= 285, "\(hits) of 300")
            #expect(try collection.search(vectors[2_500], k: 1).map(\.distance) == [0])
            #expect(try database.check() == [])
            try collection.optimize()
        }
    }

    @Test func tinyComponentsHaveSigns() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.cosine, .binary))
        try collection.add("a", [1e15, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0])
        #expect(try collection.get("a") == [0.5, 0.5, -0.5, -0.5])
        #expect(try collection.search([1, 1, -1, -1], k: 1).map(\.distance) == [0])
        #expect(indexError { try collection.add("b", [0, 0, 0, 0]) } == .zeroVector(row: nil))
        #expect(indexError { _ = try collection.search([0, 0, 0, 0]) } == .zeroVector(row: nil))
    }

    @Test func repairKeepsWhatIsSound() throws {
        let original = try DamagedCollection(.binary, metric: .cosine)
        for table in try original.tables {
            let damaged = try DamagedCollection(copying: original)
            try damaged.flip(0, in: table)
            let repair = try damaged.collection.repair(dropLost: true)
            #expect((repair.lost.count > 0) == [.codes, .identifiers].contains(table), "\(table)")
            try damaged.expectRepaired(repair)
        }
    }

    @Test func bitsBehindTheLastDimensionAreFound() throws {
        let damaged = try DamagedCollection(.binary, metric: .cosine, dimension: 18, count: 2_100)
        try damaged.change(try damaged.live(from: 3), in: .codes) { $0[2] |= 0x40 }
        #expect(try damaged.database.check().map(\.what).count { $0.contains("behind the last dimension") } == 1)
    }

    @Test func aPlanRefusesThem() throws {
        let vectors = try RandomVectors(count: 300, dimension: 8)
        let error = indexError {
            _ = try Database.planBuild(
                BuildGoal(recall: 0.9), CollectionConfiguration(metric: .cosine), from: vectors,
                options: PlanOptions(quantizations: [.binary]))
        }
        guard case .parameter("quantization", "binary", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// Equal distances are as good as each other: a window reaches a recall by what it finds as near.
    @Test func tuningCountsEqualDistances() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.buildCollection(
            "c", .quick(.cosine, .binary), from: RandomVectors(count: 2_010, dimension: 16))
        let queries = try RandomVectors(count: 40, dimension: 16, seed: 3)
        let result = try collection.tune(queries: queries, TuningOptions(recall: 0.9, k: 10))
        var recalls: [Double] = []
        for point in result.points {
            var hits = 0
            for query in 0..<40 {
                let last = try collection.search(queries[query], k: 10, exact: true).last?.distance ?? 0
                hits += try collection.search(queries[query], k: 10, window: point.window).count { $0.distance <= last }
            }
            recalls.append(Double(hits) / 400)
        }
        #expect(result.points.map(\.recall) == recalls)
    }
}
