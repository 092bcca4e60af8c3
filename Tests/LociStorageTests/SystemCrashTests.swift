// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

/// What a system that goes down may leave of a periodic database, and what is opened then.
@Suite struct SystemCrashTests {
    /// A database as it was when it was synced, and as the system had it in memory some commits later.
    private struct Crash {
        let synced: [UInt8]
        let later: [UInt8]
        let side: SyncRecord
        let records: [[UInt8]]
        let lastCommit: Int

        static let otherStart = BootIdentity(high: 0x5EED, low: 0xC0DE)
        static let page = 4096

        /// Commits at random, then syncs, then commits more; what is synced meanwhile, to grow the map or to take over,
        /// counts.
        init(_ generator: inout SeededGenerator, before: Int, after: Int) throws {
            let folder = try TemporaryFolder()
            let environment = try Environment.periodic(at: folder.database)
            for _ in 0..<before {
                try Crash.commit(&generator, in: environment)
                if generator.below(3) == 0 { environment.syncing.fire() }
            }
            try environment.commit(0)
            try environment.sync()
            // Lets go of the pin, so that the next commit takes over.
            if generator.below(2) == 0 { environment.syncing.fire() }
            var synced = try TestFile.read(folder.database)
            var records = try environment.records()
            var named = try #require(try environment.syncRecord())
            #expect(named.meta.transaction == UInt64(try environment.lastTransactionID))
            for _ in 0..<after {
                let file = try TestFile.read(folder.database)
                let present = try environment.records()
                let last = try environment.lastTransactionID
                try Crash.commit(&generator, in: environment)
                let record = try #require(try environment.syncRecord())
                guard record.meta != named.meta else { continue }
                #expect(record.meta.transaction == UInt64(last))
                (synced, records, named) = (file, present, record)
            }
            self.synced = synced
            self.records = records
            lastCommit = try environment.lastTransactionID
            later = try TestFile.read(folder.database)
            // The files of the tests are copies; their inodes may by chance be that of the original.
            side = SyncRecord(
                boot: Crash.otherStart, inode: .max, rootChecksums: named.rootChecksums, meta: named.meta)
        }

        /// Puts, replaces and deletes values of less than a page and of some pages.
        private static func commit(_ generator: inout SeededGenerator, in environment: Environment) throws {
            var changes: [(key: Key, value: [UInt8]?)] = []
            for _ in 0...generator.below(8) {
                let key = Key(collection: 1, chunk: UInt32(generator.below(40)))
                let isPut = generator.below(4) > 0
                changes.append((key, isPut ? generator.bytes(generator.below(3) * 3000 + generator.below(200)) : nil))
            }
            try environment.write { (transaction) throws in
                for (key, value) in changes {
                    if let value {
                        try transaction.put(value, for: key, in: .codes)
                    } else {
                        _ = try transaction.delete(key, in: .codes)
                    }
                }
            }
        }

        /// A file of which every page, or every sector, is the synced one or the later one, and which may be shorter than
        /// the later one.
        func remains(_ generator: inout SeededGenerator) -> [UInt8] {
            let end = synced.count + generator.below((later.count - synced.count) / 512 + 1) * 512
            var file = Array(later[..<end])
            let isTorn = generator.below(2) == 0
            let share = generator.below(11)
            var sector = 0
            while sector < end {
                let isMeta = sector < 2 * Crash.page
                let bytes = isTorn || isMeta ? 512 : Crash.page - sector % Crash.page
                let range = sector..<min(end, sector + bytes)
                // The meta pages are what was written last and most often, so all mixtures of them are tried.
                if generator.below(10) < (isMeta ? 5 : share) {
                    for index in range { file[index] = index < synced.count ? synced[index] : 0 }
                }
                sector = range.upperBound
            }
            // Torn within a sector, as no disk should.
            if generator.below(8) == 0 {
                for index in 0..<generator.below(160) { file[Crash.page * generator.below(2) + index] = 0xA5 }
            }
            return file
        }

        /// The side file with the record in either slot, and in the other one nothing, garbage or an older record.
        func sideFile(_ generator: inout SeededGenerator) -> [UInt8] {
            var record = side
            record.number = UInt64(generator.below(100) + 1)
            var older = record
            older.number -= 1
            older.isPending = false
            let other =
                switch generator.below(3) {
                case 0: [UInt8](repeating: 0, count: 512)
                case 1: generator.bytes(512)
                default: older.encoded
                }
            let padding = [UInt8](repeating: 0, count: SyncFile.slotBytes - 512)
            let slots = record.number & 1 == 0 ? [record.encoded, other] : [other, record.encoded]
            return slots[0] + padding + slots[1] + padding
        }
    }

    /// Whatever of the later writes is on the disk, the database is that of the synced commit.
    @Test func databaseIsPutBackToTheSyncedCommit() throws {
        var generator = SeededGenerator(fresh: #function)
        for round in 0..<TestSettings.iterations(6) {
            let crash = try Crash(&generator, before: 1 + generator.below(20), after: 1 + generator.below(60))
            for subset in 0..<25 {
                let folder = try TemporaryFolder()
                try TestFile.write(crash.remains(&generator), to: folder.database)
                try TestFile.write(crash.sideFile(&generator), to: SyncFile.path(ofDatabase: folder.database))
                let mode: OpenMode = generator.below(3) == 0 ? .readOnly : .readWrite
                do {
                    let environment = try Environment.open(at: folder.database, mode: mode, options: .small())
                    let place = "\(generator), round \(round), subset \(subset)"
                    #expect(try environment.lastTransactionID == Int(crash.side.meta.transaction), "\(place)")
                    #expect(try environment.records() == crash.records, "\(place)")
                    #expect(!SyncFile.exists(database: folder.database), "\(place)")
                    // LMDB's own copying finds pages that are lost or used twice.
                    _ = try environment.copy(to: folder.file("copy"), replacing: false) { _ in }
                }
                let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
                try environment.commit(77, chunks: 100..<110)
                #expect(try environment.value(105) == 77)
            }
        }
    }

    /// The same start of the system: a process died, and all commits are there.
    @Test func commitsAreKeptWhereTheSystemRunsOn() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        try TestFile.write(crash.later, to: folder.database)
        let inode = try #require(FileIdentity(path: folder.database)).inode
        let record = SyncRecord(inode: inode, rootChecksums: crash.side.rootChecksums, meta: crash.side.meta)
        try TestFile.write(record.encoded, to: SyncFile.path(ofDatabase: folder.database))
        let last = crash.lastCommit
        #expect(last > Int(record.meta.transaction))
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try environment.lastTransactionID == last)
            // A reader leaves the side file to a writer.
            #expect(SyncFile.exists(database: folder.database))
        }
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        #expect(try environment.lastTransactionID == last)
        #expect(!SyncFile.exists(database: folder.database))
    }

    /// A system that could not write all pages, or does not tell when it was started: only what was synced is trusted.
    @Test func unknownStart() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        try TestFile.write(crash.later, to: folder.database)
        var record = crash.side
        record.boot = .unknown
        try TestFile.write(record.encoded, to: SyncFile.path(ofDatabase: folder.database))
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        #expect(try environment.lastTransactionID == Int(record.meta.transaction))
        #expect(try environment.records() == crash.records)
    }

    /// Once one process knows that pages are lost, no other says that they are on the disk.
    @Test func distrustIsNotTakenBack() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        try environment.commit(1)
        let file = try #require(try SyncFile.open(database: folder.database))
        var record = try #require(try file.record())
        record.boot = .unknown
        record.number += 1
        try file.append(record)
        guard case .syncFile = storageError({ try environment.sync() }) else {
            Issue.record("the sync went well")
            return
        }
        environment.syncing.fire()
        guard case .syncFile = storageError({ try environment.commit(2) }) else {
            Issue.record("the write went well")
            return
        }
        #expect(try file.record() == record)
    }

    @Test func sideFileThatSaysNothingIsRemoved() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        try TestFile.write(crash.later, to: folder.database)
        var record = crash.side
        record.isPending = false
        try TestFile.write(record.encoded, to: SyncFile.path(ofDatabase: folder.database))
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        #expect(try environment.lastTransactionID == crash.lastCommit)
        #expect(!SyncFile.exists(database: folder.database))
    }

    @Test func damagedSideFile() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        let path = SyncFile.path(ofDatabase: folder.database)
        let whole = crash.side.encoded
        for (bytes, what) in [
            ([], "empty"), (Array(whole[..<300]), "short"), (generator.bytes(8192), "garbage"),
            ([UInt8](repeating: 0, count: 8192), "zeros"), ([0] + whole.dropFirst(), "no magic"),
        ] {
            try TestFile.write(crash.later, to: folder.database)
            try TestFile.write(bytes, to: path)
            for mode in [OpenMode.readOnly, .readWrite, .create] {
                #expect(
                    storageError { _ = try Environment.open(at: folder.database, mode: mode, options: .small()) }
                        == .syncFile(path: path, reason: "is damaged"), "\(what)")
            }
            #expect(try TestFile.read(folder.database) == crash.later, "\(what)")
        }
    }

    /// The inode says that the record is of this file, and the file says that it is not.
    @Test func sideFileThatDoesNotFit() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        let path = SyncFile.path(ofDatabase: folder.database)
        for lost in [Int(crash.side.meta.roots[1]), Int(crash.side.meta.roots[0])] {
            var file = crash.synced
            file[lost * Crash.page + 20] ^= 1
            try TestFile.write(file, to: folder.database)
            let inode = try #require(FileIdentity(path: folder.database)).inode
            let record = SyncRecord(
                boot: Crash.otherStart, inode: inode, rootChecksums: crash.side.rootChecksums, meta: crash.side.meta)
            try TestFile.write(record.encoded, to: path)
            #expect(
                storageError { _ = try Environment.open(at: folder.database, mode: .readWrite, options: .small()) }
                    == .syncFile(path: path, reason: "does not fit the database"))
            #expect(try TestFile.read(folder.database) == file)
        }
    }

    /// Another database was put in the place of the one that the side file is of.
    @Test func sideFileOfAnotherDatabase() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let other = try Crash(&generator, before: 9, after: 1)
        for (file, mode) in [(other.synced, OpenMode.readWrite), ([], .create), (other.synced, .readOnly)] {
            let folder = try TemporaryFolder()
            try TestFile.write(file, to: folder.database)
            try TestFile.write(crash.side.encoded, to: SyncFile.path(ofDatabase: folder.database))
            let environment = try Environment.open(at: folder.database, mode: mode, options: .small())
            #expect(!SyncFile.exists(database: folder.database))
            if !file.isEmpty { #expect(try environment.records() == other.records) }
        }
    }

    /// A database that is replaced takes its side file with it.
    @Test func replacingRemovesTheSideFile() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        let source = try Environment.open(at: folder.file("source"), mode: .create, options: .small())
        try source.commit(42)
        try TestFile.write(crash.later, to: folder.database)
        try TestFile.write(crash.side.encoded, to: SyncFile.path(ofDatabase: folder.database))
        _ = try source.copy(to: folder.database, replacing: true) { _ in }
        #expect(!SyncFile.exists(database: folder.database))
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try environment.value() == 42)
        }
        #expect(
            storageError { _ = try source.copy(to: folder.file("source-sync"), replacing: true) { _ in } }
                == .sameFile(path: folder.file("source-sync")))
    }

    /// Compacting works on what the system left.
    @Test func compactingPutsBackFirst() throws {
        var generator = SeededGenerator()
        let crash = try Crash(&generator, before: 3, after: 5)
        let folder = try TemporaryFolder()
        try TestFile.write(crash.remains(&generator), to: folder.database)
        try TestFile.write(crash.sideFile(&generator), to: SyncFile.path(ofDatabase: folder.database))
        _ = try Environment.compact(at: folder.database) { _ in }
        let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
        #expect(try environment.records() == crash.records)
        #expect(try environment.syncInterval == Int(Environment.longInterval))
    }
}

extension Environment {
    /// Every key and value of every table, in order.
    func records() throws -> [[UInt8]] {
        try read { transaction in
            var all: [[UInt8]] = []
            for table in Table.allCases {
                try transaction.withCursor(over: table) { cursor in
                    while try cursor.next() {
                        let record = try cursor.withCurrent { key, value in
                            [UInt8(table.index)] + key.copied + value.copied
                        }
                        if let record { all.append(record) }
                    }
                }
            }
            return all
        }
    }
}
