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
/// What other processes do to a database: each exit test runs its body in a process of its own.
@Suite(.serialized) struct ProcessTests {
    private static func put(_ count: UInt32, in environment: Environment) throws {
        for chunk in 0..<count {
            try environment.write {
                try $0.put([UInt8](repeating: 1, count: 32_752), for: Key(collection: 1, chunk: chunk), in: .codes)
            }
        }
    }

    @Test func anotherProcessGrowsTheMap() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let environment = try Environment.open(at: path, mode: .create, options: .small())
        try ProcessTests.put(2, in: environment)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            try ProcessTests.put(200, in: environment)
        }
        #expect(try environment.mapBytes == 1 << 20)
        #expect(try environment.read { try $0.count(of: .codes) } == 200)
        #expect(try environment.mapBytes == 8 << 20)
        #expect(environment.mapGeneration == 1)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            try ProcessTests.put(400, in: environment)
        }
        try environment.write { try $0.put([1], for: Key(collection: 2), in: .collections) }
        #expect(try environment.read { try $0.count(of: .codes) } == 400)
        #expect(environment.mapGeneration == 2)
    }

    @Test func heldSnapshotWhileAnotherProcessGrowsTheMap() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let environment = try Environment.open(at: path, mode: .create, options: .small())
        try ProcessTests.put(2, in: environment)
        let snapshot = try environment.snapshot()
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            try ProcessTests.put(200, in: environment)
        }
        #expect(storageError { _ = try environment.snapshot() } == .mapGrowthBlocked(active: 1, waited: .zero))
        #expect(try snapshot.withTransaction { try $0.count(of: .codes) } == 2)
    }

    @Test func slotsOfDeadReadersAreFreed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let environment = try Environment.open(at: path, mode: .create, options: .small())
        await #expect(processExitsWith: .exitCode(9)) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readOnly, options: .small())
            let first = try Snapshot(environment: environment)
            let second = try Snapshot(environment: environment)
            withExtendedLifetime((first, second)) { _exit(9) }
        }
        #expect(try environment.clearStaleReaders() == 2)
        #expect(try environment.clearStaleReaders() == 0)
    }

    @Test func buildOfADeadProcessIsDroppedAndOfALivingOneNot() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        await #expect(processExitsWith: .exitCode(9)) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .create, options: .small())
            let lease = try environment.beginBuild()
            try environment.write { try $0.put([1], for: Key(collection: lease.collection, chunk: 0), in: .codes) }
            _exit(9)
        }
        let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
        #expect(try environment.read { try $0.count(of: .codes) } == 0)
        let lease = try environment.beginBuild()
        let collection = lease.collection
        #expect(collection == 2)
        try environment.write { try $0.put([1], for: Key(collection: collection, chunk: 0), in: .codes) }
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            #expect(try environment.markedCollections() == [2])
            #expect(try environment.read { try $0.count(of: .codes) } == 1)
        }
        try environment.write { try lease.publish(in: $0) }
        #expect(try environment.read { try $0.count(of: .codes) } == 1)
    }

    /// A limit on the file's size stands for a full disk: both cut a write short.
    @Test func fullDiskLeavesTheLastCommit() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let environment = try Environment.open(at: path, mode: .create, options: .small())
            try ProcessTests.put(10, in: environment)
            var limit = rlimit(rlim_cur: 600_000, rlim_max: 600_000)
            #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #else
            setrlimit(RLIMIT_FSIZE, &limit)
            #endif
            let error = storageError { try ProcessTests.put(40, in: environment) }
            #expect(error == .diskFull(path: environment.path))
            let count = try environment.read { try $0.count(of: .codes) }
            #expect((10..<40).contains(count))
            try environment.read { (transaction) throws in
                for chunk in 0..<UInt32(count) {
                    #expect(try transaction.value(of: Key(collection: 1, chunk: chunk), in: .codes)?.count == 32_752)
                }
            }
        }
        let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
        try ProcessTests.put(40, in: environment)
    }

    @Test func fileAndFolderWithoutWritePermission() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        do {
            let environment = try Environment.open(at: path, mode: .create, options: .small())
            try ProcessTests.put(2, in: environment)
        }
        unlink(path + "-lock")
        chmod(path, 0o444)
        chmod(folder.path, 0o555)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Permissions do not bind the superuser: the process becomes nobody.
            if getuid() == 0 { #expect(setuid(65534) == 0) }
            #expect(
                storageError { _ = try Environment.open(at: path, mode: .readWrite) } == .permission(path: path))
            #expect(
                storageError { _ = try Environment.open(at: path + "2", mode: .create) }
                    == .permission(path: path + "2"))
            let environment = try Environment.open(at: path, mode: .readOnly, options: .small())
            #expect(environment.isUnlocked)
            #expect(try environment.read { try $0.count(of: .codes) } == 2)
            #expect(try environment.snapshot().withTransaction { try $0.count(of: .codes) } == 2)
            #expect(storageError { try environment.write { _ in } } == .readOnly(path: path))
        }
        chmod(path, 0o000)
        chmod(folder.path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            if getuid() == 0 { #expect(setuid(65534) == 0) }
            #expect(storageError { _ = try Environment.open(at: path, mode: .readOnly) } == .permission(path: path))
        }
    }

    @Test func smallAddressSpace() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Enough for the program and a map of some GiB, but not for the usual 16.
            var limit = rlimit(rlim_cur: 6 << 30, rlim_max: 6 << 30)
            #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
            #else
            setrlimit(RLIMIT_AS, &limit)
            #endif
            let environment = try Environment.open(at: path, mode: .create)
            let mapBytes = try environment.mapBytes
            #if os(Linux)
            #expect(mapBytes < 6 << 30)
            #endif
            #expect(mapBytes >= 1 << 20)
            try ProcessTests.put(10, in: environment)
            // Growth finds no room; the map stays and reading goes on.
            #if os(Linux)
            #expect(throws: StorageError.self) { try environment.map.grow(from: 6 << 30) }
            #endif
            #expect(try environment.read { try $0.count(of: .codes) } == 10)
        }
    }
}
#endif
