// Loci, Apache License 2.0.

import CLMDB
import TestSupport
import Testing

@testable import LociStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Environment {
    /// An interval that no test lives to see the end of: its timer is driven by `syncing.fire()`.
    static let longInterval: Int64 = 3_600_000

    /// A periodic database.
    static func periodic(at path: String, mode: OpenMode = .create) throws -> Environment {
        let environment = try Environment.open(at: path, mode: mode, options: .small())
        if try environment.syncInterval == 0 { try environment.setSyncInterval(milliseconds: longInterval) }
        return environment
    }

    /// Makes one commit of a few pages.
    func commit(_ value: UInt8, chunks: Range<UInt32> = 0..<4) throws {
        try write { (transaction) throws in
            for chunk in chunks {
                try transaction.put(
                    [UInt8](repeating: value, count: 4000), for: Key(collection: 1, chunk: chunk), in: .codes)
            }
        }
    }

    /// The first byte of a chunk of the last commit.
    func value(_ chunk: UInt32 = 0) throws -> UInt8? {
        try read { try $0.value(of: Key(collection: 1, chunk: chunk), in: .codes)?.first }
    }

    /// The record of the side file.
    func syncRecord() throws -> SyncRecord? { try SyncFile.open(database: path, forWriting: false)?.record() }
}

@Suite struct DurabilityTests {
    @Test func modeIsKeptInTheFile() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
            #expect(try environment.syncInterval == 0)
            try environment.setSyncInterval(milliseconds: 250)
            #expect(try environment.syncInterval == 250)
        }
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try environment.syncInterval == 250)
            #expect(
                storageError { try environment.setSyncInterval(milliseconds: 0) }
                    == .readOnly(path: folder.database))
        }
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        for milliseconds: Int64 in [-1, 1, 9, 3_600_001, .max] {
            #expect(
                storageError { try environment.setSyncInterval(milliseconds: milliseconds) }
                    == .syncInterval(milliseconds: milliseconds))
        }
        try environment.setSyncInterval(milliseconds: 0)
        #expect(try environment.syncInterval == 0)
    }

    @Test func settingsRefuseOtherIntervals() throws {
        var settings = DatabaseSettings()
        #expect(settings.encoded[16..<20] == [0, 0, 0, 0])
        settings.syncInterval = 1000
        #expect(settings.encoded[16..<20] == [0xE8, 3, 0, 0])
        #expect(try DatabaseSettings(decoding: settings.encoded, path: "x") == settings)
        settings.syncInterval = 9
        #expect(throws: StorageError.self) { try DatabaseSettings(decoding: settings.encoded, path: "x") }
    }

    @Test func fullHasNoSideFile() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        try environment.commit(1)
        try environment.sync()
        #expect(try folder.names == ["test.loci", "test.loci-lock"])
        #expect(!environment.map.pins.isKept)
    }

    @Test func periodicCommitsAreSeenAtOnce() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        #expect(!SyncFile.exists(database: folder.database))
        for value: UInt8 in 1...5 {
            try environment.commit(value)
            #expect(try environment.value() == value)
        }
        #expect(environment.map.pins.isKept)
    }

    /// The side file names the commit before the first, then the last one of each sync.
    @Test func sideFileNamesTheLastSyncedCommit() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        let before = try environment.lastTransactionID
        try environment.commit(1)
        try environment.commit(2)
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(before))
        environment.syncing.fire()
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(before + 2))
        try environment.commit(3)
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(before + 2))
        try environment.sync()
        let record = try #require(try environment.syncRecord())
        #expect(record.meta.transaction == UInt64(before + 3))
        #expect(record.isPending && record.boot.isCurrent && record.inode == environment.identity.inode)
    }

    /// An idle process keeps no pages from being used again.
    @Test func pinIsLetGoWhenNothingIsCommitted() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        try environment.commit(1)
        environment.syncing.fire()
        #expect(environment.map.pins.isKept)
        environment.syncing.fire()
        #expect(!environment.map.pins.isKept)
        try environment.commit(2)
        #expect(environment.map.pins.isKept)
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID - 1))
    }

    @Test func closingRemovesTheSideFile() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try Environment.periodic(at: folder.database)
            try environment.commit(1)
            #expect(try folder.names == ["test.loci", "test.loci-lock", "test.loci-sync"])
        }
        #expect(try folder.names == ["test.loci", "test.loci-lock"])
        let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
        #expect(try environment.value() == 1)
        try environment.sync()
    }

    @Test func leavingPeriodicRemovesTheSideFile() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        try environment.commit(1)
        try environment.setSyncInterval(milliseconds: 0)
        #expect(!SyncFile.exists(database: folder.database))
        #expect(!environment.map.pins.isKept)
        try environment.commit(2)
        environment.syncing.fire()
        #expect(!SyncFile.exists(database: folder.database))
        #expect(try environment.value() == 2)
    }

    /// A lost side file is noticed before the next commit.
    @Test func missingSideFileIsMadeAgain() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        try environment.commit(1)
        unlink(SyncFile.path(ofDatabase: folder.database))
        try environment.commit(2)
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID - 1))
        try TestFile.write([1, 2, 3], to: SyncFile.path(ofDatabase: folder.database))
        #expect(throws: StorageError.self) { try environment.sync() }
        // What fails in the background, the next write puts right, or tells.
        environment.syncing.fire()
        try environment.commit(3)
        try environment.sync()
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID))
    }

    @Test func mapGrowsUnderThePin() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        try environment.commit(1)
        for chunk: UInt32 in 0..<100 {
            try environment.commit(UInt8(chunk), chunks: (chunk * 10)..<(chunk * 10 + 10))
        }
        #expect(environment.mapGeneration > 0)
        #expect(environment.map.pins.isKept)
        #expect(try environment.value(555) == 55)
        environment.syncing.fire()
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID))
    }

    /// The pages of a synced commit are used again after the next sync, and not before.
    @Test func growthIsThatOfAnInterval() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        func grow(syncing: Bool) throws -> Int {
            let before = try environment.usedBytes
            for round in 0..<50 {
                try environment.commit(UInt8(round), chunks: 0..<10)
                if syncing { try environment.sync() }
            }
            return try environment.usedBytes - before
        }
        _ = try grow(syncing: true)
        #expect(try grow(syncing: true) == 0)
        #expect(try grow(syncing: false) > 40 * 10 * 4096)
        environment.syncing.fire()
        #expect(try grow(syncing: true) == 0)
    }

    /// Writers, syncs, the timer, changes of the mode and readers at once, while the map grows.
    @Test func manyThreads() async throws {
        let folder = try TemporaryFolder()
        do {
            var options = EnvironmentOptions.small()
            options.mapGrowthTimeout = .seconds(10)
            let environment = try Environment.open(at: folder.database, mode: .create, options: options)
            try environment.setSyncInterval(milliseconds: Environment.longInterval)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread: UInt32 in 0..<3 {
                    group.addTask {
                        for round: UInt32 in 0..<60 {
                            let first = (thread * 60 + round) * 3
                            try environment.commit(UInt8(first % 251), chunks: first..<first + 3)
                        }
                    }
                }
                group.addTask { for _ in 0..<60 { try environment.sync() } }
                group.addTask { for _ in 0..<200 { environment.syncing.fire() } }
                group.addTask { for _ in 0..<200 { _ = try environment.read { try $0.count(of: .codes) } } }
                group.addTask {
                    for round in 0..<6 {
                        try environment.setSyncInterval(
                            milliseconds: round % 2 == 0 ? 0 : Environment.longInterval)
                    }
                }
                try await group.waitForAll()
            }
            try environment.sync()
            _ = try environment.copy(to: folder.file("copy"), replacing: false) { _ in }
        }
        for path in [folder.database, folder.file("copy")] {
            let environment = try Environment.open(at: path, mode: .readOnly, options: .small())
            for round: UInt32 in 0..<180 { #expect(try environment.value(round * 3) == UInt8(round * 3 % 251)) }
        }
        #expect(!SyncFile.exists(database: folder.database))
    }

    @Test func readersAreListed() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        #expect(try environment.readerCommits() == [])
        try environment.commit(1)
        let old = try Snapshot(environment: environment)
        try environment.commit(2)
        let new = try Snapshot(environment: environment)
        #expect(try environment.readerCommits()?.sorted() == [old.transactionID, new.transactionID])
        let list = ReaderList()
        list.add("    pid     thread     txnid\n")
        list.add("       123 7f00 -\n     77 7fab 9001\nx\n\n 1 2 3 4\n")
        #expect(list.commits == [9001])
        withExtendedLifetime((old, new)) {}
    }
}
