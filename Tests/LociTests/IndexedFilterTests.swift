// Loci, Apache License 2.0.

import LociIndex
import LociStorage
import TestSupport
import Testing

@testable import Loci
@testable import LociAttributes

/// What indexes find is what the evaluation of every row finds.
@Suite struct IndexedFilterTests {
    /// Values of which many are equal as strings, numbers, times or elements, or nearly so.
    private static let values: [String] = {
        let long = String(repeating: "a", count: 240)
        return [
            "0", "1", "2", "-1.5", "1e300", "true", "false", "null", "\"\"", "\"0\"", "\"1\"", "\" 1\"", "\"1 \"",
            "\"-1.5\"",
            "\"a\"", "\"ab\"", "\"b\\u0000c\"", "\"b\"", "\"\(long)\"", "\"\(long)b\"", "\"\(long)c\"",
            "\"2024-05-01\"", "\"2024-05-01T00:00:00Z\"", "\"2024-05-02\"", "\"1970-01-01T00:00:01Z\"",
            "\"2024-05-01T\"",
            "1714521600", "[]", "[1]", "[\"1\"]", "[\"a\", 2, \"a\"]", "[\"b\\u0000c\", \"\(long)b\"]", "[0, \"\"]",
            "{}", "{\"x\": 1}", "[null]", "[[1]]",
        ]
    }()

    private static let paths = ["a", "b", "c.x", "d"]

    private static func attributes(_ generator: inout SeededGenerator) throws -> Attributes? {
        guard generator.below(8) > 0 else { return nil }
        var members: [String] = []
        for key in ["a", "b", "d"] where generator.below(5) > 0 {
            members.append("\"\(key)\": \(values[generator.below(values.count)])")
        }
        if generator.below(3) > 0 { members.append("\"c\": {\"x\": \(values[generator.below(values.count)])}") }
        return try Attributes(json: "{\(members.joined(separator: ", "))}")
    }

    private static func literal(_ generator: inout SeededGenerator) -> String {
        let scalars = values.filter { !$0.hasPrefix("[") && !$0.hasPrefix("{") && $0 != "1e300" }
        // A null byte is no escape of the language.
        return scalars[generator.below(scalars.count)].replacing("\\u0000", with: "\0")
    }

    private static func constant(_ generator: inout SeededGenerator) -> String {
        switch generator.below(8) {
        case 0: "time(\"\(["2024-05-01", "2024-05-02T00:00:00Z", "1970-01-01T00:00:01Z"][generator.below(3)])\")"
        case 1: "(time(\"2024-05-02\") - 86400)"
        case 2: "(0 - 1.5)"
        case 3: "[\(literal(&generator)), \(literal(&generator))]"
        default: literal(&generator)
        }
    }

    private static func filter(_ generator: inout SeededGenerator, depth: Int) -> String {
        func path() -> String { "." + paths[generator.below(paths.count)] }
        if depth > 0 {
            switch generator.below(6) {
            case 0, 1: return "(\(filter(&generator, depth: depth - 1)) and \(filter(&generator, depth: depth - 1)))"
            case 2, 3: return "(\(filter(&generator, depth: depth - 1)) or \(filter(&generator, depth: depth - 1)))"
            case 4: return "(not \(filter(&generator, depth: depth - 1)))"
            default: break
            }
        }
        let comparison = ["==", "!=", "<", "<=", ">", ">=", "^="][generator.below(7)]
        switch generator.below(12) {
        case 0: return "(exists \(path()))"
        case 1: return "(not exists \(path()))"
        case 2: return path()
        case 3:
            let list = (0..<generator.below(5)).map { _ in literal(&generator) }.joined(separator: ", ")
            return "(\(path()) in [\(list)])"
        case 4: return "(\(constant(&generator)) in \(path()))"
        case 5: return "(\(constant(&generator)) \(comparison) \(path()))"
        case 6: return "(\(path()) \(comparison) \(path()))"
        case 7: return "(\(path()) + 1 > \(constant(&generator)))"
        case 8: return ["true", "false", "(\"a\" < time(\"2024-05-01\"))", "(1 < 2)"][generator.below(4)]
        default: return "(\(path()) \(comparison) \(constant(&generator)))"
        }
    }

    /// The slots that match by indexes are those that match by evaluation; so are those after changes.
    @Test func indexesFindWhatEvaluationFinds() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        let count = 300
        var known: [VectorID: Attributes] = [:]
        try database.write { transaction in
            let collection = try transaction.collection("c")
            for row in 0..<count { try collection.add(VectorID(row: row), [Float(row), 1]) }
        }
        var sources: [FilterPlan.Source: Int] = [:]
        var matched = 0
        for round in 0..<TestSettings.iterations(12) {
            try database.write { transaction in
                let collection = try transaction.collection("c")
                for index in try collection.indexes where generator.below(2) == 0 {
                    try collection.dropIndex(index.path)
                }
                for path in Self.paths where generator.below(3) > 0 {
                    guard try !collection.indexes.contains(where: { $0.path == path }) else { continue }
                    try collection.createIndex(path, FieldKind.allCases[generator.below(FieldKind.allCases.count)])
                }
                for row in 0..<count where round == 0 || generator.below(6) == 0 {
                    let attributes = try Self.attributes(&generator)
                    try collection.setAttributes(VectorID(row: row), attributes)
                    known[VectorID(row: row)] = attributes
                }
            }
            #expect(try database.check() == [])
            let indexes = try collection.indexes.map { "\($0.path):\($0.kind.rawValue)" }
            for _ in 0..<150 {
                let text = Self.filter(&generator, depth: 3)
                let filter = try Filter(parsing: text)
                var found: Set<VectorID> = []
                try collection.withMatching(filter) { view, matching in
                    let matching = try #require(matching)
                    sources[matching.source, default: 0] += 1
                    for slot in view.liveSlots where matching.slots.contains(slot) {
                        found.insert(VectorID(bytes: try view.identifiers.identifier(at: slot)))
                    }
                    #expect(matching.count == found.count)
                }
                let expected = Set(known.filter { filter.matches($0.value) }.map(\.key))
                matched += expected.count
                let differing = found.symmetricDifference(expected).sorted().prefix(2).map { known[$0]?.json ?? "none" }
                #expect(differing.isEmpty, "\(generator): \(text), indexes \(indexes): \(differing)")
            }
        }
        for source in FilterPlan.Source.allCases { #expect(sources[source, default: 0] > 50, "\(source)") }
        #expect(matched > 1_000)
    }

    /// What the common comparisons take: nothing is read of the attributes where an index can tell.
    @Test(arguments: [
        (".year >= 1980 and .year < 1990", FilterPlan.Source.indexes), (".genre == \"drama\"", .indexes),
        (".genre in [\"drama\", \"crime\"]", .indexes), ("\"sea\" in .tags", .indexes), (".genre ^= \"cr\"", .indexes),
        ("exists .year and not (.year == 1980)", .indexes), (".at >= time(\"2024-01-01\")", .indexes),
        ("not exists .genre", .indexes), (".year >= 1980 and .rating > 5", .indexesAndAttributes),
        (".year % 10 == 0", .indexesAndAttributes), (".rating > 5", .attributes),
        (".year == \"1980\"", .indexes), (".year == \"1981\"", .indexesAndAttributes),
    ])
    func indexesAreUsedWhereTheyHelp(text: String, source: FilterPlan.Source) throws {
        let folder = try TemporaryFolder()
        let database = try Database.open(folder.database)
        let collection = try database.createCollection("c", .quick(.l2, .float32))
        try database.write { transaction in
            let collection = try transaction.collection("c")
            try collection.createIndex("year", .number)
            try collection.createIndex(".genre", .keyword)
            try collection.createIndex("tags", .keyword)
            try collection.createIndex("at", .time)
            for row in 0..<60 {
                try collection.add(
                    VectorID(row: row), [Float(row), 0],
                    attributes: Attributes(
                        json: """
                            {"year": \(row % 2 == 0 ? "\(1960 + row)" : "\"\(1960 + row)\""), "genre": "\(["drama", "crime", "war"][row % 3])",
                             "tags": ["sea", "\(row)"], "at": "20\(10 + row % 20)-05-01", "rating": \(row % 10)}
                            """))
            }
        }
        var options = SearchOptions(k: 60)
        options.filter = try Filter(parsing: text)
        let plan = try #require(try collection.plan(options))
        #expect(plan.source == source)
        let expected = try (0..<60).count { row in
            try options.filter?.matches(#require(try collection.attributes(of: VectorID(row: row)))) ?? false
        }
        #expect(plan.matching == expected)
    }
}
