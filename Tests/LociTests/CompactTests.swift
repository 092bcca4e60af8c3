// Loci, Apache License 2.0.

import Foundation
import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct CompactTests {
    /// The records of a database that is closed afterwards.
    private func records(_ path: String) throws -> [[UInt8]] { try Database.open(path, access: .readOnly).records() }

    @Test func freePagesAreGivenBack() throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do { _ = try BackupTests.makeDatabase(at: path) }
        let before = try (bytes: TestFile.read(path).count, records: records(path))
        let done = try Database.compact(at: path)
        #expect(try done == DatabaseCompaction(bytesBefore: before.bytes, bytesAfter: TestFile.read(path).count))
        // What was dropped took this much.
        #expect(done.bytesAfter + 600 * 64 * 4 < done.bytesBefore)
        #expect(try records(path) == before.records)
        #expect(try folder.names == ["test.loci", "test.loci-lock"])
        // A second time changes nothing.
        #expect(try Database.compact(at: path).bytesAfter == done.bytesAfter)
        let database = try Database.open(path)
        #expect(try database.check() == [])
        _ = try database.buildCollection("new", .quick(), from: RandomVectors(count: 50, dimension: 5))
        #expect(try database.check() == [])
    }

    @Test func aDatabaseThatIsOpenIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let database = try BackupTests.makeDatabase(at: path)
        let identity = FileIdentity(path: path)
        guard case .busy(let text) = lociError({ try Database.compact(at: path) }) else {
            Issue.record("a database that is open in this process was compacted")
            return
        }
        #expect(text.contains("this process"))
        await #expect(processExitsWith: .success) { [path = path as String] in
            guard case .busy(let text) = lociError({ try Database.compact(at: path) }) else {
                Issue.record("a database that is open in another process was compacted")
                return
            }
            #expect(text.contains("process \(getppid())"))
        }
        #expect(FileIdentity(path: path) == identity)
        #expect(try folder.names == ["test.loci", "test.loci-lock"])
        // It is still locked and whole.
        #expect(try database.check() == [])
    }

    @Test func whatIsNoDatabaseIsRefused() throws {
        let folder = try TemporaryFolder()
        let other = try folder.write("other", text: String(repeating: "other", count: 100))
        guard case .notADatabase = lociError({ try Database.compact(at: other) }) else {
            Issue.record("a text was compacted")
            return
        }
        #expect(lociError { try Database.compact(at: folder.database) } == .databaseNotFound(path: folder.database))
        #expect(try folder.names == ["other"])
    }

    @Test func leftoversOfBuildsAreDroppedFirst() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do { _ = try BackupTests.makeDatabase(at: path) }
        try Database.compact(at: path)
        let clean = try (bytes: TestFile.read(path).count, records: records(path))
        await #expect(processExitsWith: .exitCode(9)) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite)
            let lease = try environment.beginBuild()
            for chunk: UInt32 in 0..<40 {
                let value = [UInt8](repeating: 1, count: 30_000)
                try environment.write {
                    try $0.put(value, for: Key(collection: lease.collection, chunk: chunk), in: .codes)
                }
            }
            _exit(9)
        }
        #expect(try TestFile.read(path).count > clean.bytes + 40 * 30_000)
        #expect(try Database.compact(at: path).bytesAfter <= clean.bytes + 4 * 4096)
        let database = try Database.open(path, access: .readOnly)
        #expect(try database.environment.markedCollections() == [])
        // But for the number that the build took.
        #expect(try database.records().count == clean.records.count)
        #expect(try database.check() == [])
    }

    /// A limit on the size of files stands for a full disk.
    @Test func aFullDiskLeavesTheOldFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do { _ = try BackupTests.makeDatabase(at: path) }
        let before = try TestFile.read(path)
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 200_000, rlim_max: 200_000)
            #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #else
            setrlimit(RLIMIT_FSIZE, &limit)
            #endif
            guard case .full = lociError({ try Database.compact(at: path) }) else {
                Issue.record("there was room on a full disk")
                return
            }
        }
        #expect(try folder.names == ["test.loci", "test.loci-lock"])
        #expect(try TestFile.read(path) == before)
    }

    @Test(arguments: [false, true]) func aProcessThatDiesLeavesAWholeFile(isPlaced: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do { _ = try BackupTests.makeDatabase(at: path) }
        let before = try (bytes: TestFile.read(path), records: records(path))
        await #expect(processExitsWith: .exitCode(9)) { [path = path as String, isPlaced = isPlaced as Bool] in
            let use = try ExclusiveUse(path: path, identity: FileIdentity(path: path))
            let draft = try DraftFile(for: FileDestination(path: path, replacing: true))
            try Environment.copyPages(ofUnused: path, to: draft) { _ in }
            if isPlaced { try draft.place() }
            // In any case: nothing is let go of in good order.
            if Environment.exists(at: path) { _exit(9) }
            _ = consume use
        }
        #expect(try folder.names.count == (isPlaced ? 2 : 3), "the draft of the dead process")
        #expect(try (TestFile.read(path) == before.bytes) == !isPlaced)
        #expect(try records(path) == before.records)
        try Database.compact(at: path)
        #expect(try records(path) == before.records)
    }
}
