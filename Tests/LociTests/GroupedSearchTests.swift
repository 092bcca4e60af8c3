// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import TestSupport
import Testing

@testable import Loci

/// Neighbours put together by a field.
@Suite struct GroupedSearchTests {
    private static let dimension = 8

    /// A collection of random vectors, and what there is in it.
    private struct Scene {
        let folder: TemporaryFolder
        let collection: Collection
        let vectors: [[Float]]
        let attributes: [String?]

        /// - Parameter attributes: The text of a row's attributes.
        init(count: Int, _ generator: inout SeededGenerator, attributes: (Int) -> String?) throws {
            folder = try TemporaryFolder()
            let database = try Database.open(folder.database)
            collection = try database.createCollection("c", .quick(.l2, .float32))
            vectors = (0..<count).map { _ in
                (0..<GroupedSearchTests.dimension).map { _ in Float(generator.below(2_001)) / 1_000 - 1 }
            }
            self.attributes = (0..<count).map(attributes)
            try database.write { [vectors, attributes = self.attributes] transaction in
                let collection = try transaction.collection("c")
                for row in 0..<count {
                    try collection.add(
                        VectorID(row: row), vectors[row],
                        attributes: try attributes[row].map { try Attributes(json: $0) })
                }
            }
        }

        /// The groups as they should be: every vector is measured.
        func expected(_ query: [Float], k: Int, size: Int, filter: Filter? = nil) throws -> [[VectorID]] {
            let reader = try FieldGroupReader(FilterPath(parsing: "g"))
            let order = vectors.indices.map { row in
                (row: row, distance: GroupedSearchTests.distance(of: [vectors[row]], to: query))
            }.sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }
            var groups: [FieldGroup] = []
            var members: [FieldGroup: [VectorID]] = [:]
            for (row, _) in order {
                guard let text = attributes[row].map({ Array($0.utf8) }),
                    filter?.matches(utf8: text.span.bytes) ?? true,
                    let group = reader.group(of: text.span.bytes)
                else { continue }
                if members[group] == nil {
                    if groups.count == k { continue }
                    groups.append(group)
                }
                if members[group, default: []].count < size { members[group, default: []].append(VectorID(row: row)) }
            }
            return groups.map { members[$0] ?? [] }
        }
    }

    /// Values of few groups that have most of the vectors, of many with one, and of none.
    private static func value(_ row: Int) -> String? {
        switch row % 8 {
        case 0...3: "{\"g\": \"often\", \"n\": \(row)}"
        case 4: "{\"g\": \(row % 3), \"n\": \(row)}"
        case 5: "{\"g\": \"\(String(repeating: "long", count: 70))\(row % 5)\"}"
        case 6: row % 16 == 6 ? "{\"g\": [1, 2]}" : "{\"h\": 1}"
        default: row % 3 == 0 ? "{\"g\": \(row % 2 == 0)}" : row % 3 == 1 ? nil : "{\"g\": null}"
        }
    }

    @Test(arguments: [[], [FieldKind.keyword], [.number]])
    func groupsAreTheNearestAndFull(indexes: [FieldKind]) throws {
        var generator = SeededGenerator()
        let scene = try Scene(count: 3_000, &generator, attributes: Self.value)
        for kind in indexes { try scene.collection.createIndex("g", kind) }
        let filter = try Filter(parsing: "exists .n and .n < 2000")
        for (k, size) in [(1, 1), (1, 5), (3, 2), (5, 40), (20, 3), (20, 1)] {
            for filter in [nil, filter] {
                let query = (0..<Self.dimension).map { _ in Float(generator.below(2_001)) / 1_000 - 1 }
                var options = SearchOptions(k: k, isExact: true)
                options.filter = filter
                let expected = try scene.expected(query, k: k, size: size, filter: filter)
                let exact = try scene.collection.search(query, options, by: Grouping(by: "g", size: size))
                #expect(exact.map { $0.neighbors.map(\.id) } == expected, "\(generator): k \(k), size \(size)")
                options.isExact = false
                options.effort = .window(200)
                let walked = try scene.collection.search(query, options, by: Grouping(by: ".g", size: size))
                #expect(walked.map { $0.neighbors.count } == expected.map(\.count))
                let found = Set(walked.flatMap { $0.neighbors.map(\.id) })
                let wanted = Set(expected.joined())
                #expect(Double(found.intersection(wanted).count) >= 0.9 * Double(wanted.count), "\(generator)")
            }
        }
    }

    /// A round that finds too few groups goes on without those that it has found.
    @Test func fewGroupsDoNotHideTheOthers() throws {
        var generator = SeededGenerator()
        let scene = try Scene(count: 4_000, &generator) { "{\"g\": \($0 % 1_000 == 7 ? $0 : 0)}" }
        let query = [Float](repeating: 0.1, count: Self.dimension)
        let groups = try scene.collection.search(
            query, SearchOptions(k: 10, isExact: true), by: Grouping(by: "g", size: 2))
        #expect(groups.count == 5)
        #expect(groups.map { $0.neighbors.map(\.id) } == (try scene.expected(query, k: 10, size: 2)))
        #expect(groups.first?.value == .number(0))
    }

    /// The distance of the nearest vector.
    private static func distance(of vectors: [[Float]], to query: [Float]) -> Float {
        let distances = vectors.map { vector in
            zip(vector, query).reduce(Float(0)) { sum, pair in sum + (pair.0 - pair.1) * (pair.0 - pair.1) }
        }
        return distances.min() ?? 0
    }

    /// A row of several vectors belongs to its group once, by its nearest vector.
    @Test(arguments: [false, true]) func rowsOfSeveralVectorsAreMetOnce(isIndexed: Bool) throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        if isIndexed { try collection.createIndex("g", .keyword) }
        func vector() -> [Float] { (0..<Self.dimension).map { _ in Float(generator.below(2_001)) / 1_000 - 1 } }
        let rows = (0..<900).map { _ in (0..<1 + generator.below(4)).map { _ in vector() } }
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for (row, vectors) in rows.enumerated() {
                try collection.add(
                    VectorID(row: row), vectors: vectors,
                    attributes: Attributes(json: "{\"g\": \(row % 7 == 0 ? row % 5 : 9)}"))
            }
        }
        for (k, size) in [(2, 3), (6, 4), (6, 30)] {
            let query = vector()
            let order = rows.indices.map { (row: $0, distance: Self.distance(of: rows[$0], to: query)) }
                .sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }
            var values: [Int] = []
            var expected: [Int: [VectorID]] = [:]
            for (row, _) in order {
                let value = row % 7 == 0 ? row % 5 : 9
                if expected[value] == nil {
                    if values.count == k { continue }
                    values.append(value)
                }
                if expected[value, default: []].count < size { expected[value, default: []].append(VectorID(row: row)) }
            }
            let groups = try collection.search(
                query, SearchOptions(k: k, isExact: true), by: Grouping(by: "g", size: size))
            #expect(groups.map(\.value) == values.map { .number(Double($0)) }, "\(generator)")
            #expect(groups.map { $0.neighbors.map(\.id) } == values.map { expected[$0] ?? [] }, "\(generator)")
        }
    }

    @Test func valuesAreGivenAsTheyStand() throws {
        var generator = SeededGenerator()
        let values = ["\"a\\u00e9\"", "1.5", "true", "\"\""]
        let scene = try Scene(count: 4, &generator) { "{\"g\": \(values[$0])}" }
        let groups = try scene.collection.search([0, 0, 0, 0, 0, 0, 0, 0], SearchOptions(k: 10), by: Grouping(by: "g"))
        #expect(Set(groups.map(\.value)) == ["aé", 1.5, true, ""])
    }

    @Test func whatCannotBeGroupedIsRefused() throws {
        var generator = SeededGenerator()
        let scene = try Scene(count: 3, &generator) { "{\"g\": \($0)}" }
        let query = [Float](repeating: 0, count: Self.dimension)
        for size in [0, Grouping.limit + 1] {
            #expect(throws: IndexError.parameter(name: "group size", value: "\(size)", allowed: "from 1 to 10000")) {
                try scene.collection.search(query, SearchOptions(), by: Grouping(by: "g", size: size))
            }
        }
        #expect(throws: LociError.self) {
            try scene.collection.search(query, SearchOptions(), by: Grouping(by: "g >", size: 1))
        }
        #expect(throws: IndexError.dimensionMismatch(found: 2, expected: Self.dimension)) {
            try scene.collection.search([1, 2], SearchOptions(), by: Grouping(by: "g"))
        }
    }
}
