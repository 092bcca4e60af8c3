// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci
@testable import LociStorage

@Suite struct IdentifierTests {
    /// The entries of both tables of identifiers.
    private func entries(_ database: Database) throws -> [Int] {
        try database.environment.read { [try $0.count(of: .identifiers), try $0.count(of: .ids)] }
    }

    /// Looks up every identifier both ways, and searches for its vector.
    private func expect(
        _ collection: Loci.Collection, holds vectors: RandomVectors, as identifiers: [VectorID]
    ) throws {
        let wrong = try identifiers.indices.filter { try collection.get(identifiers[$0]) != vectors[$0] }
        #expect(wrong == [])
        for row in stride(from: 0, to: vectors.count, by: 37) {
            #expect(try collection.search(vectors[row], k: 1).first?.id == identifiers[row])
        }
        var seen: [VectorID] = []
        try collection.forEach { id, _ in seen.append(id) }
        #expect(seen == identifiers)
    }

    @Test(arguments: [1, 511, 512, 513, 1_100])
    func rowNumbersTakeNoSpace(count: Int) throws {
        let folder = try TemporaryFolder()
        let vectors = try RandomVectors(count: count, dimension: 3)
        let numbers = (0..<count).map { VectorID(row: $0) }
        let database = try Database.open(folder.database)
        let collection = try database.buildCollection("a", .quick(.l2, .float32), from: vectors)
        #expect(try entries(database) == [0, 0])
        #expect(try collection.info().bytes.identifiers == 0)
        try expect(collection, holds: vectors, as: numbers)
        for name in ["\(count)", "-1", "00", "01", "+1", "1 ", "٣", "", "4294967296", "18446744073709551616"] {
            #expect(try collection.get(VectorID(name)) == nil, "\(name)")
        }
        #expect(try database.check() == [])

        let given = try Database.open(folder.file("given.loci"))
        _ = try given.buildCollection("a", .quick(.l2, .float32), from: vectors, identifiers: numbers)
        #expect(try given.records() == database.records())
    }

    /// Identifiers that are numbers of their own rows, of other rows and of none, and such as only look like numbers.
    private func identifiers(count: Int, _ generator: inout SeededGenerator) -> [VectorID] {
        var names = (0..<count).map { "\($0)" }
        for chunk in stride(from: 0, to: count, by: 512) where Bool.random(using: &generator) {
            for row in chunk..<min(count, chunk + 512) {
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: names[row] = "0\(row)"
                case 1: names[row] = "\(count + row)"
                case 2: names[row] = "-\(row)"
                case 3: names[row] = " \(row)"
                case 4: names[row] = "\(row)\u{0}"
                case 5: names[row] = String(repeating: "\u{0}", count: row % 480 + 1)
                case 6: names[row] = "\(UInt64(row) << 32)"
                case 7: names.swapAt(row, Int.random(in: 0..<count, using: &generator))
                default: break
                }
            }
        }
        // What came out twice gives way; the rest keeps its chance of being a number.
        var seen: Set<String> = []
        return names.enumerated().map { row, name in
            VectorID(seen.insert(name).inserted ? name : "again \(row)")
        }
    }

    @Test func givenAndNumberedIdentifiersGoTogether() throws {
        var generator = SeededGenerator()
        for round in 0..<TestSettings.iterations(12) {
            let count = Int.random(in: 1...1_800, using: &generator)
            let vectors = try RandomVectors(count: count, dimension: 3)
            let identifiers = identifiers(count: count, &generator)
            let named = (0..<count).filter { identifiers[$0] != VectorID(row: $0) }
            let folder = try TemporaryFolder()
            do {
                let database = try Database.open(folder.database)
                _ = try database.buildCollection("a", .quick(.l2, .float32), from: vectors, identifiers: identifiers)
                #expect(try entries(database) == [Set(named.map { $0 / 512 }).count, named.count], "round \(round)")
            }
            let database = try Database.open(folder.database, access: .readOnly)
            let collection = try database.collection("a")
            try expect(collection, holds: vectors, as: identifiers)
            let all = Set(identifiers)
            let strange = try named.filter {
                try !all.contains(VectorID(row: $0)) && collection.get(VectorID(row: $0)) != nil
            }
            #expect(strange == [])
            #expect(try database.check() == [])
        }
    }

    @Test func numberOfAnotherRowIsADuplicate() throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        var identifiers = (0..<700).map { VectorID(row: $0) }
        identifiers[600] = "5"
        let error = lociError {
            _ = try database.buildCollection(
                "a", .quick(), from: RandomVectors(count: 700, dimension: 3), identifiers: identifiers)
        }
        #expect(error == .duplicateIdentifier("5", rows: [5, 600]))
    }

    /// Whatever is lost of what is stored, `check` finds, and no other vector answers to the name.
    @Test func everyLossIsFound() throws {
        var generator = SeededGenerator()
        let vectors = try RandomVectors(count: 1_700, dimension: 3)
        let identifiers = identifiers(count: 1_700, &generator)
        let named = (0..<1_700).filter { identifiers[$0] != VectorID(row: $0) }
        try #require(!named.isEmpty)
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        _ = try database.buildCollection("a", .quick(), from: vectors, identifiers: identifiers)
        let stored = Set(named.map { UInt32($0 / 512) })
        for (table, keys) in [
            (Table.identifiers, stored.map { Key(collection: 1, chunk: $0) }),
            (
                .ids,
                try named.shuffled(using: &generator).prefix(20).map {
                    try Key(collection: 1, identifier: identifiers[$0].bytes)
                }
            ),
        ] {
            for key in keys {
                let value = try #require(try database.environment.read { try $0.value(of: key, in: table) })
                try database.environment.write { _ = try $0.delete(key, in: table) }
                #expect(try database.check().count == 1)
                if table == .identifiers {
                    guard case .corrupt = lociError({ _ = try database.collection("a").get("1") }) else {
                        Issue.record("a collection was opened without its chunk")
                        continue
                    }
                }
                try database.environment.write { try $0.put(value, for: key, in: table) }
                #expect(try database.check() == [])
            }
        }
    }
}
