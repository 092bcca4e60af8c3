// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct InterruptedBuildTests {
    /// Enough for a graph, so that a build has all stages.
    private func vectors() throws -> RandomVectors { try RandomVectors(count: 2_100, dimension: 4) }

    @Test func cancellationAtEveryCall() throws {
        let folder = try TemporaryFolder()
        let vectors = try vectors()
        let observer = StoppingObserver()
        var generator = SeededGenerator()
        let database = try Database.open(folder.database)
        let old = try database.buildCollection("old", .sparse, from: RandomVectors(count: 50, dimension: 4))
        _ = try database.buildCollection("whole", .sparse, from: vectors, threads: 1, observer: observer)
        #expect(observer.stages == Set(BuildStage.allCases))
        try database.drop("whole")
        // Stopped at the first and last calls of every build, and at some between.
        let calls = observer.calls
        let between = (0..<TestSettings.iterations(5)).map { _ in Int.random(in: 1...calls, using: &generator) }
        for (round, stop) in ([1, 2, calls - 1, calls] + between).enumerated() {
            for name in round < 4 ? ["new", "old"] : ["old"] {
                let error = thrown {
                    _ = try database.buildCollection(
                        name, .sparse, from: vectors, replacing: true, threads: 1,
                        observer: StoppingObserver(atCall: stop))
                }
                #expect(error as? IndexError == .cancelled, "call \(stop) of \(calls)")
                #expect(try database.collectionNames() == ["old"])
                #expect(try old.count == 50)
                #expect(try database.environment.markedCollections() == [])
            }
        }
        #expect(try database.check() == [])
    }

    @Test func abandonedLeaseIsDroppedByTheNextWriter() throws {
        let folder = try TemporaryFolder()
        let vectors = try vectors()
        var number: UInt32 = 0
        do {
            let database = try Database.open(folder.database)
            _ = try database.buildCollection(
                "old", .sparse, from: vectors, identifiers: (0..<vectors.count).map { VectorID("v\($0)") })
            // As a process leaves it that dies while it writes: marked, with records, and no name.
            let lease = try database.environment.beginBuild()
            number = lease.collection
            try database.environment.write { transaction in
                var records: [(Table, Key, [UInt8])] = []
                for table in [Table.codes, .adjacency, .identifiers] {
                    try transaction.forEach(in: table, prefix: Key(collection: 1)) { key, value in
                        let index = Key.chunkIndex(in: key, ofCollection: 1) ?? 0
                        records.append((table, Key(collection: number, chunk: index), value.copied))
                        return true
                    }
                }
                for (table, key, value) in records { try transaction.put(value, for: key, in: table) }
            }
            #expect(try database.collectionNames() == ["old"])
            #expect(try database.check() == [])
        }
        do {
            let reader = try Database.open(folder.database, access: .readOnly)
            #expect(try reader.environment.markedCollections() == [number])
            #expect(try reader.collection("old").search(vectors[5], k: 1).map(\.id) == ["v5"])
            #expect(try reader.check() == [])
        }
        let database = try Database.open(folder.database)
        #expect(try database.environment.markedCollections() == [])
        try database.environment.read { transaction in
            for table in Table.allCases {
                try transaction.forEach(in: table, prefix: Key(collection: number)) { _, _ in
                    Issue.record("table \(table) holds records of an interrupted build")
                    return false
                }
            }
        }
        #expect(try database.check() == [])
    }

    @Test func droppingThatStoppedGoesOnAtTheNextOpening() throws {
        let folder = try TemporaryFolder()
        do {
            let database = try Database.open(folder.database)
            _ = try database.buildCollection("a", .sparse, from: vectors())
            // As a process leaves it that dies after the first step of a dropping.
            try database.environment.write { try Catalogue.remove(name: "a", number: 1, in: $0) }
            #expect(try database.collectionNames() == [])
        }
        let database = try Database.open(folder.database)
        for table in Table.allCases where table != .settings {
            #expect(try database.environment.read { try $0.count(of: table) } == 0)
        }
        _ = try database.buildCollection("a", .sparse, from: vectors())
        #expect(try database.check() == [])
    }

    @Test func aNameTakenMeanwhileIsKept() throws {
        /// Takes the name that the build is for while the build is under way.
        struct Rival: BuildObserver {
            let database: Database
            let isCancelled = false
            func progress(stage: BuildStage, done: Int, total: Int) {
                if stage == .writing, done == 0 {
                    #expect(throws: Never.self) {
                        _ = try database.buildCollection("a", .sparse, from: RandomVectors(count: 3, dimension: 2))
                    }
                }
            }
        }
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let error = lociError {
            _ = try database.buildCollection("a", .sparse, from: vectors(), observer: Rival(database: database))
        }
        #expect(error == .collectionExists(name: "a"))
        #expect(try database.collection("a").count == 3)
        #expect(try database.environment.markedCollections() == [])
        #expect(try database.check() == [])
    }
}
