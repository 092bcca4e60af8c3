// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Properties of a collection.
@Suite struct PropertiesTests {
    private static let first = try? Attributes(json: #"{"made by": "a test", "n": [1, 2]}"#)
    private static let second = try? Attributes(json: #"{"n":2}"#)

    /// So many bytes of an object.
    private func object(_ bytes: Int) throws -> Attributes {
        try Attributes(json: "{\"a\":\"" + String(repeating: "x", count: bytes - 8) + "\"}")
    }

    @Test func areCreatedSetAndRemoved() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        #expect(try database.createCollection("none").properties == nil)
        let collection = try database.createCollection("c", .quick(), properties: Self.first)
        #expect(try collection.properties == Self.first)
        try collection.setProperties(Self.second)
        #expect(try collection.properties == Self.second)
        try database.write { transaction in
            let made = try transaction.createCollection("d", properties: Self.first)
            #expect(made.properties == Self.first)
            let collection = try transaction.collection("c")
            #expect(collection.properties == Self.second)
            try collection.setProperties(nil)
            #expect(collection.properties == nil)
        }
        #expect(try collection.properties == nil)
        #expect(try database.collection("d").properties == Self.first)
        try database.read { view in
            let seen = try view.collection("d")
            try database.collection("d").setProperties(Self.second)
            #expect(try seen.properties == Self.first)
            #expect(throws: LociError.self) { try seen.setProperties(nil) }
        }
        #expect(try Database.open(folder.database, access: .readOnly).collection("d").properties == Self.second)
        #expect(try database.check() == [])
    }

    @Test func oneThatIsTooLargeIsRefused() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let (largest, tooLarge) = (try object(4_096), try object(4_097))
        let error = LociError.propertiesLength(name: "c", bytes: 4_097, limit: 4_096)
        #expect(lociError { _ = try database.createCollection("c", properties: tooLarge) } == error)
        #expect(lociError { try database.write { _ = try $0.createCollection("c", properties: tooLarge) } } == error)
        let collection = try database.createCollection("c", properties: largest)
        #expect(try collection.properties == largest)
        #expect(lociError { try collection.setProperties(tooLarge) } == error)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            #expect(lociError { try collection.setProperties(tooLarge) } == error)
            try collection.add("a", [1])
        }
        #expect(try collection.properties == largest && collection.count == 1)
        #expect("\(error)".contains("4097") && "\(error)".contains("4096"))
    }

    /// What changes the vectors leaves the properties, and what takes the collection's place does not.
    @Test func outliveTheVectors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(), properties: Self.first)
        try collection.build(from: RandomVectors(count: 2_100, dimension: 4))
        #expect(try collection.properties == Self.first)
        try collection.setProperties(Self.second)
        try collection.build(from: RandomVectors(count: 30, dimension: 4), replacing: true)
        #expect(try collection.properties == Self.second && collection.count == 30)
        try collection.optimize()
        #expect(try collection.properties == Self.second)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<30 { try collection.remove(VectorID(row: row)) }
        }
        #expect(try collection.properties == Self.second && collection.count == 0)
        try collection.add("a", [1, 2])
        #expect(try collection.properties == Self.second)
        _ = try database.buildCollection(
            "c", .quick(), from: RandomVectors(count: 3, dimension: 2), replacing: true)
        #expect(try collection.properties == nil)
        #expect(try database.check() == [])
    }

    @Test func surviveARepair() throws {
        for chunks in [true, false] {
            let damaged = try DamagedCollection(.lvq8, count: 2_100)
            try damaged.collection.setProperties(Self.first)
            let tables: [Table] = chunks ? [.adjacency] : [.codes]
            for table in tables { for chunk in try damaged.chunks(in: table) { try damaged.delete(chunk, in: table) } }
            let repair = try damaged.collection.repair(dropLost: true)
            #expect(repair.outcome == .repaired && (repair.kept == 0) == !chunks)
            #expect(try damaged.collection.properties == Self.first)
            #expect(try damaged.database.check() == [])
        }
    }

    /// A collection that a program of version 6 has written is read as it is, and takes everything from its next change on.
    @Test func aCollectionOfVersion6() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 2_100, dimension: 6)
        let collection = try database.buildCollection("c", .quick(.cosine, .lvq4x8), from: vectors)
        let found = try collection.search(vectors[5], k: 5)
        try database.environment.write { transaction in
            let key = Key(collection: try Catalogue.existing("c", in: transaction))
            var bytes = try #require(try transaction.value(of: key, in: .collections))
            #expect(bytes[0] == 7)
            bytes[0] = 6
            bytes.removeSubrange(120..<124)
            bytes.replaceSubrange(52..<56, with: [0, 0, 0, 0])
            let checksum = bytes.withUnsafeBytes { Checksum.crc32($0) }
            bytes.replaceSubrange(52..<56, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
            try transaction.put(bytes, for: key, in: .collections)
        }
        func version() throws -> UInt8? {
            try database.environment.read { transaction in
                let key = Key(collection: try Catalogue.existing("c", in: transaction))
                return try transaction.value(of: key, in: .collections)?.first
            }
        }
        let again = try Database.open(folder.database).collection("c")
        #expect(try again.search(vectors[5], k: 5).map(\.distance) == found.map(\.distance))
        #expect(try again.properties == nil && !again.configuration.keepsLengths)
        #expect(try database.check() == [] && version() == 6)
        try again.setProperties(Self.first)
        #expect(try again.properties == Self.first && version() == 7)
        #expect(try again.search(vectors[5], k: 5).map(\.id) == found.map(\.id))
        #expect(try database.check() == [])
    }
}
