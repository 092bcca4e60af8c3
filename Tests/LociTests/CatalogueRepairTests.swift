// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Repairs of names and numbers.
@Suite struct CatalogueRepairTests {
    private let folder: TemporaryFolder
    private let database: Database
    private let vectors: RandomVectors

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        vectors = try RandomVectors(count: 50, dimension: 4)
        for name in ["a", "b"] { _ = try database.buildCollection(name, .quick(), from: vectors) }
    }

    private func name(_ name: String) throws -> Key {
        try Key(collection: Key.databaseNumber, identifier: name.utf8)
    }

    private func change(_ body: (borrowing WriteTransaction) throws -> Void) throws {
        try database.environment.write(body)
        #expect(try !database.check().isEmpty)
    }

    @Test func aLostNameComesBack() throws {
        for value in [nil, [1], [99, 0, 0, 0], [2, 0, 0, 0]] as [[UInt8]?] {
            try change { transaction in
                if let value {
                    try transaction.put(value, for: name("a"), in: .collections)
                } else {
                    try transaction.delete(name("a"), in: .collections)
                }
            }
            let repair = try database.repair()
            #expect(repair.isComplete && !repair.isSound && repair.collections.map(\.outcome) == [.sound, .sound])
            #expect(try database.check() == [])
            #expect(try database.collection("a").get("7") == database.collection("b").get("7"))
        }
    }

    @Test func aNameThatLeadsToAnother() throws {
        try change { try $0.put([1, 0, 0, 0], for: name("z"), in: .collections) }
        #expect(try database.collection("z").repair().outcome != .repaired)
        let repair = try database.repair()
        #expect(repair.isComplete)
        #expect(
            repair.steps.map(\.what) == ["the name \"z\" led to number 1, which is the collection \"a\": it is removed"]
        )
        #expect(try database.collectionNames() == ["a", "b"])
        // Dropping such a name does not drop the other.
        try change { try $0.put([1, 0, 0, 0], for: name("z"), in: .collections) }
        try database.drop("z")
        #expect(try database.check() == [] && database.collection("a").count == 50)
    }

    @Test func whatBelongsToNothingIsDropped() throws {
        try change { transaction in
            for chunk in 0..<20_000 as Range<UInt32> {
                try transaction.put([1], for: Key(collection: 77, chunk: chunk), in: .codes)
            }
            try transaction.put([1], for: Key(collection: .max, identifier: "x".utf8), in: .ids)
            try transaction.put([1], for: Key(collection: 90), in: .collections)
        }
        let first = try database.repair()
        #expect(first.steps.map(\.isDone) == [true, true, false, true])
        #expect(first.steps[2].what.hasSuffix("its record is damaged; to drop it would lose what it holds"))
        #expect(try database.repair(dropLost: true).isComplete)
        #expect(try database.check() == [])
    }

    /// Two records of one name: that which the name leads to is the collection.
    @Test func aSecondRecordOfAName() throws {
        try change { transaction in
            let record = try Catalogue.record(number: 1, path: "", in: transaction)
            try transaction.put(record.encoded, for: Key(collection: 50), in: .collections)
            try transaction.setNextCollectionNumber(51)
        }
        #expect(try database.repair().steps.map(\.isDone) == [false])
        #expect(try database.repair(dropLost: true).steps.map(\.isDone) == [true])
        #expect(try database.check() == [] && database.collection("a").count == 50)
    }

    @Test func aDamagedRecordCanOnlyBeDropped() throws {
        try change { transaction in
            var record = try #require(try transaction.value(of: Key(collection: 1), in: .collections))
            record[0] ^= 1
            try transaction.put(record, for: Key(collection: 1), in: .collections)
        }
        let repair = try database.repair(dropLost: true)
        #expect(!repair.isComplete)
        guard case .impossible(let why) = repair.collections.first?.outcome else {
            Issue.record("\(repair)")
            return
        }
        #expect(why.contains("restore the collection from a backup, or drop it (loci drop)"))
        #expect(try database.collectionNames() == ["a", "b"])
        try database.drop("a")
        #expect(try database.check() == [] && database.collectionNames() == ["b"])
    }

    @Test func theCounterIsRaised() throws {
        let counter = try Key(collection: Key.databaseNumber, identifier: "next-collection".utf8)
        for value in [[1], [2, 0, 0, 0]] as [[UInt8]] {
            try change { try $0.put(value, for: counter, in: .settings) }
            #expect(try database.repair().steps.map(\.isDone) == [true])
            #expect(try database.check() == [])
        }
        _ = try database.buildCollection("c", .quick(), from: vectors)
        #expect(try database.check() == [])
    }

    @Test func readersCannotRepair() throws {
        let path = folder.file("copy.loci")
        _ = try database.backup(to: path)
        let copy = try Database.open(path, access: .readOnly)
        guard case .notPermitted = lociError({ _ = try copy.repair() }),
            case .notPermitted = lociError({ _ = try copy.collection("a").repair() })
        else {
            Issue.record("a database that is open for reading was repaired")
            return
        }
        guard case .collectionNotFound = lociError({ _ = try database.collection("a").database.drop("none") }) else {
            Issue.record("a collection that is not there was dropped")
            return
        }
    }
}
