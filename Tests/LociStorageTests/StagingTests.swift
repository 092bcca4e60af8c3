// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct StagingTests {
    private func open(_ folder: TemporaryFolder) throws -> Environment {
        try Environment.open(at: folder.database, mode: .create, options: .small())
    }

    private func fill(_ collection: UInt32, in environment: Environment, chunks: UInt32 = 50) throws {
        try environment.write { (transaction) throws in
            for chunk in 0..<chunks {
                for table in [Table.codes, .adjacency, .residuals, .originals, .identifiers] {
                    try transaction.put(
                        [UInt8](repeating: 1, count: 3000), for: Key(collection: collection, chunk: chunk), in: table)
                }
                try transaction.put([1], for: try Key.named("\(chunk)", collection: collection), in: .ids)
            }
            try transaction.put([1], for: Key(collection: collection), in: .collections)
        }
    }

    private func entries(of collection: UInt32, in environment: Environment) throws -> Int {
        try environment.read { (transaction) throws in
            var count = 0
            for table in Table.allCases {
                try transaction.forEach(in: table, prefix: Key(collection: collection)) { _, _ in
                    count += 1
                    return true
                }
            }
            return count
        }
    }

    @Test func numbersAreNeverUsedTwice() throws {
        let folder = try TemporaryFolder()
        for expected: UInt32 in 1...5 {
            let environment = try open(folder)
            #expect(try environment.write { try $0.allocateCollectionNumber() } == expected)
        }
        let environment = try open(folder)
        let counter = try Key(collection: 0, identifier: "next-collection".utf8)
        try environment.write { try $0.put([0xFF, 0xFF, 0xFF, 0xFF], for: counter, in: .settings) }
        #expect(
            storageError { _ = try environment.write { try $0.allocateCollectionNumber() } }
                == .collectionNumbersExhausted)
        try environment.write { try $0.put([1], for: counter, in: .settings) }
        guard case .corrupted = storageError({ _ = try environment.write { try $0.allocateCollectionNumber() } }) else {
            Issue.record("a short counter was read")
            return
        }
    }

    @Test func publishedBuildStays() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try open(folder)
            let lease = try environment.beginBuild()
            #expect(try environment.markedCollections() == [lease.collection])
            try fill(lease.collection, in: environment)
            // A build under way is left alone.
            #expect(try environment.dropInterruptedBuilds() == 0)
            try environment.write { try lease.publish(in: $0) }
            #expect(try environment.markedCollections() == [])
        }
        #expect(try entries(of: 1, in: open(folder)) == 301)
    }

    @Test func interruptedBuildIsDropped() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try open(folder)
            try fill(try environment.write { try $0.allocateCollectionNumber() }, in: environment)
            let lease = try environment.beginBuild()
            try fill(lease.collection, in: environment)
        }
        do {
            // A reader leaves it, since it may not write.
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try environment.markedCollections() == [2])
        }
        let environment = try open(folder)
        #expect(try environment.markedCollections() == [])
        #expect(try entries(of: 2, in: environment) == 0)
        #expect(try entries(of: 1, in: environment) == 301)
    }

    @Test func abandonedBuildIsDroppedInSteps() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let lease = try environment.beginBuild()
        let collection = lease.collection
        try fill(collection, in: environment)
        let before = try environment.lastTransactionID
        try environment.dropCollection(collection, entriesPerTransaction: 100)
        #expect(try environment.lastTransactionID == before + 4)
        #expect(try entries(of: collection, in: environment) == 0)
        try lease.abandon()
        #expect(try environment.markedCollections() == [])
    }

    @Test func droppingGoesOnAtTheNextOpening() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try open(folder)
            try fill(7, in: environment)
            try fill(8, in: environment)
            try environment.write { (transaction) throws in
                try transaction.delete(Key(collection: 7), in: .collections)
                try transaction.markForDropping(collection: 7)
                #expect(try transaction.dropRecords(ofCollection: 7, limit: 10) == 10)
            }
        }
        let environment = try open(folder)
        #expect(try entries(of: 7, in: environment) == 0)
        #expect(try entries(of: 8, in: environment) == 301)
    }

    @Test func damagedMarkDropsNothing() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try open(folder)
            try fill(7, in: environment)
            var record = StagingRecord.encoded(collection: 6)
            record[0] = 1
            try environment.write { try $0.put(record, for: Key(collection: 7), in: .staging) }
        }
        guard case .corrupted = storageError({ _ = try open(folder) }) else {
            Issue.record("a damaged mark was believed")
            return
        }
        let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
        #expect(try entries(of: 7, in: environment) == 302)
    }
}
