// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct FullTests {
    @Test func smallMap() throws {
        let folder = try TemporaryFolder()
        var options = Database.Options()
        options.initialMapBytes = 1 << 20
        options.maximumMapBytes = 2 << 20
        let database = try Database.open(folder.database, options: options)
        try overfill(database)
        #expect(try TestFile.read(folder.database).count <= 2 << 20)
    }

    /// Builds what has no room, beside and in place of what has.
    private func overfill(_ database: Database) throws {
        let small = try RandomVectors(count: 300, dimension: 32)
        let large = try RandomVectors(count: 2_500, dimension: 600)
        let old = try database.buildCollection("old", .quick(.l2, .float32), from: small)
        for name in ["new", "old"] {
            let error = thrown {
                _ = try database.buildCollection(name, .quick(.l2, .float32), from: large, replacing: true)
            }
            guard case .full(let text) = error as? LociError else {
                Issue.record("a build without room ended with \(String(describing: error))")
                continue
            }
            #expect(!text.contains("\n"))
            #expect(try database.collectionNames() == ["old"])
            #expect(try old.get("7") == small[7])
            #expect(try database.check() == [])
        }
        // What the builds left does not keep later ones from their room.
        _ = try database.buildCollection("other", .quick(.l2, .float32), from: small)
        try old.build(from: RandomVectors(count: 200, dimension: 32, seed: 9), replacing: true)
        #expect(try database.environment.markedCollections() == [])
        #expect(try database.check() == [])
        // No page was lost to what did not fit: a copy would find it.
        let folder = try TemporaryFolder()
        try database.backup(to: folder.database)
        #expect(try Database.open(folder.database).records() == database.records())
    }

    @Test func noRoomToDropTheReplaced() throws {
        // A failure after a build was published must not undo it.
        let folder = try TemporaryFolder()
        var options = Database.Options()
        options.initialMapBytes = 1 << 20
        options.maximumMapBytes = 1 << 20
        let database = try Database.open(folder.database, options: options)
        let collection = try database.buildCollection(
            "a", .quick(.l2, .float32), from: RandomVectors(count: 1, dimension: 8))
        var failures = 0
        for count in stride(from: 1_400, to: 1_900, by: 12) {
            let vectors = try RandomVectors(count: count, dimension: 64, seed: UInt64(count))
            let before = try collection.count
            let error = lociError { try collection.build(from: vectors, replacing: true) }
            if error != nil { failures += 1 }
            #expect(try collection.count == (error == nil ? count : before))
            #expect(try database.check() == [])
        }
        #expect(failures > 0)
    }

    @Test func fullDisk() throws {
        let folder = try TemporaryFolder()
        guard let disk = SmallDisk(in: folder, size: "3m") else { return }
        let path = disk.path + "/test.loci"
        try overfill(Database.open(path))
        let database = try Database.open(path, access: .readOnly)
        #expect(try database.collectionNames() == ["old", "other"])
    }
}
