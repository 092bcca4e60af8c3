// Loci, Apache License 2.0.

import Loci
import LociJSON

/// A search for words, and what is printed of it.
struct WordQueryRun {
    let collection: Collection
    let query: String
    let field: String?
    let options: WordSearchOptions
    let shown: ReportOptions

    func run() throws {
        let matches = try collection.search(words: query, in: field, options)
        if shown.json {
            let members: [(String, JSONValue)] = [
                ("text", .string(query)), ("k", .integer(options.k)), ("k1", .number(options.ranking.k1)),
                ("b", .number(options.ranking.b)),
                (
                    "matches",
                    .array(
                        matches.map {
                            .object([("id", .identifier($0.id)), ("score", .number($0.score, decimals: 6))])
                        })
                ),
            ]
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        guard !matches.isEmpty else { return shown.progress.note("nothing has these words") }
        try Console.output.write(Self.table(of: matches))
    }

    private static func table(of matches: [ScoredMatch]) -> String {
        var table = TextTable([.number("rank"), .text("id", limit: 60), .number("score")])
        for (rank, match) in matches.enumerated() {
            table.add(["\(rank + 1)", match.id.description, Format.decimal(match.score, places: 4)])
        }
        return table.rendered()
    }
}
