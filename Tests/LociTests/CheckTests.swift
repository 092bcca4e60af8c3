// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct CheckTests {
    /// What `check` says of a small database after `change`. The first 512 vectors are named by their numbers, which
    /// stand nowhere, and the others `v512` and so on.
    private func faults(
        count: Int = 600, _ change: (borrowing WriteTransaction) throws -> Void
    ) throws -> [Fault] {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let vectors = try RandomVectors(count: count, dimension: 6)
        _ = try database.buildCollection(
            "a", .quick(.l2, .lvq8, .float16), from: vectors,
            identifiers: (0..<count).map { $0 < 512 ? VectorID(row: $0) : VectorID("v\($0)") })
        _ = try database.buildCollection("b", .quick(), from: RandomVectors(count: 9, dimension: 2))
        #expect(try database.check() == [])
        try database.environment.write(change)
        // Whatever the check says, nothing else may crash.
        _ = thrown { _ = try database.collection("a").search(vectors[1]) }
        _ = thrown { _ = try database.collection("a").get("1") }
        _ = thrown { _ = try database.collection("a").get("v517") }
        _ = thrown { try database.collection("a").forEach { _, _ in } }
        _ = thrown { _ = try database.info() }
        let faults = try database.check()
        #expect(faults.allSatisfy { $0.collection != "b" && !$0.what.contains("\n") })
        let ofCollection = faults.count { $0.collection != nil }
        #expect(
            try database.check(limit: 1).count == min(1, ofCollection) + min(1, faults.count - ofCollection))
        return faults
    }

    private func id(_ name: String) throws -> Key { try Key(collection: 1, identifier: Array(name.utf8)) }

    private static let notBack = "the identifier \"v517\" of slot 517 does not lead back to it"

    @Test func identifiersAndSlots() throws {
        let swapped = try faults { try $0.put([8, 0, 0, 0], for: id("v517"), in: .ids) }
        #expect(swapped.map(\.what) == [Self.notBack, "the identifier \"v517\" leads to slot 8, which is \"8\""])
        let noSlot = [Self.notBack, "the identifier \"v517\" leads to no slot"]
        let outside = try faults { try $0.put([0xFF, 0xFF, 0xFF, 0xFF], for: id("v517"), in: .ids) }
        #expect(outside.map(\.what) == noSlot)
        let short = try faults { try $0.put([7, 0], for: id("v517"), in: .ids) }
        #expect(short.map(\.what) == noSlot)
        let missing = try faults { try $0.delete(id("v517"), in: .ids) }
        #expect(missing.map(\.what) == [Self.notBack])
        let strange = try faults { try $0.put([7, 0, 0, 0], for: id("x"), in: .ids) }
        #expect(strange.map(\.what) == ["the identifier \"x\" leads to slot 7, which is \"7\""])
        let nameless = try faults { try rename(517, to: "", in: $0) }
        #expect(
            nameless.map(\.what) == [
                "slot 517 has no identifier", "the identifier \"v517\" leads to slot 517, which is \"\"",
            ])
    }

    /// Gives a slot above 512 another identifier, one way.
    private func rename(_ slot: Int, to name: String, in transaction: borrowing WriteTransaction) throws {
        var chunk = try IdentifierChunk.load(transaction, collection: 1, chunk: 1, count: 0)
        try chunk.set(Array(name.utf8), at: slot - 512)
        try chunk.store(in: transaction, collection: 1, chunk: 1)
    }

    /// Slot 4 is "4" without a word in the file.
    @Test func identifiersThatAreAnotherSlotsNumber() throws {
        let oneWay = try faults { transaction in
            try rename(517, to: "4", in: transaction)
            try transaction.delete(id("v517"), in: .ids)
        }
        #expect(oneWay.map(\.what) == ["the identifier \"4\" of slot 517 does not lead back to it"])
        let bothWays = try faults { transaction in
            try rename(517, to: "4", in: transaction)
            try transaction.delete(id("v517"), in: .ids)
            try transaction.put([5, 2, 0, 0], for: id("4"), in: .ids)
        }
        #expect(bothWays.map(\.what) == ["the identifier \"4\" of slot 4 does not lead back to it"])
    }

    @Test func lostAndStrangeIdentifierChunks() throws {
        let lost = try faults { try $0.delete(Key(collection: 1, chunk: 1), in: .identifiers) }
        #expect(lost.map(\.what).contains { $0.contains("0 chunks of 1 are there") } && lost.count == 1)
        let strange = try faults { transaction in
            let chunk = try IdentifierChunk.load(transaction, collection: 1, chunk: 0, count: 512)
            try chunk.store(in: transaction, collection: 1, chunk: 0)
        }
        #expect(strange.map(\.what).contains { $0.contains("2 chunks of 1 are there") } && strange.count == 1)
        // The same chunk is welcome where the record tells of it.
        let told = try faults { transaction in
            let chunk = try IdentifierChunk.load(transaction, collection: 1, chunk: 0, count: 512)
            try chunk.store(in: transaction, collection: 1, chunk: 0)
            var record = try Catalogue.record(number: 1, path: "", in: transaction)
            record.storedIdentifierChunks += 1
            try Catalogue.put(record, number: 1, in: transaction)
        }
        #expect(told == [])
    }

    @Test func chunksAndRecords() throws {
        for (table, chunk) in [(Table.codes, UInt32(0)), (.originals, 0), (.identifiers, 1)] {
            let key = Key(collection: 1, chunk: chunk)
            #expect(try !faults { try $0.delete(key, in: table) }.isEmpty)
            #expect(try !faults { try $0.put([1, 2, 3], for: key, in: table) }.isEmpty)
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
        let stray =
            "collection number 1: its record is that of the collection \"a\", whose name does not lead to it; it has records "
            + "in collections, ids, identifiers, codes, originals"
        let unreadable = try faults { try $0.put([1], for: name, in: .collections) }
        #expect(unreadable.count == 2 && unreadable.first == Fault(collection: nil, what: stray))
        let elsewhere = try faults { try $0.put([99, 0, 0, 0], for: name, in: .collections) }
        #expect(elsewhere.count == 3 && elsewhere.contains(Fault(collection: nil, what: stray)))
        #expect(
            elsewhere.contains(
                Fault(collection: nil, what: "the next collection would have number 3, but 99 is in use")))
    }

    @Test func whatBelongsToNothing() throws {
        let orphans = try faults { transaction in
            try transaction.put([1], for: Key(collection: 2_000, chunk: 3), in: .codes)
            try transaction.put([1], for: Key(collection: 2_000, identifier: "x".utf8), in: .ids)
            try transaction.setNextCollectionNumber(3_000)
        }
        #expect(
            orphans == [
                Fault(
                    collection: nil,
                    what: "collection number 2000: no name leads to it; it has records in ids, codes")
            ])
        let marked = try faults { transaction in
            try transaction.put([1], for: Key(collection: 2_000, chunk: 3), in: .codes)
            try transaction.markForDropping(collection: 2_000)
            try transaction.setNextCollectionNumber(3_000)
        }
        #expect(marked == [])
        let visible = try faults { try $0.markForDropping(collection: 1) }
        #expect(
            visible.map(\.what) == ["the collection \"a\" is marked to be dropped, which the next writer would do"])
        #expect(try faults { try $0.put([1], for: Key(collection: 9), in: .staging) }.count == 1)
        let counter = try Key(collection: Key.databaseNumber, identifier: "next-collection".utf8)
        #expect(try faults { try $0.put([1], for: counter, in: .settings) }.count == 1)
        #expect(try faults { try $0.put([2, 0, 0, 0], for: counter, in: .settings) }.count == 1)
    }

    @Test func numbersAndTablesThatAreNotThere() throws {
        let residual = try faults { transaction in
            let geometry = try ChunkGeometry(stride: 16)
            let buffer = try ChunkBuffer(table: .residuals, collection: 1, chunk: 0, geometry: geometry)
            try buffer.resize(to: 5)
            try buffer.store(in: transaction)
        }
        #expect(
            residual.map(\.what) == [
                "table residuals: it has 1 records of the collection, which should have none there"
            ])
        let next = try faults { transaction in
            var record = try Catalogue.record(number: 1, path: "", in: transaction)
            record.nextNumber = 511
            try Catalogue.put(record, number: 1, in: transaction)
        }
        #expect(
            next.map(\.what) == [
                "the identifier \"511\" of slot 511 is not below 511, which the next vector without one is to be named by"
            ])
        let original = try faults { transaction in
            let geometry = try ChunkGeometry(stride: 12, readableTail: 0)
            let buffer = try ChunkBuffer.load(
                transaction, table: .originals, collection: 1, chunk: 0, geometry: geometry)
            try buffer.withRecord(at: 5) { $0.storeBytes(of: 0x7E00, as: UInt16.self) }
            try buffer.store(in: transaction)
        }
        #expect(original.count == 1 && original.first?.what.hasPrefix("slot 5: the original of its vector") == true)
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
