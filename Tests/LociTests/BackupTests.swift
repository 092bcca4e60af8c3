// Loci, Apache License 2.0.

import Foundation
import LociIndex
import Synchronization
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct BackupTests {
    /// A graph, a scan, and the free pages of a collection that was dropped.
    static func makeDatabase(at path: String) throws -> Database {
        let database = try Database.open(path)
        let dropped = try RandomVectors(count: 600, dimension: 64, seed: 3)
        _ = try database.buildCollection("dropped", .quick(.l2, .float32), from: dropped)
        _ = try database.buildCollection("graph", .quick(), from: RandomVectors(count: 2_100, dimension: 16))
        let identifiers = (0..<80).map { VectorID("n\($0)") }
        let few = try RandomVectors(count: 80, dimension: 7, seed: 2)
        _ = try database.buildCollection("scan", .quick(.cosine, .float32), from: few, identifiers: identifiers)
        try database.drop("dropped")
        return database
    }

    static func expectSame(_ copy: Database, _ original: Database) throws {
        #expect(try copy.check() == [])
        #expect(try copy.records() == original.records())
        for (name, dimension) in [("graph", 16), ("scan", 7)] {
            let queries = try RandomVectors(count: 20, dimension: dimension, seed: 5)
            for row in 0..<queries.count {
                let found = try copy.collection(name).search(queries[row], k: 10)
                #expect(try found == original.collection(name).search(queries[row], k: 10))
            }
        }
    }

    @Test func theCopyIsTheSameDatabase() throws {
        let folder = try TemporaryFolder()
        let database = try BackupTests.makeDatabase(at: folder.database)
        let commit = try database.environment.lastTransactionID
        let copy = try database.backup(to: folder.file("copy.loci"))
        #expect(copy.commit == commit)
        #expect(try folder.names == ["copy.loci", "test.loci", "test.loci-lock"])
        #expect(try TestFile.read(folder.file("copy.loci")).count == copy.bytes)
        // The pages of what was dropped are not copied.
        #expect(try copy.bytes + 600 * 64 * 4 < database.environment.usedBytes)
        let opened = try Database.open(folder.file("copy.loci"), access: .readWrite)
        try BackupTests.expectSame(opened, database)
        // And it can be written.
        try opened.drop("scan")
        _ = try opened.buildCollection("new", .quick(), from: RandomVectors(count: 50, dimension: 5))
        #expect(try opened.check() == [])
        #expect(try database.collectionNames() == ["graph", "scan"])
    }

    @Test func anEmptyDatabaseIsCopiedToo() throws {
        let folder = try TemporaryFolder()
        try Database.open(folder.database).backup(to: folder.file("copy.loci"))
        let copy = try Database.open(folder.file("copy.loci"), access: .readOnly)
        #expect(try copy.collectionNames() == [] && copy.check() == [])
    }

    @Test func everyBackupIsACommittedState() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let states = try (0..<4).map { try RandomVectors(count: 150 + 50 * $0, dimension: 24, seed: UInt64($0)) }
        _ = try database.buildCollection("a", .quick(.l2, .float32), from: states[0])
        let isDone = Atomic<Bool>(false)
        let failure = Mutex<(any Error)?>(nil)
        let finished = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            defer { finished.signal() }
            var turn = 1
            while !isDone.load(ordering: .relaxed) {
                do {
                    let state = states[turn % states.count]
                    _ = try database.buildCollection("a", .quick(.l2, .float32), from: state, replacing: true)
                } catch {
                    failure.withLock { $0 = error }
                    return
                }
                turn += 1
            }
        }
        // The writer ends however this does.
        defer { isDone.store(true, ordering: .relaxed) }
        for round in 0..<TestSettings.iterations(24) {
            let path = folder.file("copy.loci")
            let before = try database.environment.lastTransactionID
            let made = try database.backup(to: path, replacing: round > 0)
            #expect(made.commit >= before)
            // Closed before the next one replaces it.
            do {
                let copy = try Database.open(path, access: .readOnly)
                #expect(try copy.check() == [])
                let collection = try copy.collection("a")
                let count = try collection.count
                let state = try #require(states.first { $0.count == count })
                for row in 0..<count {
                    let id = VectorID(row: row)
                    #expect(try collection.get(id) == state[row])
                }
            }
        }
        isDone.store(true, ordering: .relaxed)
        finished.wait()
        #expect(failure.withLock { $0 == nil })
        #expect(try database.check() == [])
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        let folder = try TemporaryFolder()
        let database = try BackupTests.makeDatabase(at: folder.database)
        let other = try folder.write("other", text: "other")
        symlink(folder.database, folder.file("symbolic"))
        link(folder.database, folder.file("hard"))
        let names = try folder.names
        func refusal(_ path: String, replacing: Bool = true) -> LociError? {
            lociError { try database.backup(to: path, replacing: replacing) }
        }
        #expect(refusal(other, replacing: false) == .fileExists(path: other))
        for path in [folder.database, folder.file("symbolic"), folder.file("hard"), folder.database + "-lock"] {
            #expect(refusal(path) == .sameFile(path: path))
        }
        #expect(refusal(folder.file("none/copy")) == .folderNotFound(path: folder.file("none/copy")))
        #expect(refusal(folder.file("none/")) == .folderNotFound(path: folder.file("none/")))
        #expect(refusal("") == .folderNotFound(path: ""))
        #expect(refusal(other + "/copy") == .folderNotFound(path: other + "/copy"))
        #expect(refusal(folder.path) == .notAFile(path: folder.path))
        symlink(folder.file("nothing"), folder.file("dangling"))
        #expect(refusal(folder.file("dangling")) == .fileExists(path: folder.file("dangling")))
        #expect(try folder.names == (names + ["dangling"]).sorted())
        #expect(try TestFile.text(other) == "other")
        try database.backup(to: other, replacing: true)
        try BackupTests.expectSame(Database.open(other, access: .readOnly), database)
    }

    @Test func anOpenDatabaseIsNotReplaced() async throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let path = folder.file("other.loci")
        do {
            let other = try Database.open(path)
            let before = try TestFile.read(path)
            guard case .busy(let text) = lociError({ try database.backup(to: path, replacing: true) }) else {
                Issue.record("an open database was replaced")
                return
            }
            #expect(text.contains("this process"))
            await #expect(processExitsWith: .success) { [path = path as String] in
                let source = try Database.open(path + ".source")
                guard case .busy(let text) = lociError({ try source.backup(to: path, replacing: true) }) else {
                    Issue.record("a database that is open in another process was replaced")
                    return
                }
                #expect(text.contains("process \(getppid())"))
            }
            #expect(try TestFile.read(path) == before)
            withExtendedLifetime(other) {}
        }
        try database.backup(to: path, replacing: true)
        #expect(try folder.names.filter { $0.hasSuffix("partial") } == [])
    }

    @Test func permissionsAndOwnerOfTheReplacedFileStay() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", text: "old")
        chmod(path, 0o600)
        try Database.open(folder.database).backup(to: path, replacing: true)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
    }

    @Test func aFolderThatCannotBeWritten() async throws {
        let folder = try TemporaryFolder()
        _ = try BackupTests.makeDatabase(at: folder.database)
        let target = folder.file("target")
        mkdir(target, 0o755)
        try TestFile.write([1], to: target + "/old")
        chmod(target, 0o555)
        chmod(folder.path, 0o755)
        await #expect(processExitsWith: .success) { [path = folder.database as String, target = target as String] in
            // Permissions do not bind the superuser: the process becomes nobody.
            if getuid() == 0 { #expect(setuid(65534) == 0) }
            let database = try Database.open(path, access: .readOnly)
            for (name, replacing) in [("new", false), ("old", true)] {
                guard
                    case .notPermitted = lociError({
                        try database.backup(to: "\(target)/\(name)", replacing: replacing)
                    })
                else {
                    Issue.record("'\(name)' was written into a folder without permission")
                    return
                }
            }
        }
        #expect(try TestFile.read(target + "/old") == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["old"])
    }

    @Test func aFullDiskLeavesNothing() throws {
        let folder = try TemporaryFolder()
        guard let disk = SmallDisk(in: folder, size: "200k") else { return }
        let place = disk.path
        let database = try BackupTests.makeDatabase(at: folder.database)
        try TestFile.write([1], to: place + "/old")
        for (name, replacing) in [("new", false), ("old", true)] {
            guard
                case .full(let text) = lociError({ try database.backup(to: "\(place)/\(name)", replacing: replacing) })
            else {
                Issue.record("'\(name)' was written to a full disk")
                return
            }
            #expect(text.contains("\(place)/\(name)"))
        }
        #expect(try TestFile.read(place + "/old") == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["old"])
    }
}
