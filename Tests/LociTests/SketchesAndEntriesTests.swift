// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// What a collection keeps beside codes and graph to make walks short: sketches and a table of entry points.
@Suite struct SketchesAndEntriesTests {
    /// One more than is scanned without a graph.
    private static let count = 2_001
    private static let sketchBytes = 8 + (300 + 7) / 8

    /// The file of a collection with both, to be damaged.
    private static let built = Result {
        let folder = try TemporaryFolder()
        do {
            _ = try build(Database.open(folder.database), .lvq4, dimension: 256)
        }
        return try TestFile.read(folder.database)
    }

    private static func build(
        _ database: Database, _ quantization: Quantization, dimension: Int, count: Int = Self.count, threads: Int = 2
    ) throws -> Collection {
        try database.buildCollection(
            "a",
            CollectionConfiguration(
                quantization: quantization, build: BuildParameters(maximumDegree: 8, window: 8)),
            from: RandomVectors(count: count, dimension: dimension), threads: threads)
    }

    private func record(_ database: Database) throws -> CollectionRecord {
        try database.environment.read { transaction in
            let number = try #require(try Catalogue.number(of: "a", in: transaction))
            return try Catalogue.record(number: number, path: "", in: transaction)
        }
    }

    /// On any number of threads.
    @Test func oneMoreThanIsScannedHasBoth() throws {
        var files: [[[UInt8]]] = []
        for threads in [1, 2, 5] {
            let folder = try TemporaryFolder()
            let database = try Database.open(folder.database)
            let collection = try Self.build(database, .standard, dimension: 300, threads: threads)
            let record = try record(database)
            #expect(record.hasSketches)
            #expect(record.entries == EntryTableLayout(dimension: 300, directions: 32, entries: 112))
            let bytes = try collection.info().bytes
            #expect((Self.count * Self.sketchBytes...Self.count * 64).contains(bytes.sketches), "\(bytes.sketches)")
            #expect((12_800...24_576).contains(bytes.entries), "\(bytes.entries)")
            #expect(try collection.check() == [])
            files.append(try database.records())
        }
        #expect(files[1] == files[0] && files[2] == files[0])
    }

    @Test(arguments: [
        // quantization, dimension; sketches, entries
        (Quantization.float32, 256, false, false), (.float16, 256, false, false), (.lvq8, 256, false, true),
        (.lvq4, 255, false, true), (.lvq4, 256, true, true), (.lvq4x4, 256, true, true),
    ])
    func kindsThatHaveThem(_ kind: (quantization: Quantization, dimension: Int, sketches: Bool, entries: Bool)) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try Self.build(database, kind.quantization, dimension: kind.dimension)
        let record = try record(database)
        #expect(record.hasSketches == kind.sketches)
        #expect((record.entries != nil) == kind.entries)
        let bytes = try collection.info().bytes
        #expect((bytes.sketches > 0) == kind.sketches)
        #expect((bytes.entries > 0) == kind.entries)
        #expect(try collection.check() == [])
        let vector = try RandomVectors(count: Self.count, dimension: kind.dimension)[77]
        let found = try collection.search(vector, k: 10)
        #expect(found.count == 10)
    }

    @Test func smallCollectionsHaveNeither() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try Self.build(database, .lvq4, dimension: 256, count: 2_000)
        let record = try record(database)
        #expect(!record.hasGraph && !record.hasSketches && record.entries == nil)
        let bytes = try collection.info().bytes
        #expect(bytes.sketches == 0 && bytes.entries == 0)
    }

    /// Changes a record of a table and seals its chunk again, so that only what it says is wrong.
    private func broken(
        _ table: Table, at record: Int, _ change: (UnsafeMutableRawBufferPointer) -> Void
    ) throws -> (faults: [Fault], search: (any Error)?) {
        let folder = try TemporaryFolder()
        try TestFile.write(Self.built.get(), to: folder.database)
        let database = try Database.open(folder.database)
        let collection = try database.collection("a")
        let layout = try CollectionLayout(self.record(database))
        try database.environment.write { transaction in
            let geometry = try #require(table == .sketches ? layout.sketches : layout.entries)
            let buffer = try ChunkBuffer.load(transaction, table: table, collection: 1, chunk: 0, geometry: geometry)
            try buffer.withRecord(at: record, change)
            try buffer.store(in: transaction)
        }
        let vectors = try RandomVectors(count: 3, dimension: 256, seed: 9)
        let search = thrown {
            for row in 0..<3 {
                let found = try collection.search(vectors[row], k: 10)
                #expect(found.count == 10)
            }
        }
        let faults = try collection.check()
        #expect(faults.allSatisfy { $0.collection == "a" && !$0.what.contains("\n") })
        return (faults, search)
    }

    @Test func sketchesThatAreNoNumbers() throws {
        let broken = try broken(.sketches, at: 5) {
            $0.storeBytes(of: Float.nan.bitPattern, toByteOffset: 0, as: UInt32.self)
        }
        #expect(broken.faults.map(\.what) == ["slot 5: the norm of the sketch is not a finite number from 0 up"])
        #expect(broken.search == nil)
    }

    @Test func aTableThatNamesNoVector() throws {
        let layout = EntryTableLayout(dimension: 256, directions: 32, entries: 112)
        let broken = try broken(.entries, at: 0) {
            for entry in 0..<112 {
                $0.storeBytes(of: UInt32(2_001), toByteOffset: layout.slotsOffset + 4 * entry, as: UInt32.self)
            }
        }
        #expect(broken.faults.count == 100)
        #expect(
            broken.faults.first?.what
                == "the table of entry points: entry 0 names slot 2001, which is not below 2001")
        guard case .corrupt = broken.search as? LociError else {
            Issue.record("a search found \(String(describing: broken.search))")
            return
        }
    }

    /// Searches go on: a table is a hint, and no number in it can make them wrong.
    @Test func aTableThatHoldsNoNumbers() throws {
        let layout = EntryTableLayout(dimension: 256, directions: 32, entries: 112)
        for (offset, what) in [
            (0, "the offset of direction 0"), (layout.lowsOffset, "the low of direction 0"),
            (layout.stepsOffset, "the step of direction 0"), (layout.scalesOffset, "the scale of direction 0"),
            (layout.groupsOffset, "the bias of entry 0"),
        ] {
            let broken = try broken(.entries, at: 0) {
                $0.storeBytes(of: Float.nan.bitPattern, toByteOffset: offset, as: UInt32.self)
            }
            #expect(broken.faults.map(\.what) == ["the table of entry points: \(what) is not finite"])
            #expect(broken.search == nil)
        }
    }
}
