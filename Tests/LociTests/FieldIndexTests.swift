// Loci, Apache License 2.0.

import LociIndex
import LociWords
import TestSupport
import Testing

@testable import Loci
@testable import LociAttributes
@testable import LociStorage

/// Indexes as they are made, kept, dropped, damaged and repaired.
@Suite struct FieldIndexTests {
    private struct Scene {
        let folder: TemporaryFolder
        let database: Database
        let collection: Collection

        init(count: Int = 1_500) throws {
            folder = try TemporaryFolder()
            database = try Database.open(folder.database)
            collection = try database.createCollection("c", .quick(.l2, .lvq8))
            try database.write { transaction in
                let collection = try transaction.collection("c")
                for row in 0..<count {
                    try collection.add(
                        VectorID("v\(row)"), [Float(row % 37), Float(row), 1], attributes: Scene.attributes(row))
                }
            }
        }

        static func attributes(_ row: Int) throws -> Attributes? {
            row % 5 == 0
                ? nil : try Attributes(["year": .number(Double(1900 + row % 100)), "name": .string("n\(row)")])
        }

        static func block(_ slots: [UInt32]) -> [UInt8] {
            var run = PostingRun()
            for slot in slots { run.append(slot: slot, positions: [0]) }
            return run.blocks(isFilling: true) { _ in .max }[0].bytes
        }

        func matching(_ text: String) throws -> (count: Int, source: FilterPlan.Source) {
            var options = SearchOptions()
            options.filter = try Filter(parsing: text)
            let plan = try #require(try collection.plan(options))
            return (plan.matching, plan.source)
        }

        var number: UInt32 {
            get throws { try database.environment.read { try Catalogue.existing("c", in: $0) } }
        }
    }

    @Test func anIndexIsMadeAndDroppedWithDataThere() throws {
        let scene = try Scene()
        let before = try scene.matching(".year < 1910")
        #expect(before.source == .attributes && before.count > 0)
        try scene.collection.createIndex("year", .number)
        try scene.collection.createIndex(".name", .keyword)
        #expect(
            try scene.collection.indexes == [
                FieldIndex(path: "name", kind: .keyword, rows: 1_200),
                FieldIndex(path: "year", kind: .number, rows: 1_200),
            ])
        #expect(try scene.collection.info().indexes == scene.collection.indexes)
        #expect(try scene.database.check() == [])
        let after = try scene.matching(".year < 1910")
        #expect(after == (before.count, .indexes))
        #expect(try scene.matching(".name == \"n7\"") == (1, .indexes))
        try scene.collection.dropIndex("year")
        #expect(try scene.matching(".year < 1910") == before)
        try scene.collection.dropIndex("name")
        #expect(try scene.database.check() == [])
        let entries = try scene.database.environment.read { transaction in
            try transaction.count(of: .postings) + transaction.count(of: .fields)
        }
        #expect(entries == 0)
    }

    @Test func whatCannotBeDoneIsRefused() throws {
        let scene = try Scene(count: 3)
        try scene.collection.createIndex("year", .number)
        #expect(throws: LociError.indexExists(name: "c", path: "year", kind: .number)) {
            try scene.collection.createIndex(".year", .keyword)
        }
        #expect(throws: LociError.indexNotFound(name: "c", path: "name", existing: ["year"])) {
            try scene.collection.dropIndex("name")
        }
        for path in ["", "a b", "year == 1", String(repeating: "x", count: 256)] {
            let error = lociError { try scene.collection.createIndex(path, .keyword) }
            guard case .fieldPath? = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
        }
        try scene.database.write { transaction in
            let collection = try transaction.collection("c")
            for number in 1..<FieldIndex.limit { try collection.createIndex("f\(number)", .keyword) }
            #expect(throws: LociError.tooManyIndexes(name: "c", limit: 64)) {
                try collection.createIndex("more", .keyword)
            }
        }
        #expect(try scene.collection.indexes.count == 64)
        #expect(try scene.database.check() == [])
    }

    /// In one transaction with rows, given up with it, and kept by what renumbers slots.
    @Test func indexesGoWithTheirTransaction() throws {
        struct GivenUp: Error {}
        let scene = try Scene(count: 100)
        #expect(throws: GivenUp.self) {
            try scene.database.write { transaction in
                let collection = try transaction.collection("c")
                try collection.createIndex("year", .number)
                try collection.remove(VectorID("v3"))
                throw GivenUp()
            }
        }
        #expect(try scene.collection.indexes == [])
        try scene.database.write { transaction in
            let collection = try transaction.collection("c")
            try collection.remove(VectorID("v1"))
            try collection.createIndex("year", .number)
            try collection.upsert(VectorID("new"), [1, 2, 3], attributes: Attributes(["year": 1900]))
            try collection.remove(VectorID("v2"))
        }
        #expect(try scene.database.check() == [])
        #expect(try scene.collection.indexes == [FieldIndex(path: "year", kind: .number, rows: 79)])
        try scene.collection.optimize(threads: 1)
        #expect(try scene.database.check() == [])
        #expect(try scene.collection.indexes == [FieldIndex(path: "year", kind: .number, rows: 79)])
        try scene.collection.build(from: RandomVectors(count: 10, dimension: 3), replacing: true, threads: 1)
        #expect(try scene.collection.indexes == [FieldIndex(path: "year", kind: .number, rows: 0)])
        #expect(try scene.database.check() == [])
    }

    /// What is declared and dropped while a collection is optimized holds afterwards.
    @Test func indexesAreCarriedOver() throws {
        let scene = try Scene(count: 2_500)
        try scene.collection.createIndex("name", .keyword)
        try scene.collection.createIndex("year", .keyword)
        let writer = OnceObserver {
            try scene.database.write { transaction in
                let collection = try transaction.collection("c")
                try collection.dropIndex("name")
                try collection.dropIndex("year")
                try collection.createIndex("year", .number)
                try collection.createIndex("other", .time)
                try collection.upsert(VectorID("late"), [9, 9, 9], attributes: Attributes(["year": 1_850]))
            }
        }
        try scene.collection.optimize(threads: 1, observer: writer)
        #expect(try scene.database.check() == [])
        #expect(
            try scene.collection.indexes == [
                FieldIndex(path: "other", kind: .time, rows: 0), FieldIndex(path: "year", kind: .number, rows: 2_001),
            ])
        #expect(try scene.matching(".year == 1850") == (1, .indexes))
    }

    /// Blocks that are missing, damaged, moved or too many are found, and made anew.
    @Test(arguments: 0..<6) func damageIsFoundAndRepaired(kind: Int) throws {
        let scene = try Scene()
        try scene.collection.createIndex("year", .number)
        let number = try scene.number
        let field = try #require(try scene.database.environment.read { try $0.fields(of: number) }.first)
        let present = PostingTerm(field: field.number, value: [FieldTerm.present])
        let key = try present.key(collection: number, slot: 1)
        try scene.database.environment.write { transaction in
            switch kind {
            case 0: try transaction.delete(key, in: .postings)
            case 1:
                var value = try #require(try transaction.value(of: key, in: .postings))
                value[value.count - 1] ^= 1
                try transaction.put(value, for: key, in: .postings)
            case 2:
                let stray = try PostingTerm(field: 9, value: [FieldTerm.present]).key(collection: number, slot: 1)
                let block = Scene.block([1])
                try transaction.put(PostingsEntry.encoded(block, key: stray), for: stray, in: .postings)
            case 3:
                let block = Scene.block([1, 5])
                try transaction.put(PostingsEntry.encoded(block, key: key), for: key, in: .postings)
            case 4:
                var wrong = field
                wrong.rows += 1
                try transaction.put(wrong, of: number)
            default:
                let list = PostingTerm(field: PostingTerm.attributesField, value: [FieldTerm.present])
                try transaction.delete(list.key(collection: number, slot: 1), in: .postings)
            }
        }
        let faults = try scene.database.check()
        #expect(!faults.isEmpty)
        #expect(
            faults.allSatisfy {
                $0.description.contains(kind == 2 ? "field 9" : kind == 5 ? "all attributes" : "year")
                    || $0.description.contains("checksum")
            }, "\(faults.prefix(2))")
        let repair = try scene.collection.repair(threads: 1)
        #expect(repair.outcome == .repaired && repair.lost == [] && repair.lostAttributes == [])
        #expect(try scene.database.check() == [])
        #expect(try scene.collection.indexes == [FieldIndex(path: "year", kind: .number, rows: 1_200)])
    }
}

/// Does something at its first call.
private final class OnceObserver: BuildObserver, @unchecked Sendable {
    // Safe to share: builds on one thread call it from that one.
    private var body: (() throws -> Void)?

    var isCancelled: Bool { false }

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func progress(stage: BuildStage, done: Int, total: Int) {
        let body = body
        self.body = nil
        do { try body?() } catch { Issue.record(error) }
    }
}
