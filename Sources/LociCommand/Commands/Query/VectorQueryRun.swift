// Loci, Apache License 2.0.

import Loci
import LociJSON

/// A search for vectors, one or many, and what is printed and written of it.
struct VectorQueryRun {
    let command: QueryCommand
    let database: Database
    let collection: Collection
    let truth: GroundTruth?
    /// Of the output file, if one is wanted.
    let format: VectorFileFormat?

    /// Up to so many queries of a file are part of the JSON object.
    private static let queriesInJSON = 10

    /// Whether one vector is asked for, so that its neighbours are the result and not figures.
    private var isSingle: Bool { command.vector != nil || command.row != nil || command.maxsim }

    func run(_ source: some VectorSource) throws {
        let options = try command.options
        let k = options.k
        let shown = command.shown
        if command.maxsim {
            var results = SearchResults()
            try collection.search(maxSim: source, options, into: &results)
            let members: [(String, JSONValue)] = [("vectors", .integer(source.count)), ("k", .integer(k))]
            return try finish(NeighborReport(results: results, k: k, offset: 0), members, lines: [])
        }
        // One query is answered before a bar could be seen.
        let bar = (isSingle ? .quiet : shown.progress).bar("Searching", total: source.count, unit: "queries")
        @Sendable func advance() throws {
            try Interrupted.check()
            bar.advance()
        }
        if command.offset > 0 {
            let results = try Self.search(
                database, collection.name, source, options, after: command.offset, onQuery: advance)
            bar.finish()
            let members: [(String, JSONValue)] = [
                ("queries", .integer(source.count)), ("k", .integer(k)), ("offset", .integer(command.offset)),
            ]
            return try finish(NeighborReport(results: results, k: k, offset: command.offset), members, lines: [])
        }
        let (measurement, results) = try collection.measure(
            queries: source, truth: truth, options, threads: command.threads.count, onQuery: advance)
        bar.finish()
        if command.within != nil {
            let full = (0..<results.queryCount).filter { results.range(ofQuery: $0).count == k }.count
            if full > 0 {
                shown.progress.note(
                    "\(Format.count(full)) of the queries have \(k) neighbours or more within the distance; "
                        + "--k gives more")
            }
        } else if k > measurement.k {
            let holder = command.filter == nil ? "the collection holds" : "matches the filter"
            shown.progress.note("k \(k) is more than \(holder); \(measurement.k) are returned")
        } else if let window = command.window, window < k, !measurement.isExact {
            shown.progress.note("window \(window) is less than k; \(measurement.window) is used")
        }
        let incomplete = (0..<results.queryCount).count { !results.isComplete(query: $0) }
        // Within a distance, no walk can know that it has met all.
        if command.within == nil, incomplete > 0 {
            shown.progress.note(
                "\(Format.count(incomplete)) of the queries found fewer than there are: 'loci check' may tell why, and "
                    + "--exact finds all")
        }
        let figures = MeasurementReport(measurement)
        let report = NeighborReport(results: results, k: measurement.k, offset: 0)
        guard command.explain, let explanation = measurement.explanation else {
            return try finish(report, figures.members, lines: figures.lines)
        }
        let explained = ExplanationReport(explanation)
        if !shown.json {
            try Console.output.write(CollectionReport.block(explained.lines) + (command.output == nil ? "\n" : ""))
        }
        try finish(
            report, figures.members + [("explain", .object(explained.members))], lines: figures.lines)
    }

    /// Writes the neighbours to the output file, and prints them.
    /// - Parameters:
    ///   - members: What a JSON object says besides.
    ///   - lines: What a text about many queries says besides.
    private func finish(
        _ report: NeighborReport, _ members: [(String, JSONValue)],
        lines: [(String, String)]
    ) throws {
        let count = report.results.queryCount
        let shown = command.shown
        if let output = command.output, let format {
            try report.write(to: output, format: format)
            shown.progress.note("wrote the neighbours of \(Format.count(count)) queries to \(output)")
        }
        if shown.json {
            var members = members
            if isSingle {
                members.append(("complete", .boolean(report.results.isComplete(query: 0))))
                members.append(("neighbors", .neighbors(report.results[query: 0])))
            } else if count <= Self.queriesInJSON {
                let results = (0..<count).map { query in
                    JSONValue.object([
                        ("query", .integer(query)), ("complete", .boolean(report.results.isComplete(query: query))),
                        ("neighbors", .neighbors(report.results[query: query])),
                    ])
                }
                members.append(("results", .array(results)))
            }
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        if isSingle {
            if command.output == nil { try Console.output.write(report.table(queries: 0..<1, neighborsEach: report.k)) }
            return
        }
        if !lines.isEmpty {
            try Console.output.write(CollectionReport.block(lines) + (command.output == nil ? "\n" : ""))
        }
        guard command.output == nil else { return }
        let listed = min(3, count)
        try Console.output.write(report.table(queries: 0..<listed, neighborsEach: count == 1 ? report.k : 5))
        if count > listed {
            shown.progress.note("\(Format.count(count - listed)) more queries are not shown; --output writes all")
        }
    }
}
