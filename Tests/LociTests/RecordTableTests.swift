// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// A program's own records in the transactions of its vectors.
@Suite struct RecordTableTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    private func all(_ table: RecordTable, prefix: [UInt8] = [], from start: [UInt8]? = nil) throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try table.forEach(prefix: prefix, from: start) { key, _ in
            keys.append(key)
            return true
        }
        return keys
    }

    @Test func whatIsSetIsThere() throws {
        try database.write { transaction in
            let table = try transaction.createRecordTable("notes")
            try table.set([1, 2, 3], for: [7])
            try table.set([], for: [7, 0])
            #expect(try table.value(for: [7]) == [1, 2, 3])
        }
        let table = try database.recordTable("notes")
        #expect(try table.value(for: [7]) == [1, 2, 3])
        #expect(try table.value(for: [7, 0]) == [])
        #expect(try table.value(for: [8]) == nil)
        #expect(try table.withValue(for: [7], isVerified: false) { $0.byteCount } == 3)
        #expect(try database.recordTableNames() == ["notes"] && database.collectionNames() == [])
        #expect(try database.check() == [])
    }

    @Test func valuesOfManyKeysAreThoseOfEach() throws {
        var generator = SeededGenerator()
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<2_000 {
            model[[UInt8(generator.below(4)), UInt8(generator.below(256)), UInt8(generator.below(256))]] =
                (0..<generator.below(40)).map { _ in UInt8(generator.below(256)) }
        }
        try database.write { transaction in
            let table = try transaction.createRecordTable("notes")
            for (key, value) in model { try table.set(value, for: key) }
        }
        let table = try database.recordTable("notes")
        let known = model.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let unknown: [[UInt8]] = [[0], [1, 2], [2, 3, 4, 5], [9]]
        for keys in [known, known.reversed(), (known + unknown).shuffled(using: &generator), unknown, []] {
            var found: [Int: [UInt8]] = [:]
            var order: [Int] = []
            try table.forEachValue(for: keys) { place, value in
                found[place] = value.withUnsafeBytes { [UInt8]($0) }
                order.append(place)
            }
            #expect(order == order.sorted(), "\(generator)")
            for (place, key) in keys.enumerated() { #expect(found[place] == model[key], "\(generator)") }
        }
        #expect(thrown { try table.forEachValue(for: [[]]) { _, _ in } } is LociError)
    }

    /// A transaction is one, of vectors and records.
    @Test func commitsWithVectorsOrNotAtAll() throws {
        let failed = thrown {
            try database.write { transaction in
                try transaction.createCollection("c").add("a", [1, 2])
                try transaction.createRecordTable("c").set([1], for: [1])
                throw TestFailure("given up")
            }
        }
        #expect(failed is TestFailure)
        #expect(try database.recordTableNames() == [] && database.collectionNames() == [])
        try database.write { transaction in
            try transaction.createCollection("c").add("a", [1, 2])
            try transaction.createRecordTable("c").set([1], for: [1])
        }
        try database.read { view in
            try database.write { transaction in
                try transaction.collection("c").remove("a")
                try transaction.recordTable("c").remove([1])
            }
            #expect(try view.recordTable("c").value(for: [1]) == [1] && view.collection("c").count == 1)
        }
        #expect(try database.recordTable("c").value(for: [1]) == nil && database.collection("c").count == 0)
    }

    @Test func keysAreInTheOrderOfTheirBytes() throws {
        var generator = SeededGenerator()
        var model: [[UInt8]: [UInt8]] = [:]
        try database.write { _ = try $0.createRecordTable("t") }
        try database.write { _ = try $0.createRecordTable("u").set([9], for: [1]) }
        for _ in 0..<20 {
            let changes = (0..<40).map { _ in
                (
                    key: (0...generator.below(3)).map { _ in UInt8(generator.below(4)) },
                    value: generator.below(3) == 0
                        ? nil : [UInt8](repeating: 5, count: generator.below(5000))
                )
            }
            try database.write { transaction in
                let table = try transaction.recordTable("t")
                for (key, value) in changes {
                    if let value { try table.set(value, for: key) } else { try table.remove(key) }
                }
            }
            for (key, value) in changes { model[key] = value }
        }
        let table = try database.recordTable("t")
        let sorted = model.keys.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try all(table) == sorted)
        for key in sorted { #expect(try table.value(for: key) == model[key]) }
        #expect(try all(table, prefix: [2]) == sorted.filter { $0.starts(with: [2]) })
        #expect(
            try all(table, prefix: [2], from: [2, 1])
                == sorted.filter { $0.starts(with: [2]) && !$0.lexicographicallyPrecedes([2, 1]) })
        #expect(try all(table, from: [3]) == sorted.filter { !$0.lexicographicallyPrecedes([3]) })
        let removed = try database.write { try $0.recordTable("t").removeAll(prefix: [1]) }
        #expect(removed == sorted.count { $0.starts(with: [1]) })
        #expect(try all(table) == sorted.filter { !$0.starts(with: [1]) })
        #expect(try all(database.recordTable("u")) == [[1]])
        #expect(try database.check() == [])
    }

    @Test func whatCannotBeIsRefused() throws {
        try database.write { _ = try $0.createRecordTable("t") }
        #expect(
            lociError { try database.write { _ = try $0.createRecordTable("t") } } == .recordTableExists(name: "t"))
        #expect(lociError { _ = try database.recordTable("x") } == .recordTableNotFound(name: "x", existing: ["t"]))
        #expect(
            lociError { try database.write { try $0.dropRecordTable("x") } }
                == .recordTableNotFound(name: "x", existing: ["t"]))
        for key in [[], [UInt8](repeating: 1, count: 481)] {
            guard case .limit? = lociError({ try database.write { try $0.recordTable("t").set([1], for: key) } }) else {
                Issue.record("a key of \(key.count) bytes")
                continue
            }
        }
        guard case .collectionName? = lociError({ try database.write { _ = try $0.createRecordTable("") } }) else {
            Issue.record("a table without a name")
            return
        }
    }

    @Test func whatIsDroppedIsGone() throws {
        try database.write { transaction in
            let table = try transaction.createRecordTable("t")
            for key in 0..<100 as Range<UInt8> { try table.set([key], for: [key]) }
            try transaction.createCollection("t").add("a", [1])
        }
        let table = try database.recordTable("t")
        try database.write { try $0.dropRecordTable("t") }
        #expect(lociError { _ = try table.value(for: [1]) } == .recordTableNotFound(name: "t", existing: []))
        #expect(try database.environment.read { try $0.count(of: .records) } == 0)
        #expect(try database.collection("t").count == 1 && database.check() == [])
    }

    @Test func damageIsFound() throws {
        try database.write { try $0.createRecordTable("t").set([1, 2, 3], for: [1]) }
        let number = try database.environment.read { try RecordCatalogue.existing("t", in: $0) }
        let key = try Key(collection: number, identifier: [1])
        try database.environment.write { try $0.put([0, 0, 0, 0, 1, 2, 3], for: key, in: .records) }
        guard case .corrupt? = lociError({ _ = try database.recordTable("t").value(for: [1]) }) else {
            Issue.record("a wrong checksum was not noticed")
            return
        }
        #expect(try database.check().map(\.what) == ["the table of records \"t\": 1 checksums are wrong"])
    }

    /// A repair drops no records unless it is told to.
    @Test func aLostNameLosesNothing() throws {
        try database.write { try $0.createRecordTable("t").set([1], for: [1]) }
        try database.environment.write {
            _ = try $0.deleteRecord(Key(collection: Key.databaseNumber, identifier: "t".utf8))
        }
        #expect(try database.check().count == 1)
        #expect(try !database.repair().isComplete)
        #expect(try database.environment.read { try $0.count(of: .records) } == 1)
        #expect(try database.repair(dropLost: true).isComplete)
        #expect(try database.check() == [])
    }

    /// Optimizing a collection, and copies of the file, leave records as they are.
    @Test func recordsStayWithTheFile() throws {
        try database.write { transaction in
            let collection = try transaction.createCollection("c", .quick())
            for row in 0..<50 { try collection.add(VectorID(row: row), [Float(row), 1]) }
            try transaction.createRecordTable("t").set([1, 2], for: [3])
        }
        try database.collection("c").optimize()
        #expect(try database.recordTable("t").value(for: [3]) == [1, 2])
        let copy = folder.path + "/copy.loci"
        try database.backup(to: copy)
        #expect(try Database.open(copy).recordTable("t").value(for: [3]) == [1, 2])
    }
}
