// Loci, Apache License 2.0.

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

#if os(Linux) || os(macOS)
/// Periodic databases in several processes: each exit test runs its body in a process of its own.
@Suite(.serialized) struct DurabilityProcessTests {
    /// Commits in another process, which is then killed.
    private func commitAndDie(_ path: String) async {
        await #expect(processExitsWith: .exitCode(9)) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            for value: UInt8 in 1...9 { try environment.commit(value) }
            withExtendedLifetime(environment) { _exit(9) }
        }
    }

    @Test func killedProcessLosesNothing() async throws {
        let folder = try TemporaryFolder()
        do { _ = try Environment.periodic(at: folder.database) }
        await commitAndDie(folder.database)
        #expect(SyncFile.exists(database: folder.database))
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try environment.value() == 9)
            #expect(storageError { try environment.sync() } == .readOnly(path: environment.path))
        }
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        #expect(try environment.value() == 9)
        #expect(!SyncFile.exists(database: folder.database))
    }

    /// The pin of a process ends with it: who commits next may not use the pages of the commit that was synced last.
    @Test func whoCommitsNextTakesOver() async throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        await commitAndDie(folder.database)
        let last = try environment.lastTransactionID
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(last - 9))
        try environment.clearStaleReaders()
        try environment.commit(10)
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(last))
        #expect(try environment.readerCommits() == [last])
    }

    /// A process that only reads has what another one left unsynced, and a sync by any of them is for all.
    @Test func syncIsForAllProcesses() async throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.periodic(at: folder.database)
        await commitAndDie(folder.database)
        try environment.sync()
        #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID))
        #expect(!environment.map.pins.isKept)
    }

    /// The last process to close the database removes the side file, and not an earlier one.
    @Test func sideFileStaysWhileOthersHaveTheDatabaseOpen() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do {
            let environment = try Environment.periodic(at: path)
            try environment.commit(1)
            await #expect(processExitsWith: .success) { [path = path as String] in
                let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
                try environment.commit(2)
            }
            #expect(SyncFile.exists(database: path))
            // Synced by the other process, when it closed the database.
            #expect(try environment.syncRecord()?.meta.transaction == UInt64(try environment.lastTransactionID))
            try environment.commit(3)
        }
        #expect(!SyncFile.exists(database: path))
    }

    /// Leaving the mode in one process is for the commits of all.
    @Test func modeIsThatOfTheFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let environment = try Environment.periodic(at: path)
        try environment.commit(1)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            try environment.setSyncInterval(milliseconds: 0)
        }
        #expect(!SyncFile.exists(database: path))
        try environment.commit(2)
        #expect(!SyncFile.exists(database: path))
        #expect(!environment.map.pins.isKept)
    }

    @Test func readerThatCanNotPutBack() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do {
            let environment = try Environment.periodic(at: path)
            try environment.commit(1)
        }
        let file = try OpenFile.open(path: path, create: false)
        let meta = try MetaPage(file.read(count: MetaPage.byteCount, at: 0), path: path)
        var record = try SyncRecord(of: meta, in: file)
        record.boot = BootIdentity(high: 1, low: 2)
        try TestFile.write(record.encoded, to: SyncFile.path(ofDatabase: path))
        chmod(path, 0o444)
        chmod(folder.path, 0o555)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Permissions do not bind the superuser: the process becomes nobody.
            if getuid() == 0 { #expect(setuid(65534) == 0) }
            #expect(
                storageError { _ = try Environment.open(at: path, mode: .readOnly, options: .small()) }
                    == .needsRecovery(path: path))
        }
        chmod(folder.path, 0o755)
        chmod(path, 0o644)
        let environment = try Environment.open(at: path, mode: .readOnly, options: .small())
        #expect(try environment.lastTransactionID == Int(meta.transaction))
    }
}
#endif
