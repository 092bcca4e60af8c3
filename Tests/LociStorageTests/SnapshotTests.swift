// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct SnapshotTests {
    private let key = Key(collection: 1)

    @Test func isSharedUntilTheNextCommit() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        try environment.write { try $0.put([1], for: key, in: .collections) }
        let first = try environment.snapshot()
        #expect(try environment.snapshot() === first)
        #expect(try first.isLatest)
        #expect(try first.transactionID == environment.lastTransactionID)
        try environment.write { try $0.put([2], for: key, in: .collections) }
        #expect(try !first.isLatest)
        let second = try environment.snapshot()
        #expect(second !== first)
        #expect(try first.withTransaction { try $0.value(of: key, in: .collections) } == [1])
        #expect(try second.withTransaction { try $0.value(of: key, in: .collections) } == [2])
    }

    @Test func keepsTheFileOpen() throws {
        let folder = try TemporaryFolder()
        var snapshot: Snapshot?
        do {
            let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
            try environment.write { try $0.put([1], for: key, in: .collections) }
            snapshot = try environment.snapshot()
        }
        #expect(try snapshot?.withTransaction { try $0.value(of: key, in: .collections) } == [1])
        #expect(try Environment.open(at: folder.database, mode: .readWrite) === snapshot?.environment)
        snapshot = nil
    }

    @Test func slotsForReadersRunOut() throws {
        let folder = try TemporaryFolder()
        var options = EnvironmentOptions.small()
        options.maximumReaders = 4
        let environment = try Environment.open(at: folder.database, mode: .create, options: options)
        var held: [Snapshot] = []
        var error: StorageError?
        // LMDB rounds the number of slots up to whole pages of the lock file.
        for _ in 0..<300 {
            do {
                held.append(try Snapshot(environment: environment))
            } catch let failure {
                error = failure
                break
            }
        }
        #expect(error == .readersFull(limit: held.count))
        #expect(held.count >= 4)
        // A writer needs no slot, and a freed one is used again.
        try environment.write { try $0.put([1], for: key, in: .collections) }
        held.removeLast()
        #expect(try environment.read { try $0.value(of: key, in: .collections) } == [1])
    }

    @Test func readersKeepWhatTheySeeWhileWritersWrite() async throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(
            at: folder.database, mode: .create, options: .small(timeout: .seconds(60)))
        // All values of a commit are equal: a reader that saw half a commit would find two.
        let write: @Sendable (UInt8) throws -> Void = { number in
            try environment.write { (transaction) throws in
                for chunk: UInt32 in 0..<8 {
                    try transaction.put(
                        [UInt8](repeating: number, count: 5000), for: Key(collection: 1, chunk: chunk), in: .codes)
                }
            }
        }
        try write(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number: UInt8 in 1...60 { try write(number) }
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<100 {
                        let snapshot = try environment.snapshot()
                        let first = try snapshot.withTransaction {
                            try $0.value(of: Key(collection: 1, chunk: 0), in: .codes)
                        }
                        for chunk: UInt32 in 1..<8 {
                            let other = try snapshot.withTransaction {
                                try $0.value(of: Key(collection: 1, chunk: chunk), in: .codes)
                            }
                            #expect(first == other)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
