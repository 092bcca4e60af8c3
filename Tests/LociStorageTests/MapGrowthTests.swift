// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct MapGrowthTests {
    private func put(_ range: Range<UInt32>, _ transaction: borrowing WriteTransaction) throws {
        for chunk in range {
            try transaction.put(
                [UInt8](repeating: UInt8(truncatingIfNeeded: chunk), count: 32_752),
                for: Key(collection: 1, chunk: chunk),
                in: .codes)
        }
    }

    private func expect(_ range: Range<UInt32>, in environment: Environment) throws {
        try environment.read { (transaction) throws in
            #expect(try transaction.count(of: .codes) == range.count)
            for chunk in range {
                let value = try transaction.value(of: Key(collection: 1, chunk: chunk), in: .codes)
                #expect(value?.count == 32_752 && value?.first == UInt8(truncatingIfNeeded: chunk))
            }
        }
    }

    @Test func growsWithinOneTransaction() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        #expect(try environment.mapBytes == 1 << 20)
        var runs = 0
        try environment.write { (transaction) throws in
            runs += 1
            try put(0..<640, transaction)
        }
        #expect(runs == 6)
        #expect(try environment.mapBytes == 32 << 20)
        #expect(environment.mapGeneration == 5)
        #expect(try environment.usedBytes > 20 << 20)
        try expect(0..<640, in: environment)
    }

    @Test func growsOverManyTransactions() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        for step: UInt32 in 0..<64 { try environment.write { try put(step * 10..<step * 10 + 10, $0) } }
        try expect(0..<640, in: environment)
    }

    @Test func hiddenErrorOfAFullMapStillRunsAgain() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        try environment.write { try? put(0..<100, $0) }
        try expect(0..<100, in: environment)
        try environment.write { (transaction) throws in
            do {
                try put(0..<400, transaction)
            } catch {
                throw TestFailure("wrapped")
            }
        }
        try expect(0..<400, in: environment)
    }

    @Test func stopsAtTheLimit() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try Environment.open(
                at: folder.database, mode: .create, options: .small(maximum: 5 << 20))
            try environment.write { try put(0..<50, $0) }
            let error = storageError { try environment.write { try put(0..<640, $0) } }
            #expect(error == .mapFull(limitBytes: 5 << 20))
            try expect(0..<50, in: environment)
            // There is still room for small changes.
            try environment.write { try $0.put([1], for: Key(collection: 2), in: .collections) }
        }
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        try expect(0..<50, in: environment)
    }

    @Test func heldSnapshotBlocksGrowthForABoundedTime() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(
            at: folder.database, mode: .create, options: .small(timeout: .milliseconds(10)))
        try environment.write { try put(0..<2, $0) }
        var snapshot: Snapshot? = try environment.snapshot()
        let generation = environment.mapGeneration
        let error = storageError { try environment.write { try put(0..<640, $0) } }
        #expect(error == .mapGrowthBlocked(active: 1, waited: .milliseconds(10)))
        // Readers go on, and the snapshot's map is where it was.
        try expect(0..<2, in: environment)
        #expect(snapshot?.mapGeneration == generation)
        #expect(environment.mapGeneration == generation)
        #expect(try snapshot?.withTransaction { try $0.count(of: .codes) } == 2)
        snapshot = nil
        try environment.write { try put(0..<640, $0) }
        try expect(0..<640, in: environment)
    }

    @Test func readInTheSameThreadBlocksGrowth() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        let error = storageError {
            try environment.read { _ in try environment.write { try put(0..<640, $0) } }
        }
        #expect(error == .mapGrowthBlocked(active: 1, waited: .zero))
    }

    @Test func growsBetweenReadersOfOtherThreads() async throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(
            at: folder.database, mode: .create, options: .small(timeout: .seconds(60)))
        try environment.write { try put(0..<1, $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for step: UInt32 in 1..<40 {
                    try environment.write { try put(step * 10..<step * 10 + 10, $0) }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<500 {
                        let snapshot = try environment.snapshot()
                        let value = try snapshot.withTransaction {
                            try $0.value(of: Key(collection: 1, chunk: 0), in: .codes)
                        }
                        #expect(value?.count == 32_752)
                        _ = try environment.lastTransactionID
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(environment.mapGeneration > 0)
    }

    @Test func fittingAMapThatIsLargeEnoughChangesNothing() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        try environment.map.fitToFile()
        #expect(environment.mapGeneration == 0)
        #expect(try environment.mapBytes == 1 << 20)
    }
}
