// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

/// The recall of a collection, measured on its own vectors.
@Suite struct RecallTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        // Random vectors of some dimensions are hard to search.
        vectors = try RandomVectors(count: 2_200, dimension: 24)
    }

    @Test func growsWithTheWindow() throws {
        let collection = try database.buildCollection("a", .quick(.l2, .lvq8), from: vectors)
        let revision = try database.records()
        var last = 0.0
        for window in [1, 8, 40, 2_200] {
            let measured = try collection.recall(sample: 150, window: window)
            #expect(measured.queries == 150 && measured.k == 10 && measured.window == window)
            #expect(measured.recall > last && measured.lowestRecall <= measured.recall)
            #expect(measured.searchTime > .zero && measured.exactTime > .zero)
            last = measured.recall
        }
        #expect(last > 0.99)
        // It agrees with what tuning on the same sample says, and neither chance nor threads change it.
        let tuned = try collection.tune(sample: 150, TuningOptions(recall: 0.9)).tuning
        let measured = try collection.recall(sample: 150, threads: 1)
        #expect(measured.window == tuned.window)
        #expect(abs(measured.recall - tuned.recall) < 1e-6)
        let again = try collection.recall(sample: 150, threads: 2)
        #expect(again.recall == measured.recall && again.lowestRecall == measured.lowestRecall)
        #expect(try collection.recall(sample: 150, seed: 7).recall != measured.recall)
        #expect(try database.records() != revision)
        let tunedRecords = try database.records()
        _ = try collection.recall(sample: 5)
        #expect(try database.records() == tunedRecords)
    }

    /// The lowest recall is that of one query, and removed vectors are neither queries nor neighbours.
    @Test func isThatOfSingleQueries() throws {
        let collection = try database.buildCollection("a", .quick(.l2, .float32), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in stride(from: 0, to: 2_200, by: 4) { try rows.remove(VectorID(row: row)) }
        }
        let measured = try collection.recall(sample: 10_000, k: 3, window: 4)
        #expect(measured.queries == 1_650)
        let hits = measured.recall * 3 * 1_650
        #expect(abs(hits - hits.rounded()) < 1e-6)
        #expect(measured.lowestRecall == 0 && measured.recall > 0.2 && measured.recall < 1)
        let calls = CallCounter()
        _ = try collection.recall(sample: 20) { _ = calls.next() }
        #expect(calls.next() == 40)
        #expect(throws: WriteModel.GivenUp.self) { try collection.recall { throw WriteModel.GivenUp() } }
        // A view's collection can be measured, too.
        let viewed = try database.read { try $0.collection("a").recall(sample: 20, window: 2_200) }
        #expect(viewed.recall > 0.99)
    }

    @Test func scansFindAll() throws {
        let collection = try database.createCollection("a", .quick(.cosine, .lvq4x8))
        #expect(lociError { _ = try collection.recall() } == .emptyCollection(name: "a"))
        for (count, k) in [(1, 0), (2, 1), (8, 7), (50, 10)] {
            try database.write { transaction in
                let rows = try transaction.collection("a")
                for row in rows.count..<count { try rows.add(VectorID(row: row), vectors[row]) }
            }
            let measured = try collection.recall()
            #expect(measured.queries == count && measured.k == k)
            #expect(measured.recall == 1 && measured.lowestRecall == 1)
        }
        for sample in [0, -1, 1_000_001] {
            #expect(
                indexError { _ = try collection.recall(sample: sample) }
                    == .parameter(name: "sample", value: "\(sample)", allowed: "from 1 to 1000000"))
        }
        #expect(indexError { _ = try collection.recall(k: 0) } != nil)
        #expect(indexError { _ = try collection.recall(window: 0) } != nil)
    }
}
