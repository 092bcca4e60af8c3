// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci query`: neighbours of vectors.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find the nearest neighbours of vectors.",
        discussion: """
            Prints the neighbours of one vector, or figures and the first few neighbours of many. All of them go to \
            --output: .ivecs, .ibin and .npy get identifiers, which must be whole numbers then, as those of rows that were \
            given none are, with -1 where there are fewer than k; .jsonl gets identifiers of any kind, and distances. \
            Distances are squared for l2, the negated product for ip, and one minus the cosine for cosine: smaller is nearer.

              loci query photos.loci clip --vector "0.12 -0.5 0.33" --k 5
              loci query photos.loci clip --vector "0.12 -0.5 0.33" --k 5 --offset 5
              loci query photos.loci clip --queries queries.npy --row 17
              loci query photos.loci clip --queries queries.npy --output neighbours.jsonl
              loci query photos.loci clip --queries queries.npy --recall 0.95
              loci query photos.loci clip --queries queries.npy --filter '.year >= 1980 and "sea" in .tags'
              loci query papers.loci chunks --queries tokens.npy --maxsim
              loci query sift.loci sift --queries q.fvecs --window 100 --ground-truth gt.ivecs --json

            --json prints one object: queries, k, window, exact, threads, recall (with a ground truth), \
            queries_per_second, queries_per_processor_second, latency_us, and "neighbors" for one vector or "results" for \
            up to 10 queries of a file. --explain adds "explain": method, matching, count, window (with a filter), \
            expanded, sketches, measured, ranked. With --offset there are no figures: queries, k, offset, and the neighbours.
            """)

    /// Up to so many queries of a file are part of the JSON object.
    private static let queriesInJSON = 10

    @OptionGroup var target: CollectionArguments

    @Option(help: ArgumentHelp("The queries: a file of vectors.", valueName: "file"), completion: .file())
    var queries: String?

    @Option(help: ArgumentHelp("Take only this row of the queries, counted from 0.", valueName: "N"))
    var row: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("One query: its components, between spaces or commas.", valueName: "numbers"))
    var vector: VectorArgument?

    @Option(
        help: ArgumentHelp(
            "How many neighbours, by default 10; with --within the most, by default \(Self.standardLimit).",
            valueName: "K"))
    var k: Int?

    @Option(
        help: ArgumentHelp(
            "Pass over the nearest N neighbours of each query, and give the K after them: the next page.",
            valueName: "N"))
    var offset = 0

    @Option(
        help: ArgumentHelp("Find all neighbours up to this distance, as the metric reports it.", valueName: "D"))
    var within: Float?

    @Option(
        help: ArgumentHelp(
            "How many candidates a typical query follows: more find more, slower; by default what 'loci tune' stored, else "
                + "\(SearchOptions.standardWindow), or K if that is more.", valueName: "W"))
    var window: Int?

    @Option(
        help: ArgumentHelp(
            "Use the smallest window that 'loci tune' measured to find this share of the true neighbours.",
            valueName: "R"))
    var recall: Double?

    @Option(
        help: ArgumentHelp(
            "Find only vectors whose attributes match; docs/filters.md tells the language.", valueName: "expression"))
    var filter: String?

    @Flag(
        help: ArgumentHelp(
            "Take all vectors of the file as one query, and sum up for each row how far its nearest vector is from each of "
                + "them (MaxSim)."))
    var maxsim = false

    @Flag(help: "Tell how one vector is searched for: how a filter is gone about, and what is looked at.")
    var explain = false

    @OptionGroup var threads: SearchThreadOptions

    @Flag(help: "Measure every vector instead of walking the graph.")
    var exact = false

    @Option(
        help: ArgumentHelp(
            "The true neighbours of the queries, for the recall: .ivecs, .ibin or .npy, as of 'loci truth'.",
            valueName: "file"),
        completion: .file())
    var groundTruth: String?

    @Option(
        help: ArgumentHelp("Where all neighbours are written: .ivecs, .ibin, .npy or .jsonl.", valueName: "file"),
        completion: .file())
    var output: String?

    @OptionGroup var shown: ReportOptions

    func validate() throws {
        guard (queries == nil) != (vector == nil) else {
            throw ValidationError("give either --queries or --vector")
        }
        if row != nil, queries == nil { throw ValidationError("--row needs --queries") }
        if within?.isNaN == true { throw ValidationError("--within takes a number") }
        if within != nil, groundTruth != nil {
            throw ValidationError("--ground-truth counts the nearest K: leave --within out")
        }
        if explain, vector == nil && row == nil || offset > 0 {
            throw ValidationError("--explain needs one vector, by --vector or --row, and no --offset")
        }
        if maxsim, queries == nil || row != nil || offset > 0 || groundTruth != nil || threads.count != nil || explain {
            throw ValidationError(
                "--maxsim needs --queries, and none of --row, --offset, --ground-truth, --threads and --explain")
        }
        if filter != nil, groundTruth != nil {
            throw ValidationError("--ground-truth is of all vectors: leave --filter out")
        }
        try Allowed.check("--offset", offset, in: 0...SearchOptions.limit)
        if offset > 0, groundTruth != nil || threads.count != nil {
            throw ValidationError(
                "with --offset queries are answered one by one, and not counted: leave "
                    + "--ground-truth and --threads out")
        }
        if groundTruth != nil, queries == nil || row != nil {
            throw ValidationError("--ground-truth needs --queries without --row")
        }
        if recall != nil, window != nil || exact {
            throw ValidationError("give only one of --window, --recall and --exact")
        }
        try Allowed.check(recall: recall)
        try Allowed.check("--k", k, in: SearchLimits.k)
        try Allowed.check("--window", window, in: SearchLimits.window)
    }

    func run() throws {
        Interrupt.install()
        let database = try Database.open(target.database, access: .readOnly)
        let collection = try database.collection(target.collection)
        let truth = try groundTruth.map { try GroundTruth.read($0) }
        let format = try output.map { try VectorFileFormat.checkOutput(path: $0, writable: NeighborReport.writable) }
        if let queries {
            let file = try VectorFile.open(queries)
            if let row {
                try search(
                    database, collection, try VectorArray(file.row(row), dimension: file.dimension), truth, format)
            } else {
                try search(database, collection, file, truth, format)
            }
        } else if let values = vector?.values {
            try search(database, collection, try VectorArray(values, dimension: values.count), truth, format)
        }
    }

    /// The most neighbours within a distance, when it is not said.
    private static let standardLimit = 1_000

    /// Whether one vector is asked for, so that its neighbours are the result and not figures.
    private var isSingle: Bool { vector != nil || row != nil || maxsim }

    private func search(
        _ database: Database, _ collection: Collection, _ source: some VectorSource, _ truth: GroundTruth?,
        _ format: VectorFileFormat?
    ) throws {
        let k = k ?? (within == nil ? 10 : Self.standardLimit)
        var options =
            recall.map { SearchOptions(k: k, recall: $0) } ?? SearchOptions(k: k, window: window, isExact: exact)
        options.maximumDistance = within
        options.filter = try filter.map { try Filter(parsing: $0) }
        if maxsim {
            var results = SearchResults()
            try collection.search(maxSim: source, options, into: &results)
            let members: [(String, JSONValue)] = [("vectors", .integer(source.count)), ("k", .integer(k))]
            return try finish(NeighborReport(results: results, k: k, offset: 0), format, members, lines: [])
        }
        // One query is answered before a bar could be seen.
        let bar = (isSingle ? .quiet : shown.progress).bar("Searching", total: source.count, unit: "queries")
        @Sendable func advance() throws {
            try Interrupted.check()
            bar.advance()
        }
        if offset > 0 {
            let results = try Self.search(
                database, collection.name, source, options, after: offset, onQuery: advance)
            bar.finish()
            let members: [(String, JSONValue)] = [
                ("queries", .integer(source.count)), ("k", .integer(k)), ("offset", .integer(offset)),
            ]
            return try finish(NeighborReport(results: results, k: k, offset: offset), format, members, lines: [])
        }
        let (measurement, results) = try collection.measure(
            queries: source, truth: truth, options, threads: threads.count, onQuery: advance)
        bar.finish()
        if within != nil {
            let full = (0..<results.queryCount).filter { results.range(ofQuery: $0).count == k }.count
            if full > 0 {
                shown.progress.note(
                    "\(Format.count(full)) of the queries have \(k) neighbours or more within the distance; "
                        + "--k gives more")
            }
        } else if k > measurement.k {
            let holder = filter == nil ? "the collection holds" : "matches the filter"
            shown.progress.note("k \(k) is more than \(holder); \(measurement.k) are returned")
        } else if let window, window < k, !measurement.isExact {
            shown.progress.note("window \(window) is less than k; \(measurement.window) is used")
        }
        let figures = MeasurementReport(measurement)
        let report = NeighborReport(results: results, k: measurement.k, offset: 0)
        guard explain, let explanation = measurement.explanation else {
            return try finish(report, format, figures.members, lines: figures.lines)
        }
        let explained = ExplanationReport(explanation)
        if !shown.json {
            try Console.output.write(CollectionReport.block(explained.lines) + (output == nil ? "\n" : ""))
        }
        try finish(
            report, format, figures.members + [("explain", .object(explained.members))], lines: figures.lines)
    }

    /// Writes the neighbours to the output file, and prints them.
    /// - Parameters:
    ///   - members: What a JSON object says besides.
    ///   - lines: What a text about many queries says besides.
    private func finish(
        _ report: NeighborReport, _ format: VectorFileFormat?, _ members: [(String, JSONValue)],
        lines: [(String, String)]
    ) throws {
        let count = report.results.queryCount
        if let output, let format {
            try report.write(to: output, format: format)
            shown.progress.note("wrote the neighbours of \(Format.count(count)) queries to \(output)")
        }
        if shown.json {
            var members = members
            if isSingle {
                members.append(("neighbors", .neighbors(report.results[query: 0])))
            } else if count <= Self.queriesInJSON {
                let results = (0..<count).map { query in
                    JSONValue.object([
                        ("query", .integer(query)), ("neighbors", .neighbors(report.results[query: query])),
                    ])
                }
                members.append(("results", .array(results)))
            }
            return try Console.output.write(JSONValue.object(members).line + "\n")
        }
        if isSingle {
            if output == nil { try Console.output.write(report.table(queries: 0..<1, neighborsEach: report.k)) }
            return
        }
        if !lines.isEmpty { try Console.output.write(CollectionReport.block(lines) + (output == nil ? "\n" : "")) }
        guard output == nil else { return }
        let listed = min(3, count)
        try Console.output.write(report.table(queries: 0..<listed, neighborsEach: count == 1 ? report.k : 5))
        if count > listed {
            shown.progress.note("\(Format.count(count - listed)) more queries are not shown; --output writes all")
        }
    }
}
