// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci query`: neighbours of vectors.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find the nearest neighbours of vectors, or what has some words.",
        discussion: """
            Prints the neighbours of one vector, or figures and the first few neighbours of many. All of them go to \
            --output: .ivecs, .ibin and .npy get the rows of the vectors that the collection was built from (which says \
            nothing once vectors were added or removed), with -1 where there are fewer than k; .jsonl gets identifiers and distances. Distances are squared for l2, the \
            negated product for ip, and one minus the cosine for cosine: smaller is nearer.

              loci query photos.loci clip --vector "0.12 -0.5 0.33" --k 5
              loci query photos.loci clip --vector "0.12 -0.5 0.33" --k 5 --offset 5
              loci query photos.loci clip --queries queries.npy --row 17
              loci query photos.loci clip --queries queries.npy --output neighbours.jsonl
              loci query photos.loci clip --queries queries.npy --recall 0.95
              loci query photos.loci clip --queries queries.npy --filter '.year >= 1980 and "sea" in .tags'
              loci query sift.loci sift --queries q.fvecs --window 100 --ground-truth gt.ivecs --json
              loci query photos.loci clip --text 'sea +"night train" -rain' --filter '.year >= 1980'

            --json prints one object: queries, k, window, exact, threads, recall (with a ground truth), \
            queries_per_second, queries_per_processor_second, latency_us, and "neighbors" for one vector or "results" for \
            up to 10 queries of a file. --explain adds "explain": method, matching, count, window (with a filter), \
            expanded, sketches, measured, ranked. With --offset there are no figures: queries, k, offset, and the neighbours. \
            With --text: text, k, k1, b and "matches", each an id and a score: higher is better.
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

    @OptionGroup var words: WordOptions

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

    @Flag(help: "Tell how one vector is searched for: how a filter is gone about, and what is looked at.")
    var explain = false

    @Option(help: ArgumentHelp("How many threads search; by default one a core.", valueName: "N"))
    var threads: Int?

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

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        guard [queries != nil, vector != nil, words.text != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("give either --queries, --vector or --text")
        }
        if words.text != nil, let option = optionsOfVectors.first {
            throw ValidationError("\(option) is for vectors: leave it out with --text")
        }
        if row != nil, queries == nil { throw ValidationError("--row needs --queries") }
        if within?.isNaN == true { throw ValidationError("--within takes a number") }
        if within != nil, groundTruth != nil {
            throw ValidationError("--ground-truth counts the nearest K: leave --within out")
        }
        if explain, vector == nil && row == nil || offset > 0 {
            throw ValidationError("--explain needs one vector, by --vector or --row, and no --offset")
        }
        if filter != nil, groundTruth != nil {
            throw ValidationError("--ground-truth is of all vectors: leave --filter out")
        }
        try Allowed.check("--offset", offset, in: 0...SearchOptions.limit)
        if offset > 0, groundTruth != nil || threads != nil {
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
        try Allowed.check("--threads", threads, in: Allowed.threads)
    }

    /// The options that were given of those that words have no use for.
    private var optionsOfVectors: [String] {
        [
            ("--row", row != nil), ("--offset", offset != 0), ("--within", within != nil), ("--window", window != nil),
            ("--recall", recall != nil), ("--explain", explain), ("--threads", threads != nil), ("--exact", exact),
            ("--ground-truth", groundTruth != nil), ("--output", output != nil),
        ].filter(\.1).map(\.0)
    }

    func run() throws {
        Interrupt.install()
        let database = try Database.open(target.database, access: .readOnly)
        let collection = try database.collection(target.collection)
        if let text = words.text {
            let options = WordSearchOptions(
                k: k ?? 10, ranking: try words.ranking, filter: try filter.map { try Filter(parsing: $0) })
            return try WordQueryRun(
                collection: collection, query: text, field: words.field, options: options, json: json,
                progress: progress
            ).run()
        }
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
    private var isSingle: Bool { vector != nil || row != nil }

    private func search(
        _ database: Database, _ collection: Collection, _ source: some VectorSource, _ truth: GroundTruth?,
        _ format: VectorFileFormat?
    ) throws {
        let k = k ?? (within == nil ? 10 : Self.standardLimit)
        var options =
            recall.map { SearchOptions(k: k, recall: $0) } ?? SearchOptions(k: k, window: window, isExact: exact)
        options.maximumDistance = within
        options.filter = try filter.map { try Filter(parsing: $0) }
        // One query is answered before a bar could be seen.
        let bar = (isSingle ? .quiet : progress).bar("Searching", total: source.count, unit: "queries")
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
            queries: source, truth: truth, options, threads: threads, onQuery: advance)
        bar.finish()
        if within != nil {
            let full = (0..<results.queryCount).filter { results.range(ofQuery: $0).count == k }.count
            if full > 0 {
                progress.note(
                    "\(Format.count(full)) of the queries have \(k) neighbours or more within the distance; "
                        + "--k gives more")
            }
        } else if k > measurement.k {
            let holder = filter == nil ? "the collection holds" : "matches the filter"
            progress.note("k \(k) is more than \(holder); \(measurement.k) are returned")
        } else if let window, window < k, !measurement.isExact {
            progress.note("window \(window) is less than k; \(measurement.window) is used")
        }
        let figures = MeasurementReport(measurement)
        let report = NeighborReport(results: results, k: measurement.k, offset: 0)
        guard explain else { return try finish(report, format, figures.members, lines: figures.lines) }
        var vector = [Float](repeating: 0, count: source.dimension)
        try vector.withUnsafeMutableBufferPointer { try source.read(row: 0, into: $0) }
        var found = SearchResults()
        let explained = ExplanationReport(try collection.explain(vector, options, into: &found))
        if !json { try Console.output.write(CollectionReport.block(explained.lines) + (output == nil ? "\n" : "")) }
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
            progress.note("wrote the neighbours of \(Format.count(count)) queries to \(output)")
        }
        if json {
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
        let shown = min(3, count)
        try Console.output.write(report.table(queries: 0..<shown, neighborsEach: count == 1 ? report.k : 5))
        if count > shown {
            progress.note("\(Format.count(count - shown)) more queries are not shown; --output writes all")
        }
    }
}
