// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct DatabaseTests {
    @Test func openingModes() throws {
        let folder = try TemporaryFolder()
        for access in [Database.Access.readOnly, .readWrite] {
            guard case .databaseNotFound = lociError({ _ = try Database.open(folder.database, access: access) }) else {
                Issue.record("a missing file was opened")
                return
            }
        }
        guard case .databaseNotFound = lociError({ _ = try Database.open(folder.file("none/a.loci")) }) else {
            Issue.record("a file in a missing folder was created")
            return
        }
        _ = try Database.open(folder.database).createCollection("a")
        #expect(try Database.open(folder.database, access: .readWrite).collectionNames() == ["a"])
        #expect(try Database.open(folder.database, access: .readOnly).collectionNames() == ["a"])
        #expect(try Database.open(folder.database, access: .create).collectionNames() == ["a"])
    }

    @Test func emptyAndForeignFiles() throws {
        let folder = try TemporaryFolder()
        try TestFile.write([], to: folder.database)
        for access in [Database.Access.readOnly, .readWrite] {
            guard case .notADatabase = lociError({ _ = try Database.open(folder.database, access: access) }) else {
                Issue.record("an empty file was opened as it stands")
                return
            }
        }
        #expect(try Database.open(folder.database, access: .create).collectionNames() == [])
        var generator = SeededGenerator()
        for size in [1, 100, 4_096, 100_000] {
            let foreign = folder.file("foreign")
            let bytes = generator.bytes(size)
            try TestFile.write(bytes, to: foreign)
            guard case .notADatabase = lociError({ _ = try Database.open(foreign) }) else {
                Issue.record("\(size) random bytes were opened")
                return
            }
            #expect(try TestFile.read(foreign) == bytes)
        }
        guard case .notADatabase = lociError({ _ = try Database.open(folder.path) }) else {
            Issue.record("a folder was opened")
            return
        }
    }

    @Test(arguments: [UInt8(2), 7])
    func otherVersionIsRefused(version: UInt8) throws {
        let folder = try TemporaryFolder()
        do {
            let database = try Database.open(folder.database)
            var settings = DatabaseSettings().encoded
            settings[8] = version
            try database.environment.write { try $0.put(settings, for: DatabaseSettings.key, in: .settings) }
        }
        guard case .unsupportedFormat(let text) = lociError({ _ = try Database.open(folder.database) }) else {
            Issue.record("format version \(version) was opened")
            return
        }
        #expect(text.contains("version \(version)") && text.contains("3 to 6"))
    }

    @Test func namesThatCannotBe() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 3, dimension: 2)
        for name in [
            "", "a\nb", "\u{0}", "\u{7F}", String(repeating: "a", count: 256), String(repeating: "é", count: 128),
        ] {
            for body in [
                { _ = try database.createCollection(name) }, { _ = try database.buildCollection(name, from: vectors) },
            ] {
                guard case .collectionName = lociError(body) else {
                    Issue.record("\(name.debugDescription) names a collection")
                    continue
                }
            }
            guard case .collectionNotFound = lociError({ _ = try database.collection(name) }) else {
                Issue.record("\(name.debugDescription) was found")
                continue
            }
            guard case .collectionNotFound = lociError({ try database.drop(name) }) else {
                Issue.record("\(name.debugDescription) was dropped")
                continue
            }
        }
        #expect(try database.collectionNames() == [])
        let names = [String(repeating: "z", count: 255), "a b", "\"", "日本語", "a", "-", "👩‍👩‍👧"]
        for name in names { _ = try database.createCollection(name) }
        #expect(try database.collectionNames() == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func namesThatUnicodeCallsEquivalentStayApart() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let composed = try database.buildCollection("\u{E9}", from: RandomVectors(count: 3, dimension: 2))
        let decomposed = try database.buildCollection("e\u{301}", from: RandomVectors(count: 5, dimension: 4))
        for _ in 0..<2 {
            #expect(try composed.count == 3)
            #expect(try decomposed.count == 5)
            #expect(try decomposed.info().count == 5)
        }
        #expect(try database.check() == [])
    }

    @Test func errorsNameWhatIsThere() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let a = try database.createCollection("a")
        _ = try database.createCollection("b")
        #expect(lociError { _ = try database.createCollection("a") } == .collectionExists(name: "a"))
        let vectors = try RandomVectors(count: 3, dimension: 2)
        #expect(lociError { _ = try database.buildCollection("a", from: vectors) } == .collectionExists(name: "a"))
        let missing = LociError.collectionNotFound(name: "c", existing: ["a", "b"])
        #expect(lociError { _ = try database.collection("c") } == missing)
        #expect(lociError { try database.drop("c") } == missing)
        #expect(missing.description.contains("\"a\", \"b\""))
        try database.drop("a")
        for body in [
            { _ = try a.count }, { _ = try a.search([1]) }, { _ = try a.get("1") }, { _ = try a.info() },
            { _ = try a.check() }, { try a.build(from: vectors) }, { try a.build(from: vectors, replacing: true) },
        ] {
            #expect(lociError(body) == .collectionNotFound(name: "a", existing: ["b"]))
        }
    }

    @Test func openingTwiceShares() throws {
        let folder = try TemporaryFolder()
        let first = try Database.open(folder.database)
        let second = try Database.open(folder.database)
        #expect(first.environment === second.environment)
        let built = try first.buildCollection("a", .quick(), from: RandomVectors(count: 10, dimension: 3))
        let seen = try second.collection("a")
        #expect(try seen.count == 10)
        try built.build(from: RandomVectors(count: 4, dimension: 2), replacing: true)
        #expect(try seen.count == 4)
        #expect(try seen.dimension == 2)
        try second.drop("a")
        #expect(lociError { _ = try built.count } == .collectionNotFound(name: "a", existing: []))
    }

    @Test func readerRefusesToWrite() throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: 10, dimension: 3)
        do {
            _ = try Database.open(folder.database).buildCollection("a", .quick(), from: vectors)
        }
        let before = try TestFile.read(folder.database)
        do {
            let database = try Database.open(folder.database, access: .readOnly)
            let collection = try database.collection("a")
            for body in [
                { _ = try database.createCollection("b") }, { _ = try database.buildCollection("b", from: vectors) },
                { try database.drop("a") }, { try collection.build(from: vectors, replacing: true) },
                { _ = try Database.open(folder.database) },
            ] {
                guard case .notPermitted = lociError(body) else {
                    Issue.record("a reader wrote")
                    continue
                }
            }
            #expect(try collection.search(vectors[3], k: 1).map(\.id) == ["3"])
            #expect(try database.check() == [])
        }
        #expect(try TestFile.read(folder.database) == before)
    }

    @Test func droppingFreesPages() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: 1_500, dimension: 64)
        var sizes: [Int] = []
        for _ in 0..<8 {
            _ = try database.buildCollection("a", .quick(.l2, .float32, .float16), from: vectors)
            sizes.append(try database.info().bytes)
            try database.drop("a")
        }
        // The pages of a dropping can be used from the commit after it on, so the first rounds still grow.
        #expect(sizes[7] <= sizes[2], "\(sizes)")
        for _ in 0..<8 {
            _ = try database.buildCollection("a", .quick(.l2, .float32, .float16), from: vectors, replacing: true)
            sizes.append(try database.info().bytes)
        }
        #expect(sizes[15] <= sizes[11], "\(sizes)")
        #expect(sizes[15] < 3 * sizes[0])
    }
}
