// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Identifiers in the order of their bytes, at random, and those that the graph links.
@Suite struct IdentifierOrderTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
    }

    private func bound(_ ids: [VectorID], _ generator: inout SeededGenerator) -> IdentifierBound {
        var id = VectorID(generator.below(2) == 0 ? "\(generator.below(600))" : "id-\(generator.below(40))")
        if let known = ids.randomElement(using: &generator), generator.below(2) == 0 { id = known }
        return switch generator.below(5) {
        case 0: .unbounded
        case 1, 2: .including(id)
        default: .excluding(id)
        }
    }

    private func expected(
        _ ids: [VectorID], from lower: IdentifierBound, to upper: IdentifierBound, limit: Int
    ) -> [VectorID] {
        let sorted = ids.sorted().filter { id in
            let isAbove =
                switch lower {
                case .unbounded: true
                case .including(let bound): id >= bound
                case .excluding(let bound): id > bound
                }
            let isBelow =
                switch upper {
                case .unbounded: true
                case .including(let bound): id <= bound
                case .excluding(let bound): id < bound
                }
            return isAbove && isBelow
        }
        return Array(sorted.prefix(limit))
    }

    /// Numbers that are identifiers of their own slots, of others, texts, and rows of several vectors, some of which have a slot
    /// of their number.
    @Test(arguments: [Quantization.float32, .lvq8])
    func rangesAreThoseOfSortedIdentifiers(quantization: Quantization) throws {
        var generator = SeededGenerator("identifier order \(quantization)")
        let collection = try database.buildCollection(
            "a", .quick(.l2, quantization), from: RandomVectors(count: 300, dimension: 2))
        var ids = Set((0..<300).map { VectorID(row: $0) })
        for _ in 0..<25 {
            try database.write { transaction in
                let rows = try transaction.collection("a")
                for _ in 0..<20 {
                    let id = VectorID(generator.below(2) == 0 ? "\(generator.below(500))" : "id-\(generator.below(30))")
                    if generator.below(3) == 0 {
                        #expect(try rows.remove(id) == (ids.remove(id) != nil))
                    } else {
                        let vectors = (0..<(generator.below(3) == 0 ? 3 : 1)).map { _ in generator.normals(2) }
                        try rows.upsert(id, vectors: vectors)
                        ids.insert(id)
                    }
                    #expect(try rows.contains(id) == ids.contains(id))
                }
                for _ in 0..<8 {
                    let (lower, upper) = (bound(Array(ids), &generator), bound(Array(ids), &generator))
                    let limit = [0, 1, 7, .max][generator.below(4)]
                    #expect(
                        try rows.identifiers(from: lower, to: upper, limit: limit)
                            == expected(Array(ids), from: lower, to: upper, limit: limit), "\(lower) \(upper)")
                }
            }
            #expect(try collection.identifiers() == ids.sorted())
            for _ in 0..<8 {
                let (lower, upper) = (bound(Array(ids), &generator), bound(Array(ids), &generator))
                let limit = [0, 1, 7, .max][generator.below(4)]
                #expect(
                    try collection.identifiers(from: lower, to: upper, limit: limit)
                        == expected(Array(ids), from: lower, to: upper, limit: limit), "\(lower) \(upper)")
            }
            let id = VectorID(row: generator.below(500))
            #expect(try collection.contains(id) == ids.contains(id))
        }
    }

    @Test func boundsThatNoIdentifierCanBe() throws {
        let long = VectorID(bytes: [UInt8](repeating: 0x61, count: 480))
        let longer = VectorID(bytes: [UInt8](repeating: 0x61, count: 481))
        let collection = try database.createCollection("a")
        for id in [long, "a", "b", "7"] { try collection.add(id, [1, 2]) }
        #expect(try collection.identifiers(from: .including(VectorID(bytes: []))) == ["7", "a", long, "b"])
        #expect(try collection.identifiers(from: .excluding(VectorID(bytes: []))) == ["7", "a", long, "b"])
        #expect(try collection.identifiers(from: .including(longer)) == ["b"])
        #expect(try collection.identifiers(from: .including(long)) == [long, "b"])
        #expect(try collection.identifiers(to: .excluding(longer)) == ["7", "a", long])
        #expect(try collection.identifiers(to: .including(VectorID(bytes: []))) == [])
        #expect(try !collection.contains(longer) && !collection.contains(VectorID(bytes: [])))
        #expect(
            indexError { _ = try collection.identifiers(limit: -1) }
                == .parameter(name: "limit", value: "-1", allowed: "at least 0"))
    }

    /// Each row is drawn about as often as the others, whatever its slots are.
    @Test func rowsAreDrawnEvenly() throws {
        var generator = SeededGenerator("random identifiers")
        let collection = try database.createCollection("a", .quick())
        #expect(try collection.randomIdentifiers(5, repeating: true, using: &generator) == [])
        #expect(
            indexError { _ = try collection.randomIdentifiers(.max, repeating: true, using: &generator) }
                == .parameter(name: "count", value: "\(Int.max)", allowed: "from 0 to 1000000"))
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in 0..<40 {
                try rows.add(VectorID(row: row), vectors: (0...row % 4).map { _ in generator.normals(3) })
            }
            for row in 0..<10 { try rows.remove(VectorID(row: row * 3)) }
            let drawn = try rows.randomIdentifiers(12, using: &generator)
            #expect(Set(drawn).count == 12)
            #expect(try drawn.allSatisfy { try rows.contains($0) })
        }
        let ids = try collection.identifiers()
        #expect(ids.count == 30)
        for repeating in [true, false] {
            for count in [1, 10, 20] {
                var counts: [VectorID: Int] = [:]
                let rounds = 12_000 / count
                for _ in 0..<rounds {
                    let drawn = try collection.randomIdentifiers(count, repeating: repeating, using: &generator)
                    #expect(drawn.count == count)
                    if !repeating { #expect(Set(drawn).count == count) }
                    for id in drawn { counts[id, default: 0] += 1 }
                }
                // 400 each on average: six standard deviations.
                #expect(counts.keys.sorted() == ids.sorted())
                #expect(counts.values.allSatisfy { (280...520).contains($0) }, "\(repeating) \(count) \(counts)")
            }
        }
        #expect(try Set(collection.randomIdentifiers(1_000, using: &generator)) == Set(ids))
        #expect(try collection.randomIdentifiers(0, using: &generator) == [])
        #expect(
            indexError { _ = try collection.randomIdentifiers(-1, using: &generator) }
                == .parameter(name: "count", value: "-1", allowed: "at least 0"))
        // The same chance draws the same.
        var (one, other) = (SeededGenerator(seed: 7), SeededGenerator(seed: 7))
        #expect(
            try collection.randomIdentifiers(9, using: &one) == collection.randomIdentifiers(9, using: &other))
    }

    /// Few rows in many slots.
    @Test func rowsAmongManyThatWereRemoved() throws {
        var generator = SeededGenerator("random identifiers of a sparse graph")
        let count = 2_300
        let collection = try database.buildCollection("a", .sparse, from: RandomVectors(count: count, dimension: 2))
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in 0..<count where row != 5 && row != 77 && row != count - 1 { try rows.remove(VectorID(row: row)) }
        }
        var drawn: Set<VectorID> = []
        for repeating in [true, false] {
            for _ in 0..<40 {
                drawn.formUnion(try collection.randomIdentifiers(1, repeating: repeating, using: &generator))
            }
        }
        #expect(drawn == ["5", "77", VectorID(row: count - 1)])
        #expect(try collection.randomIdentifiers(50, repeating: true, using: &generator).count == 50)
    }

    @Test(arguments: Metric.allCases)
    func linksAreLiveNeighboursWithTheirDistances(metric: Metric) throws {
        let vectors = try RandomVectors(count: 2_100, dimension: 4)
        let collection = try database.buildCollection("a", .quick(metric, .float32), from: vectors)
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in stride(from: 0, to: 2_100, by: 30) { try rows.remove(VectorID(row: row)) }
            try compareLinks(rows.links(of: "7"), of: 7, rows.contains, vectors, metric)
        }
        for row in [1, 2, 500, 2_099] {
            try compareLinks(collection.links(of: VectorID(row: row)), of: row, collection.contains, vectors, metric)
        }
        #expect(try collection.links(of: "0") == nil)
        #expect(try collection.links(of: "unknown") == nil)
        // Without a graph there are none.
        let small = try database.createCollection("small")
        try small.add("a", [1, 2])
        #expect(try small.links(of: "a") == [])
        #expect(try small.links(of: "b") == nil)
    }

    private func compareLinks(
        _ links: [Neighbor]?, of row: Int, _ contains: (VectorID) throws -> Bool, _ vectors: RandomVectors,
        _ metric: Metric
    ) throws {
        let links = try #require(links)
        #expect((1...16).contains(links.count) && Set(links.map(\.id)).count == links.count)
        #expect(zip(links, links.dropFirst()).allSatisfy { $0.distance <= $1.distance })
        for link in links {
            #expect(try contains(link.id) && link.id != VectorID(row: row))
            let other = vectors[try #require(Int(link.id.description))]
            #expect(abs(link.distance - Self.distance(vectors[row], other, metric)) < 1e-4)
        }
    }

    private static func distance(_ left: [Float], _ right: [Float], _ metric: Metric) -> Float {
        func product(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        return switch metric {
        case .l2: zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        case .ip: -product(left, right)
        case .cosine: 1 - product(left, right) / (product(left, left) * product(right, right)).squareRoot()
        }
    }

    /// A row is linked once, and never to itself.
    @Test func rowsOfSeveralVectorsAreLinkedOnce() throws {
        var generator = SeededGenerator("links of rows")
        let collection = try database.createCollection("a", .quick(.l2, .float32))
        try database.write { transaction in
            let rows = try transaction.collection("a")
            for row in 0..<800 {
                let centre = generator.normals(3)
                try rows.add(
                    VectorID(row: row), vectors: (0..<3).map { _ in centre.map { $0 + 0.01 * generator.normal() } })
            }
        }
        for row in 0..<40 {
            let id = VectorID(row: row)
            let links = try #require(try collection.links(of: id))
            #expect(!links.isEmpty && Set(links.map(\.id)).count == links.count && !links.contains { $0.id == id })
            let own = try #require(try collection.vectors(of: id))
            for link in links {
                let others = try #require(try collection.vectors(of: link.id))
                let all = own.flatMap { vector in others.map { Self.distance(vector, $0, .l2) } }
                // One of the distances between their vectors.
                #expect(all.contains { abs($0 - link.distance) < 1e-5 })
            }
        }
    }
}
