// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct AttributesTests {
    private let first: Attributes
    private let second: Attributes

    init() throws {
        first = try Attributes(json: #"{ "year": 1972, "title": "Solaris" }"#)
        second = try Attributes(["year": 1979])
    }

    private func vector(_ seed: Int, dimension: Int = 4) -> [Float] {
        (0..<dimension).map { Float((seed + 1) * ($0 + 3) % 17) - 8 }
    }

    @Test func areSetKeptReplacedAndRemoved() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("a", vector(0), attributes: first)
        try collection.add("b", vector(1))
        #expect(try collection.attributes(of: "a") == first)
        // As it was given, blanks and all.
        #expect(try collection.attributes(of: "a")?.json == first.json)
        #expect(try collection.attributes(of: "b") == nil)
        #expect(try collection.attributes(of: "nobody") == nil)
        #expect(try collection.attributes(of: "") == nil)
        try collection.upsert("a", vector(2))
        #expect(try collection.attributes(of: "a") == first)
        try collection.upsert("a", vector(3), attributes: second)
        #expect(try collection.attributes(of: "a") == second)
        #expect(try collection.setAttributes("b", first))
        #expect(try collection.attributes(of: "b") == first)
        #expect(try collection.get("b") == vector(1))
        #expect(try collection.setAttributes("b", nil))
        #expect(try collection.attributes(of: "b") == nil)
        #expect(try collection.setAttributes("b", nil))
        #expect(try collection.setAttributes("nobody", first) == false)
        #expect(try collection.attributes(of: "nobody") == nil)
        let empty = try Attributes([:])
        #expect(try collection.setAttributes("b", empty))
        #expect(try collection.attributes(of: "b") == empty)
        #expect(try collection.remove("a"))
        #expect(try collection.attributes(of: "a") == nil)
        try collection.add("a", vector(4))
        #expect(try collection.attributes(of: "a") == nil)
        #expect(try collection.info().attributesCount == 1)
        #expect(try collection.check() == [])
    }

    /// Within one transaction, on vectors that wait and on stored ones.
    @Test func aTransactionSeesItsOwn() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("stored", vector(0), attributes: first)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            try collection.add("new", vector(1), attributes: first)
            #expect(try collection.attributes(of: "new") == first)
            #expect(try collection.setAttributes("new", nil))
            #expect(try collection.attributes(of: "new") == nil)
            #expect(try collection.setAttributes("new", second))
            try collection.upsert("new", vector(2))
            #expect(try collection.attributes(of: "new") == second)
            try collection.upsert("stored", vector(3))
            #expect(try collection.attributes(of: "stored") == first)
            #expect(try collection.setAttributes("stored", second))
            #expect(try collection.attributes(of: "stored") == second)
            try collection.add("gone", vector(4), attributes: first)
            #expect(try collection.remove("gone"))
            try collection.add("gone", vector(5))
            #expect(try collection.attributes(of: "gone") == nil)
        }
        #expect(try collection.attributes(of: "new") == second)
        #expect(try collection.attributes(of: "stored") == second)
        #expect(try collection.attributes(of: "gone") == nil)
        #expect(try collection.check() == [])
    }

    @Test func allOrNothing() throws {
        struct GivenUp: Error {}
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("a", vector(0), attributes: first)
        let before = try database.records()
        #expect(throws: GivenUp.self) {
            try database.write { transaction in
                let collection = try transaction.collection("c")
                try collection.setAttributes("a", second)
                try collection.add("b", vector(1), attributes: second)
                throw GivenUp()
            }
        }
        #expect(try database.records() == before)
        #expect(try collection.attributes(of: "a") == first)
    }

    @Test func aViewIsOfItsMoment() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("a", vector(0), attributes: first)
        try database.read { view in
            try collection.setAttributes("a", second)
            let old = try view.collection("c")
            #expect(try old.attributes(of: "a") == first)
            #expect(try old.info().attributesCount == 1)
            #expect(try collection.attributes(of: "a") == second)
            guard case .notPermitted = lociError({ try old.setAttributes("a", nil) }) else {
                Issue.record("a view was changed")
                return
            }
        }
        // While the transaction is under way, others see what was before it.
        try database.write { transaction in
            try transaction.collection("c").setAttributes("a", nil)
            #expect(try collection.attributes(of: "a") == second)
        }
        #expect(try collection.attributes(of: "a") == nil)
    }

    /// In a collection that is scanned, the last vectors move to the places of removed ones.
    @Test func moveWithTheirVectors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<20 {
                try collection.add(
                    VectorID(row: row), vector(row),
                    attributes: row % 2 == 0 ? nil : Attributes(["row": .number(Double(row))]))
            }
        }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in [1, 2, 5, 18] { try collection.remove(VectorID(row: row)) }
        }
        for row in 0..<20 {
            let isThere = row % 2 == 1 && ![1, 5].contains(row)
            #expect(try collection.attributes(of: VectorID(row: row))?["row"] == (isThere ? .number(Double(row)) : nil))
        }
        #expect(try collection.withView { $0.record.slots } == 16)
        #expect(try collection.check() == [])
    }

    @Test func dropBackupAndCompact() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let text = try Attributes(["text": .string(String(repeating: "x", count: 60_000))])
        for name in ["c", "d"] {
            let collection = try database.createCollection(name, .quick(.l2, .float32))
            try database.write { transaction in
                let collection = try transaction.collection(name)
                for row in 0..<10 { try collection.add(VectorID(row: row), vector(row), attributes: text) }
            }
            let info = try collection.info()
            #expect(info.attributesCount == 10)
            #expect(info.bytes.attributes >= 600_000)
            #expect(info.bytes.total >= info.bytes.attributes)
        }
        try database.drop("d")
        #expect(try database.environment.read { try $0.count(of: .attributes) } == 10)
        _ = try database.backup(to: folder.file("copy.loci"))
        let copy = try Database.open(folder.file("copy.loci"))
        #expect(try copy.collection("c").attributes(of: "7") == text)
        #expect(try copy.check() == [])
    }

    @Test func theLargest() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        let frame = try Attributes(["t": ""]).utf8.count
        let largest = try Attributes(["t": .string(String(repeating: "x", count: Attributes.maximumBytes - frame))])
        #expect(largest.utf8.count == Attributes.maximumBytes)
        try collection.add("a", vector(0), attributes: largest)
        #expect(try collection.attributes(of: "a") == largest)
        #expect(try collection.check() == [])
    }

    /// Attributes that wait count for what may wait.
    @Test func bytesOfWhatWaits() {
        var pending = PendingVectors(dimension: 4)
        func put(_ id: VectorID, _ attributes: [UInt8]?) {
            vector(0).withUnsafeBufferPointer { pending.put($0, for: id, attributes: attributes) }
        }
        put("a", [1, 2, 3])
        #expect(pending.bytes == 16 + 3)
        put("b", nil)
        put("a", nil)
        #expect(pending.bytes == 32 + 3)
        put("a", [1, 2])
        #expect(pending.bytes == 32 + 2)
        pending.setAttributes([1, 2, 3, 4], at: 1)
        #expect(pending.bytes == 32 + 6)
        let wasThere = pending.drop("b")
        #expect(wasThere)
        #expect(pending.bytes == 32 + 2)
        pending.setAttributes(nil, at: 0)
        #expect(pending.bytes == 32)
        #expect(pending.entries.map(\.id) == ["a"])
    }

    @Test func damageIsFoundAndDoesNotSpread() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<8 { try collection.add(VectorID(row: row), vector(row), attributes: first) }
        }
        let number = try collection.withView { $0.number }
        try database.environment.write { transaction in
            let key = Key(collection: number, slot: 2)
            var entry = try #require(try transaction.value(of: key, in: .attributes))
            entry[9] ^= 1
            try transaction.put(entry, for: key, in: .attributes)
            try transaction.setAttributes(Array(#"{"a": }"#.utf8), of: 3, in: number)
            try transaction.setAttributes(Array("[1]".utf8), of: 4, in: number)
            try transaction.setAttributes(Array("{}".utf8), of: 8, in: number)
            try transaction.put([1], for: Key(collection: number, slot: 5), in: .attributes)
        }
        let faults = try collection.check().map(\.what)
        #expect(faults.count == 5)
        for (slot, what) in [
            (2, "checksum"), (3, "not JSON: at byte 6"), (4, "object"), (5, "too few"), (8, "no vector"),
        ] {
            #expect(
                faults.contains { $0.hasPrefix("table attributes, slot \(slot): ") && $0.contains(what) },
                "slot \(slot) in \(faults)")
        }
        for row in [2, 3, 4, 5] {
            guard case .corrupt = lociError({ _ = try collection.attributes(of: VectorID(row: row)) }) else {
                Issue.record("attributes of \(row) were read")
                continue
            }
        }
        // They can be replaced, removed, and go with their vectors.
        #expect(try collection.setAttributes("2", second))
        #expect(try collection.setAttributes("3", nil))
        try collection.upsert("4", vector(9), attributes: second)
        #expect(try collection.remove("5"))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            #expect(try collection.attributes(of: "2") == second)
        }
        #expect(try collection.attributes(of: "4") == second)
    }

    /// A vector whose attributes cannot be kept is not replaced, and the transaction goes on.
    @Test func whatCannotBeKeptIsNotReplaced() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("a", vector(0), attributes: first)
        let number = try collection.withView { $0.number }
        try database.environment.write { try $0.put([1], for: Key(collection: number, slot: 0), in: .attributes) }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            guard case .corrupt = lociError({ try collection.upsert("a", vector(1)) }) else {
                Issue.record("it was replaced")
                return
            }
            try collection.add("b", vector(2))
        }
        #expect(try collection.get("a") == vector(0))
        #expect(try collection.count == 2)
    }
}
