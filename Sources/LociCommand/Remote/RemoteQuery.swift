// Loci, Apache License 2.0.

import Loci
import LociClient
import LociJSON

/// A search for vectors on a server, and what is printed of it.
struct RemoteQuery {
    let server: RemoteServer
    let search: RemoteSearch
    let shown: ReportOptions

    /// Up to so many queries of a file are part of the JSON object, and so many are printed.
    private static let (queriesInJSON, queriesShown, matchesShown) = (10, 3, 5)

    /// Searches for the neighbours of one vector.
    func run(_ vector: [Float]) throws {
        let connection = try server.connect(toCollection: search.collection)
        var requests = RequestEncoder()
        search.append(vector, to: &requests)
        let matches = try connection.send(requests).first.map { reply in try RemoteSearch.matches(in: reply) } ?? []
        if shown.json {
            return try Console.output.write(
                JSONValue.object(members(queries: 1) + [("neighbors", Self.json(matches))]).line + "\n")
        }
        guard !matches.isEmpty else { return shown.progress.note("nothing was found") }
        try Console.output.write(Self.table([(nil, matches)]))
    }

    /// Searches for the neighbours of all vectors of a file.
    func run(_ queries: VectorFile) throws {
        let connection = try server.connect(toCollection: search.collection)
        let bar = shown.progress.bar("Searching", total: queries.count, unit: "queries")
        let start = ContinuousClock.now
        let kept = shown.json ? Self.queriesInJSON : Self.queriesShown
        var results: [[RemoteSearch.Match]] = []
        try search.run(queries, on: connection) { _, reply in
            let matches = try RemoteSearch.matches(in: reply)
            if results.count < kept { results.append(matches) }
            bar.advance()
        }
        let rate = Double(queries.count) / Format.seconds(ContinuousClock.now - start)
        bar.finish()
        if shown.json {
            var members = members(queries: queries.count) + [("queries_per_second", .number(rate, decimals: 1))]
            if queries.count <= kept {
                members.append(
                    (
                        "results",
                        .array(
                            results.enumerated().map { query, matches in
                                .object([("query", .integer(query)), ("neighbors", Self.json(matches))])
                            })
                    ))
            }
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        let way = search.isExact ? "exact" : search.window.map { "window \($0)" } ?? "the server's window"
        let lines = [
            ("queries", "\(Format.count(queries.count)), k \(search.k), \(way)"), ("speed", Format.rate(rate)),
        ]
        try Console.output.write(CollectionReport.block(lines) + "\n")
        let limit = queries.count == 1 ? search.k : Self.matchesShown
        try Console.output.write(
            Self.table(results.enumerated().map { ($0, Array($1.prefix(limit))) }))
        if queries.count > results.count {
            shown.progress.note("\(Format.count(queries.count - results.count)) more queries are not shown")
        }
    }

    private func members(queries: Int) -> [(String, JSONValue)] {
        [
            ("queries", .integer(queries)), ("k", .integer(search.k)),
            ("window", search.window.map { .integer($0) } ?? .null), ("exact", .boolean(search.isExact)),
        ]
    }

    private static func json(_ matches: [RemoteSearch.Match]) -> JSONValue {
        .array(matches.map { .object([("id", .identifier($0.id)), ("score", .number($0.score))]) })
    }

    /// Matches of queries, with a column that tells which where they have numbers.
    private static func table(_ results: [(query: Int?, matches: [RemoteSearch.Match])]) -> String {
        let isNumbered = results.contains { $0.query != nil }
        var table = TextTable(
            (isNumbered ? [.number("query")] : []) + [.number("rank"), .text("id", limit: 60), .number("score")])
        for (query, matches) in results {
            for (rank, match) in matches.enumerated() {
                var cells = isNumbered ? [rank == 0 ? query.map(String.init) ?? "" : ""] : []
                cells += ["\(rank + 1)", match.id.description, Format.decimal(match.score, places: 6)]
                table.add(cells)
            }
        }
        return table.rendered()
    }
}

extension QueryCommand {
    /// Refuses what cannot be asked of a server.
    /// - Throws: `ValidationError`.
    func validateForServer() throws {
        let possible: Set = ["--row", "--window", "--exact"]
        try RemoteServer.refuse(
            given.filter { !possible.contains($0) }.map { ($0, true) } + [
                ("--text", words.text != nil), ("--hybrid", fusion.hybrid != nil),
            ])
    }

    /// Asks a server.
    func run(on server: RemoteServer) throws {
        let search = RemoteSearch(
            collection: target.collection, k: k ?? 10, window: window, filter: filter, isExact: exact)
        let query = RemoteQuery(server: server, search: search, shown: shown)
        if let queries, row == nil { return try query.run(VectorFile.open(queries)) }
        try query.run(oneVector())
    }
}
