// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

/// Rows of several vectors: how they are written and read.
@Suite struct RowTests {
    private func rows(of collection: Collection) throws -> [VectorID: [[Float]]] {
        var rows: [VectorID: [[Float]]] = [:]
        try collection.forEachRow { #expect(rows.updateValue($1, forKey: $0) == nil) }
        return rows
    }

    private func entry(_ id: VectorID, of database: Database) throws -> [UInt8]? {
        try database.environment.read { try $0.value(of: Key(collection: 1, identifier: id.bytes), in: .ids) }
    }

    @Test func rowsAreKeptInOrder() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        let attributes = try Attributes(["a": .number(1)])
        try database.write { transaction in
            let collection = try transaction.collection("c")
            try collection.add("doc", vectors: [[3, 3], [1, 1], [2, 2]], attributes: attributes)
            try collection.add("1", [9, 9])
            #expect(collection.count == 4 && collection.rowCount == 2)
            #expect(try collection.get("doc") == [3, 3] && collection.contains("doc"))
            #expect(try collection.vectors(of: "doc") == [[3, 3], [1, 1], [2, 2]])
            #expect(try collection.vectors(of: "none") == nil)
        }
        #expect(try collection.count == 4 && collection.rowCount == 2)
        #expect(try rows(of: collection) == ["doc": [[3, 3], [1, 1], [2, 2]], "1": [[9, 9]]])
        #expect(try collection.get("doc") == [3, 3])
        #expect(try collection.vectors(of: "doc") == [[3, 3], [1, 1], [2, 2]])
        #expect(try collection.vectors(of: "none") == nil)
        #expect(try collection.attributes(of: "doc") == attributes)
        #expect(try collection.info().rowCount == 2 && collection.info().attributesCount == 1)
        var vectors: [[Float]] = []
        try collection.forEach(of: ["1", "doc"]) { vectors.append($1) }
        #expect(vectors == [[9, 9], [3, 3], [1, 1], [2, 2]])
        #expect(lociError { try collection.forEachRow(of: ["doc", "x"]) { _, _ in } } != nil)
        #expect(try entry("doc", of: database) == [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
        #expect(try entry("1", of: database) == [3, 0, 0, 0])
        #expect(try database.check() == [])
        // The last vectors move to the places of those that are removed.
        try collection.add("tail", vectors: [[5, 5], [6, 6]], attributes: attributes)
        try collection.upsert("1", vectors: [[7, 7], [8, 8]])
        try collection.remove("doc")
        #expect(try rows(of: collection) == ["tail": [[5, 5], [6, 6]], "1": [[7, 7], [8, 8]]])
        #expect(try collection.attributes(of: "tail") == attributes)
        #expect(try collection.info().attributesCount == 1)
        #expect(try database.check() == [])
        try collection.upsert("tail", [4, 4])
        try collection.upsert("1", vectors: [[0, 1]])
        #expect(try collection.count == 2 && collection.rowCount == 2)
        #expect(try rows(of: collection) == ["tail": [[4, 4]], "1": [[0, 1]]])
        #expect(try collection.attributes(of: "tail") == attributes)
        #expect(try collection.withView { $0.record.extraVectors } == 0)
        #expect(try database.check() == [])
    }

    /// An identifier that is a number leads to its row, not to the slot of that number.
    @Test func numbersWithSeveralVectors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try collection.add("0", vectors: [[1], [2]])
        #expect(try entry("0", of: database) == [0, 0, 0, 0, 1, 0, 0, 0])
        #expect(try collection.get("1") == nil)
        try collection.add("1", [3])
        #expect(try rows(of: collection) == ["0": [[1], [2]], "1": [[3]]])
        try database.write { transaction in
            let collection = try transaction.collection("c")
            #expect(collection.nextIdentifier == "2")
        }
        #expect(try database.check() == [])
    }

    @Test func whatCannotBeARowIsRefused() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick())
        func refusal(_ vectors: [[Float]]) -> (any Error)? { thrown { try collection.add("a", vectors: vectors) } }
        let many = [[Float]](repeating: [1, 2], count: 257)
        #expect(refusal(many) as? LociError == .vectorCount(id: "a", vectors: 257, limit: 256))
        #expect(refusal([]) as? LociError == .vectorCount(id: "a", vectors: 0, limit: 256))
        #expect(
            "\(LociError.vectorCount(id: "a", vectors: 257, limit: 256))"
                == "the row \"a\" is of 257 vectors; it must have from 1 to 256: give the others to rows of their own")
        #expect(refusal([[1, 2], [1]]) as? IndexError == .dimensionMismatch(found: 1, expected: 2))
        #expect(refusal([[1, 2], [1, .nan]]) as? IndexError == .notFinite(row: nil, component: 1))
        #expect(refusal([[], []]) as? IndexError == .dimension(found: 0, limit: CodeLayout.dimensionLimit))
        #expect(try collection.count == 0)
        try collection.add("a", vectors: Array(many.dropLast()))
        #expect(try collection.count == 256 && collection.rowCount == 1)
        #expect(refusal([[1, 2]]) as? LociError == .identifierExists(name: "c", id: "a"))
        #expect(refusal([[1, 2, 3]]) as? IndexError == .dimensionMismatch(found: 3, expected: 2))
        let counts = lociError {
            _ = try database.buildCollection(
                "b", .quick(), from: RandomVectors(count: 258, dimension: 2), vectorCounts: [1, 257])
        }
        #expect(counts == .vectorCount(id: "1", vectors: 257, limit: 256))
        for (wrong, error) in [
            ([1, 2], LociError.vectorTotal(rows: 3, vectors: 6)), ([1, 2, 4], .vectorTotal(rows: 7, vectors: 6)),
            ([7, -1], .vectorCount(id: "1", vectors: -1, limit: 256)),
        ] {
            #expect(
                lociError {
                    _ = try database.buildCollection(
                        "b", .quick(), from: RandomVectors(count: 6, dimension: 2), vectorCounts: wrong)
                } == error)
        }
        #expect(
            lociError {
                _ = try database.buildCollection(
                    "b", .quick(), from: RandomVectors(count: 6, dimension: 2), identifiers: ["a", "b", "c"],
                    vectorCounts: [2, 4])
            } == .identifierCount(identifiers: 3, vectors: 2))
        #expect(
            lociError {
                _ = try database.buildCollection(
                    "b", .quick(), from: RandomVectors(count: 6, dimension: 2), identifiers: ["a", "b", "a"],
                    vectorCounts: [2, 3, 1])
            } == .duplicateIdentifier("a", rows: [0, 5]))
        #expect(try database.check() == [])
    }

    /// In one transaction, rows that wait are replaced by longer and shorter ones, and dropped.
    @Test func rowsThatWait() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        let attributes = try Attributes(["a": .number(1)])
        try database.write { transaction in
            let collection = try transaction.collection("c")
            try collection.add("a", vectors: [[1], [2]], attributes: attributes)
            try collection.add("b", [3])
            try collection.add("c", vectors: [[4], [5], [6]])
            try collection.upsert("a", vectors: [[7], [8], [9]])
            #expect(try collection.attributes(of: "a") == attributes)
            try collection.upsert("c", vectors: [[10], [11], [12]])
            try collection.upsert("b", vectors: [[13], [14]])
            try collection.upsert("b", [15])
            #expect(collection.count == 7 && collection.rowCount == 3)
            try collection.remove("c")
            #expect(collection.count == 4 && collection.rowCount == 2)
        }
        #expect(try rows(of: collection) == ["a": [[7], [8], [9]], "b": [[15]]])
        #expect(try collection.attributes(of: "a") == attributes)
        #expect(try database.check() == [])
    }

    /// Rows of a graph: built, changed, optimized while they change, counted.
    @Test(arguments: [Quantization.lvq4x8, .lvq8, .float32])
    func rowsOfAGraph(quantization: Quantization) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let counts = (0..<1_000).map { 1 + $0 % 5 }
        let vectors = try RandomVectors(count: 3_000, dimension: 16)
        let ids = (0..<1_000).map { $0 % 2 == 0 ? VectorID(row: $0) : VectorID("doc \($0)") }
        let collection = try database.buildCollection(
            "c", .quick(.l2, quantization, .float32), from: vectors, identifiers: ids, vectorCounts: counts)
        #expect(try collection.count == 3_000 && collection.rowCount == 1_000)
        #expect(try database.check() == [])
        var expected: [VectorID: [[Float]]] = [:]
        var first = 0
        for (id, count) in zip(ids, counts) {
            expected[id] = (first..<first + count).map { vectors[$0] }
            first += count
        }
        #expect(try rows(of: collection) == expected)
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for (place, id) in ids.enumerated() where place % 7 == 0 {
                try collection.remove(id)
                expected[id] = nil
            }
            for (place, id) in ids.enumerated() where place % 11 == 0 {
                let row = (0..<1 + place % 4).map { vectors[(place + $0) % 3_000].map { $0 / 2 } }
                try collection.upsert(id, vectors: row, attributes: Attributes(["n": .number(Double(row.count))]))
                expected[id] = row
            }
        }
        #expect(try rows(of: collection) == expected)
        #expect(try collection.withView { $0.record.slots > $0.record.count })
        #expect(try database.check() == [])
        let reversed = expected["doc 11"]?.reversed() ?? []
        try collection.optimize(
            threads: 2,
            observer: RowInterruption {
                try collection.upsert("doc 11", vectors: Array(reversed))
                try collection.upsert("doc 3", vectors: [vectors[1], vectors[0]])
                try collection.setAttributes("doc 9", Attributes(["late": .bool(true)]))
                try collection.remove("doc 5")
            })
        expected["doc 11"] = Array(reversed)
        expected["doc 3"] = [vectors[1], vectors[0]]
        expected["doc 5"] = nil
        #expect(try rows(of: collection) == expected)
        #expect(try collection.attributes(of: "doc 9") == Attributes(["late": .bool(true)]))
        #expect(try collection.attributes(of: "doc 33") == Attributes(["n": .number(2)]))
        #expect(try collection.rowCount == expected.count)
        #expect(try database.check() == [])
    }

    /// What a file says wrongly of the slots of a row is an error, and the check tells of it.
    @Test func damagedListsAreErrors() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<20 {
                try collection.add(
                    VectorID("d\(row)"), vectors: (0..<1 + row % 4).map { [Float(row), Float($0)] },
                    attributes: Attributes(["row": .number(Double(row))]))
            }
        }
        let key = try Key(collection: 1, identifier: VectorID("d3").bytes)
        let sound = try #require(try entry("d3", of: database))
        let record = try collection.withView { $0.record }
        func damage(_ value: [UInt8]) throws -> [String] {
            try database.environment.write { try $0.put(value, for: key, in: .ids) }
            // Whatever it says, nothing else may crash.
            _ = thrown { _ = try collection.search([1, 1], k: 30) }
            _ = thrown { _ = try collection.search(maxSim: [[1, 1], [2, 2]], k: 30) }
            _ = thrown { _ = try collection.search([1, 1], k: 5, filter: Filter(parsing: ".row < 10")) }
            _ = thrown { try collection.forEachRow { _, _ in } }
            return try database.check().map(\.what)
        }
        for wrong in [
            [], Array(sound.dropLast()), Array(sound.dropFirst(4)) + [0xFF, 0, 0, 0],
            Array(sound.prefix(4)) + sound.prefix(4), [UInt8](repeating: 0, count: 4 * 257),
        ] {
            #expect(try damage(wrong).contains { $0 == "the identifier \"d3\" leads to no slot" })
            guard case .corrupt(let text) = lociError({ _ = try collection.vectors(of: "d3") }) else {
                Issue.record("it was read: \(wrong)")
                continue
            }
            #expect(text.contains("table ids, d3"))
        }
        #expect(try damage(Array(sound.dropLast(4))).contains { $0.contains("beyond the first of their rows") })
        #expect(
            try damage(Array(sound.dropFirst(4)) + sound.prefix(4)).contains { $0.contains("not the first of its row") }
        )
        #expect(try damage([0, 0, 0, 0]).contains { $0.contains("does not lead back") })
        // Repaired from what slots say, in the order of slots.
        #expect(try !damage(Array(sound.dropLast())).isEmpty)
        let repair = try collection.repair()
        #expect(repair.outcome == .repaired && repair.lost == [] && repair.lostAttributes == [])
        #expect(try database.check() == [])
        #expect(try collection.vectors(of: "d3") == (0..<4).map { [3, Float($0)] })
        #expect(try collection.attributes(of: "d3") == Attributes(["row": .number(3)]))
        #expect(try collection.withView { $0.record.extraVectors } == record.extraVectors)
    }

    /// A row that has lost a vector keeps the others in their order, and its attributes.
    @Test func rowsThatLoseAVectorAreRepaired() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        func vector(_ number: Int) -> [Float] { [Float](repeating: Float(number), count: 1_024) }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<10 {
                try collection.add(
                    VectorID("d\(row)"), vectors: (0..<4).map { vector(10 * row + $0) },
                    attributes: Attributes(["row": .number(Double(row))]))
            }
        }
        // Its order is not that of slots, which the table of identifiers alone tells.
        try collection.remove("d0")
        try collection.add("last", vectors: [vector(1), vector(2)])
        let before = try rows(of: collection)
        let (perChunk, record) = try collection.withView {
            (try CollectionLayout($0.record).codes.recordsPerChunk, $0.record)
        }
        try #require(perChunk < record.slots)
        try database.environment.write { transaction in
            let key = Key(collection: 1, chunk: 0)
            var value = try #require(try transaction.value(of: key, in: .codes))
            value[60] ^= 0x55
            try transaction.put(value, for: key, in: .codes)
        }
        let repair = try collection.repair(dropLost: true)
        #expect(repair.outcome == .repaired && repair.lost.count == perChunk)
        #expect(try database.check() == [])
        let lost = Dictionary(grouping: repair.lost.compactMap(\.id), by: \.self).mapValues(\.count)
        #expect(lost.values.contains { $0 < 4 })
        for (id, vectors) in before {
            let left = try collection.vectors(of: id) ?? []
            #expect(left.count == vectors.count - (lost[id] ?? 0), "\(id)")
            // In their order.
            var rest = vectors[...]
            for vector in left { rest = rest.drop { $0 != vector }.dropFirst() }
            #expect(left.isEmpty || rest.count <= lost[id] ?? 0, "\(id)")
            #expect(try (collection.attributes(of: id) != nil) == (!left.isEmpty && id != "last"), "\(id)")
        }
    }

    @Test func aRecordOfMoreRowsThanThereCanBeIsRefused() throws {
        var record = CollectionRecord(name: "a", configuration: .quick(.l2, .float32))
        record.dimension = 2
        record.setFilled(count: 257)
        for (extra, isSound) in [(0, true), (255, true), (256, false), (257, false)] {
            record.extraVectors = extra
            let decoded = try? CollectionRecord(decoding: record.encoded, path: "")
            #expect((decoded == record) == isSound, "\(extra)")
        }
    }
}

/// Does something once, in the middle of the work.
private final class RowInterruption: BuildObserver, @unchecked Sendable {
    private let body: () throws -> Void
    private var isDone = false

    init(_ body: @escaping () throws -> Void) { self.body = body }

    var isCancelled: Bool { false }

    func progress(stage: BuildStage, done: Int, total: Int) {
        guard stage == .writing, !isDone else { return }
        isDone = true
        do { try body() } catch { Issue.record(error) }
    }
}
