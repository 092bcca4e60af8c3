// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct GetTests {
    private func vectors(_ ids: [VectorID], of collection: Collection) throws -> [(VectorID, [Float])] {
        var all: [(VectorID, [Float])] = []
        try collection.forEach(of: ids) { all.append(($0, $1)) }
        return all
    }

    @Test func vectorsComeInTheOrderOfTheirIdentifiers() throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: 300, dimension: 9)
        let database = try Database.open(folder.database)
        let exact = try database.buildCollection("exact", .quick(.l2, .float32), from: vectors)
        let coded = try database.buildCollection(
            "coded", .quick(), from: vectors, identifiers: (0..<300).map { VectorID("n\(299 - $0)") })
        var generator = SeededGenerator()
        let rows = (0..<100).map { _ in generator.below(300) }
        let found = try self.vectors(rows.map { VectorID(row: $0) }, of: exact)
        #expect(found.map(\.0) == rows.map { VectorID(row: $0) })
        #expect(found.map(\.1) == rows.map { vectors[$0] })
        for (id, vector) in try self.vectors(rows.map { VectorID("n\($0)") }, of: coded) {
            #expect(try coded.get(id) == vector)
        }
        #expect(try self.vectors([], of: exact).isEmpty)
    }

    @Test func anUnknownIdentifierIsAnErrorBeforeTheFirstVector() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.buildCollection(
            "a", .quick(), from: RandomVectors(count: 20, dimension: 3))
        for (ids, first, count) in [
            (["0", "20"], "20", 1), (["x", "1", "y", "2", "x"], "x", 3), ([""], "", 1),
            ([String(repeating: "z", count: 481)], String(repeating: "z", count: 481), 1),
        ] as [([String], String, Int)] {
            var calls = 0
            let error = lociError { try collection.forEach(of: ids.map { VectorID($0) }) { _, _ in calls += 1 } }
            #expect(
                error == .identifiersNotFound(name: "a", first: VectorID(first), count: count, of: ids.count))
            #expect(calls == 0)
        }
        let empty = try database.createCollection("empty")
        #expect(
            lociError { try empty.forEach(of: ["0"]) { _, _ in } }
                == .identifiersNotFound(name: "empty", first: "0", count: 1, of: 1))
    }
}
