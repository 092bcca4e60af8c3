// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage
import TestSupport
import Testing

@testable import Loci

/// Collections that one transaction makes and drops.
@Suite struct CatalogueTransactionTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    @Test func dropAndCreateAgain() throws {
        let collection = try database.createCollection("a", .quick(.l2, .float32))
        try collection.createIndex("n", .number)
        try collection.add("old", [1, 2], attributes: Attributes(["n": 1]))
        for isFilled in [true, false] {
            try database.write { transaction in
                let old = try transaction.collection("a")
                try old.add("waits", [3, 4, 5].suffix(try #require(old.dimension)))
                try transaction.drop("a")
                #expect(try !transaction.hasCollection("a"))
                #expect(throws: LociError.self) { try transaction.collection("a") }
                let new = try transaction.createCollection("a", .quick(.cosine))
                #expect(try transaction.hasCollection("a"))
                #expect(try new.count == 0 && new.dimension == nil && new.indexes.isEmpty)
                #expect(try !new.contains("old") && new.attributes(of: "old") == nil)
                if isFilled {
                    try new.add("new", [1, 2, 3])
                    #expect(try transaction.collection("a").search([1, 2, 3]).map(\.id) == ["new"])
                }
                // Others see the last commit.
                #expect(try database.collection("a").contains("old") == isFilled)
            }
            #expect(try collection.identifiers() == (isFilled ? ["new"] : []))
            #expect(try collection.configuration.metric == .cosine)
            #expect(try database.collectionNames() == ["a"])
            #expect(try database.check() == [])
        }
        #expect(try database.environment.read { try $0.count(of: .ids) } == 0)
    }

    @Test func createAndDropAgain() throws {
        let before = try database.records().count
        try database.write { transaction in
            for round in 0..<3 {
                try transaction.createCollection("a").add("x", [Float](repeating: 1, count: round + 1))
                try transaction.drop("a")
            }
            #expect(try transaction.collectionNames() == [])
            #expect(throws: LociError.self) { try transaction.drop("a") }
        }
        #expect(try !database.hasCollection("a"))
        // But for the number that the next collection will have.
        #expect(try database.records().count <= before + 1)
        #expect(try database.check() == [])
    }

    @Test func dropAllCollections() throws {
        for name in ["a", "b", "c"] {
            try database.createCollection(name, .quick()).add("x", [1, 2], attributes: Attributes(["n": 1]))
        }
        let b = try database.collection("b")
        try database.write { transaction in
            try transaction.collection("b").add("y", [2, 3])
            for name in try transaction.collectionNames() { try transaction.drop(name) }
            #expect(try transaction.collectionNames() == [])
            try transaction.createCollection("c").add("z", [4])
        }
        #expect(try database.collectionNames() == ["c"])
        #expect(try database.collection("c").identifiers() == ["z"])
        #expect(lociError { _ = try b.count } == .collectionNotFound(name: "b", existing: ["c"]))
        #expect(try database.check() == [])
        // What is given up leaves all as it was.
        #expect(throws: WriteModel.GivenUp.self) {
            try database.write { transaction in
                try transaction.drop("c")
                try transaction.createCollection("c")
                throw WriteModel.GivenUp()
            }
        }
        #expect(try database.collection("c").identifiers() == ["z"])
    }

    @Test func whetherThereIsACollection() throws {
        try database.createCollection("a").add("x", [1])
        let impossible = ["", String(repeating: "n", count: 256), "b", "a\u{0}"]
        for name in impossible { #expect(try !database.hasCollection(name)) }
        #expect(try database.hasCollection("a"))
        try database.read { view in
            try database.write { transaction in
                #expect(try transaction.hasCollection("a") && !transaction.hasCollection("b"))
                try transaction.drop("a")
                try transaction.createCollection("b")
                #expect(try !transaction.hasCollection("a") && transaction.hasCollection("b"))
                for name in impossible where name != "b" { #expect(try !transaction.hasCollection(name)) }
            }
            #expect(try view.hasCollection("a") && !view.hasCollection("b"))
        }
        #expect(try !database.hasCollection("a") && database.hasCollection("b"))
    }
}
