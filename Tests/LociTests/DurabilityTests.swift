// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct DurabilityTests {
    @Test func modeOfADatabase() throws {
        let folder = try TemporaryFolder()
        do {
            let database = try Database.open(folder.database)
            #expect(try database.durability == .full)
            #expect(try database.info().durability == .full)
            for durability: Durability in [
                .periodic(.milliseconds(10)), .periodic(.seconds(3600)), .full, .periodic(Durability.standardInterval),
            ] {
                try database.setDurability(durability)
                #expect(try database.durability == durability)
            }
            for interval in [
                Duration.zero, .milliseconds(9), .microseconds(1), .seconds(-1), .seconds(3601), .seconds(Int64.max),
                .seconds(Int64.min),
            ] {
                guard case .limit = lociError({ try database.setDurability(.periodic(interval)) }) else {
                    Issue.record("\(interval) was taken")
                    continue
                }
            }
            #expect(Durability.intervals == .milliseconds(10)...(.seconds(3600)))
        }
        let database = try Database.open(folder.database, access: .readOnly)
        #expect(try database.durability == .periodic(.seconds(1)))
        guard case .notPermitted = lociError({ try database.setDurability(.full) }) else {
            Issue.record("a reader set the mode")
            return
        }
    }

    @Test func intervalsAreRoundedDown() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        try database.setDurability(.periodic(.microseconds(20_999)))
        #expect(try database.durability == .periodic(.milliseconds(20)))
    }

    @Test func buildsAndDropsInAPeriodicDatabase() throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: 2_500, dimension: 24)
        let other = try TemporaryFolder()
        let records: [[UInt8]]
        do {
            let database = try Database.open(folder.database)
            try database.setDurability(.periodic(.seconds(3600)))
            let collection = try database.buildCollection("a", .quick(), from: vectors)
            #expect(try collection.search(vectors[17], k: 1).map(\.id) == ["17"])
            #expect(try database.check() == [])
            _ = try database.buildCollection("b", .quick(), from: vectors)
            try database.sync()
            try database.drop("b")
            #expect(try database.collectionNames() == ["a"])
            #expect(SyncFile.exists(database: database.path))
            try database.backup(to: other.database)
            records = try database.records()
        }
        #expect(!SyncFile.exists(database: folder.database))
        for path in [folder.database, other.database] {
            let database = try Database.open(path)
            #expect(try database.records() == records)
            #expect(try database.check() == [])
            #expect(try database.durability == .periodic(.seconds(3600)))
        }
    }

    @Test func readersInInfo() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        _ = try database.createCollection("a")
        let before = try database.info()
        #expect(before.readers == 0 && before.oldestReaderCommit == nil)
        try database.read { view in
            _ = try database.createCollection("b")
            _ = try database.createCollection("c")
            let info = try database.info()
            #expect(info.readers == 1)
            #expect(info.oldestReaderCommit == view.commit)
            #expect(info.transactionID == view.commit + 2)
        }
    }
}
