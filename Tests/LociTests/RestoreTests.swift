// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct RestoreTests {
    @Test func aBackupComesBack() throws {
        let folder = try TemporaryFolder()
        let database = try BackupTests.makeDatabase(at: folder.database)
        let backup = folder.file("backup")
        try database.backup(to: backup)
        let copy = try Database.restore(from: backup, to: folder.file("new.loci"))
        #expect(try copy.bytes == TestFile.read(folder.file("new.loci")).count)
        try BackupTests.expectSame(Database.open(folder.file("new.loci")), database)
        // Compacted pages are laid out the same again.
        #expect(try TestFile.read(folder.file("new.loci")) == TestFile.read(backup))
    }

    @Test func aDamagedDatabaseIsReplaced() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("b.loci")
        let database = try BackupTests.makeDatabase(at: folder.database)
        try database.backup(to: path)
        // It has a lock file that tells of later commits.
        do {
            let opened = try Database.open(path)
            for name in ["graph", "scan"] { try opened.drop(name) }
        }
        try TestFile.write([UInt8](repeating: 1, count: 10_000), to: path)
        #expect(lociError { try Database.restore(from: folder.database, to: path) } == .fileExists(path: path))
        try Database.restore(from: folder.database, to: path, replacing: true)
        try BackupTests.expectSame(Database.open(path), database)
    }

    @Test func whatDoesNotOpenOrIsOpenIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let database = try BackupTests.makeDatabase(at: path)
        let records = try database.records()
        let text = try folder.write("text", text: String(repeating: "no database", count: 1_000))
        let truncated = folder.file("truncated")
        try database.backup(to: truncated)
        try TestFile.write(Array(TestFile.read(truncated).dropLast(5_000)), to: truncated)
        let backup = folder.file("backup")
        try database.backup(to: backup)
        let names = try folder.names
        guard case .notADatabase = lociError({ try Database.restore(from: text, to: path, replacing: true) }),
            case .corrupt = lociError({ try Database.restore(from: truncated, to: path, replacing: true) }),
            case .databaseNotFound = lociError({ try Database.restore(from: "none", to: path, replacing: true) }),
            case .sameFile = lociError({ try Database.restore(from: path, to: path, replacing: true) })
        else {
            Issue.record("what is no database was restored")
            return
        }
        #expect(try folder.names == names)
        guard case .busy = lociError({ try Database.restore(from: backup, to: path, replacing: true) }) else {
            Issue.record("an open database was replaced")
            return
        }
        #expect(try database.records() == records)
    }
}
