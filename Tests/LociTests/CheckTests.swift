// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct CheckTests {
    /// What `check` says of a small database after `change`.
    private func faults(
        count: Int = 600, _ change: (borrowing WriteTransaction) throws -> Void
    ) throws -> [Fault] {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: count, dimension: 6)
        _ = try database.buildCollection("a", .quick(.l2, .lvq8, .float16), from: vectors)
        _ = try database.buildCollection("b", .quick(), from: RandomVectors(count: 9, dimension: 2))
        #expect(try database.check() == [])
        try database.environment.write(change)
        // Whatever the check says, nothing else may crash.
        _ = thrown { _ = try database.collection("a").search(vectors[1]) }
        _ = thrown { _ = try database.collection("a").get("1") }
        _ = thrown { try database.collection("a").forEach { _, _ in } }
        _ = thrown { _ = try database.info() }
        let faults = try database.check()
        #expect(faults.allSatisfy { $0.collection == "a" && !$0.what.contains("\n") })
        #expect(try database.check(limit: 1).count == min(1, faults.count))
        return faults
    }

    private func id(_ name: String) throws -> Key { try Key(collection: 1, identifier: Array(name.utf8)) }

    @Test func identifiersAndSlots() throws {
        let swapped = try faults { try $0.put([8, 0, 0, 0], for: id("7"), in: .ids) }
        #expect(swapped.map(\.what) == ["the identifier \"7\" of slot 7 does not lead back to it"])
        let outside = try faults { try $0.put([0xFF, 0xFF, 0xFF, 0xFF], for: id("7"), in: .ids) }
        #expect(outside.count == 1)
        let short = try faults { try $0.put([7, 0], for: id("7"), in: .ids) }
        #expect(short.count == 1)
        let missing = try faults { try $0.delete(id("599"), in: .ids) }
        #expect(missing.count == 2)
        let strange = try faults { try $0.put([7, 0, 0, 0], for: id("x"), in: .ids) }
        #expect(strange.map(\.what) == ["601 identifiers lead to 600 slots"])
        let nameless = try faults { transaction in
            var chunk = try IdentifierChunk.load(transaction, collection: 1, chunk: 0)
            try chunk.set([], at: 3)
            try chunk.store(in: transaction, collection: 1, chunk: 0)
        }
        #expect(nameless.map(\.what) == ["slot 3 has no identifier"])
        let twice = try faults { transaction in
            var chunk = try IdentifierChunk.load(transaction, collection: 1, chunk: 1)
            try chunk.set(Array("4".utf8), at: 5)
            try chunk.store(in: transaction, collection: 1, chunk: 1)
        }
        #expect(twice.map(\.what) == ["the identifier \"4\" of slot 517 does not lead back to it"])
    }

    @Test func chunksAndRecords() throws {
        for table in [Table.codes, .originals, .identifiers] {
            #expect(try !faults { try $0.delete(Key(collection: 1, chunk: 0), in: table) }.isEmpty)
            #expect(try !faults { try $0.put([1, 2, 3], for: Key(collection: 1, chunk: 0), in: table) }.isEmpty)
        }
        #expect(try !faults { try $0.delete(Key(collection: 1), in: .collections) }.isEmpty)
        #expect(try !faults { try $0.put([1], for: Key(collection: 1), in: .collections) }.isEmpty)
        let other = try faults {
            try $0.put(
                CollectionRecord(name: "c", configuration: .quick()).encoded, for: Key(collection: 1), in: .collections)
        }
        #expect(other.map(\.what) == ["its record is that of the collection \"c\""])
        let fewer = try faults { transaction in
            var record = try Catalogue.record(number: 1, path: "", in: transaction)
            record.count -= 1
            try Catalogue.put(record, number: 1, in: transaction)
        }
        #expect(fewer.count == 1)
        let graph = try faults { transaction in
            var record = try Catalogue.record(number: 1, path: "", in: transaction)
            record.hasGraph = true
            try Catalogue.put(record, number: 1, in: transaction)
        }
        #expect(graph.count == 1)
        let name = try Key(collection: Key.databaseNumber, identifier: Array("a".utf8))
        #expect(try faults { try $0.put([1], for: name, in: .collections) }.count == 1)
        #expect(try faults { try $0.put([99, 0, 0, 0], for: name, in: .collections) }.count == 1)
    }

    /// Changes adjacency lists and seals them again, so that only the graph is wrong.
    @Test func graphs() throws {
        func broken(_ change: @escaping (UnsafeMutableRawBufferPointer) -> Void) throws -> [Fault] {
            try faults(count: 2_100) { transaction in
                let geometry = try ChunkGeometry.adjacency(stride: 64)
                let buffer = try ChunkBuffer.load(
                    transaction, table: .adjacency, collection: 1, chunk: 0, geometry: geometry)
                try buffer.withRecord(at: 5, change)
                try buffer.store(in: transaction)
            }
        }
        #expect(
            try broken { $0.storeBytes(of: UInt32(2_100), toByteOffset: 0, as: UInt32.self) }.first?.what.hasPrefix(
                "slot 5:") == true)
        #expect(try !broken { $0.storeBytes(of: UInt32(5), toByteOffset: 0, as: UInt32.self) }.isEmpty)
        #expect(try !broken { $0.storeBytes(of: UInt32.max, toByteOffset: 0, as: UInt32.self) }.isEmpty)
        let entry = try faults(count: 2_100) { transaction in
            var record = try Catalogue.record(number: 1, path: "", in: transaction)
            record.entryPoint = 2_100
            try Catalogue.put(record, number: 1, in: transaction)
        }
        #expect(entry.count == 1)
    }
}
