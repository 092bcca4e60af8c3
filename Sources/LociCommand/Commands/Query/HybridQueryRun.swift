// Loci, Apache License 2.0.

import Loci
import LociJSON

/// A search by a vector and by words, and what is printed of it.
struct HybridQueryRun {
    let database: Database
    let name: String
    let text: String
    let field: String?
    let method: FusionMethod
    let options: HybridOptions
    /// How many are passed over.
    let offset: Int
    let shown: ReportOptions

    func run(_ vector: [Float]) throws {
        let found = try search(vector)
        if shown.json {
            let members: [(String, JSONValue)] = [
                ("text", .string(text)), ("hybrid", .string(method.rawValue)), ("k", .integer(options.k)),
                ("offset", .integer(offset)), ("matches", .array(found.map(Self.member))),
            ]
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        guard !found.isEmpty else { return shown.progress.note("there is nothing more") }
        try Console.output.write(table(of: found))
    }

    /// Both pages are of one view.
    private func search(_ vector: [Float]) throws -> [FusedNeighbor] {
        let words = try WordQuery(parsing: text)
        return try database.read { view in
            let collection = try view.collection(name)
            var cursor: HybridCursor?
            if offset > 0 {
                var passed = options
                passed.k = offset
                cursor = try collection.search(vector, words: words, in: field, passed, after: nil).next
                if cursor == nil { return [] }
            }
            return try collection.search(vector, words: words, in: field, options, after: cursor).neighbors
        }
    }

    private static func member(_ match: FusedNeighbor) -> JSONValue {
        .object([
            ("id", .identifier(match.id)), ("score", .number(match.score, decimals: 6)),
            ("distance", match.distance.map { .float($0) } ?? .null),
            ("words", match.wordScore.map { .number($0, decimals: 6) } ?? .null),
        ])
    }

    private func table(of found: [FusedNeighbor]) -> String {
        var table = TextTable([
            .number("rank"), .text("id", limit: 60), .number("score"), .number("distance"), .number("words"),
        ])
        let places = NeighborReport.places(found.compactMap(\.distance))
        for (rank, match) in found.enumerated() {
            table.add([
                "\(offset + rank + 1)", match.id.description, Format.decimal(match.score, places: 4),
                match.distance.map { Format.decimal(Double($0), places: places) } ?? "-",
                match.wordScore.map { Format.decimal($0, places: 4) } ?? "-",
            ])
        }
        return table.rendered()
    }
}
