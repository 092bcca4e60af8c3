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
              loci query photos.loci clip --text 'sea +"night train" -rain' --filter '.year >= 1980'
              loci query photos.loci clip --vector "0.12 -0.5 0.33" --text 'night train' --hybrid rrf
              loci query papers.loci chunks --queries q.npy --row 3 --group-by paper --per-group 2

            With the address of a server, --queries, --row, --vector, --k, --window, --filter, --exact and --json can be asked, \
            and there are scores instead of distances: 1 for the same direction, 0 for the opposite one.

              loci query redis://localhost:6379 clip --queries queries.npy --row 17 --filter '.year >= 1980'

            --json prints one object: queries, k, window, exact, threads, recall (with a ground truth), \
            queries_per_second, queries_per_processor_second, latency_us, and "neighbors" for one vector or "results" for \
            up to 10 queries of a file, each with "complete": whether it has the k neighbours that it asked for, or all that \
            there are. --explain adds "explain": method, matching, count, window (with a filter), \
            expanded, sketches, measured, ranked. With --offset there are no figures: queries, k, offset, and the neighbours. \
            With --text: text, k, k1, b and "matches", each an id and a score: higher is better. With --hybrid: text, hybrid, \
            k, offset and "matches", each an id, a score, the distance and the score of its words. With --group-by: group_by, \
            k, per_group and "groups", each a value and neighbours.
            """)

    @OptionGroup var target: ServedCollectionArguments

    @Option(help: ArgumentHelp("The queries: a file of vectors.", valueName: "file"), completion: .file())
    var queries: String?

    @Option(help: ArgumentHelp("Take only this row of the queries, counted from 0.", valueName: "N"))
    var row: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("One query: its components, between spaces or commas.", valueName: "numbers"))
    var vector: VectorArgument?

    @OptionGroup var words: WordOptions

    @OptionGroup var fusion: FusionOptions

    @OptionGroup var grouping: GroupingOptions

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

    /// The most neighbours within a distance, when it is not said.
    static let standardLimit = 1_000

    /// How vectors are searched for.
    var options: SearchOptions {
        get throws {
            let k = k ?? (within == nil ? 10 : Self.standardLimit)
            var options =
                recall.map { SearchOptions(k: k, recall: $0) } ?? SearchOptions(k: k, window: window, isExact: exact)
            options.maximumDistance = within
            options.filter = try parsedFilter
            return options
        }
    }

    private var parsedFilter: Filter? {
        get throws { try filter.map { try Filter(parsing: $0) } }
    }

    func run() throws {
        Interrupt.install()
        if let server = try target.server { return try run(on: server) }
        let database = try Database.open(target.database, access: .readOnly)
        let collection = try database.collection(target.collection)
        if let method = fusion.hybrid {
            return try HybridQueryRun(
                database: database, name: target.collection, text: words.text ?? "", field: words.field,
                method: method, options: try hybridOptions, offset: offset, shown: shown
            ).run(oneVector())
        }
        if let text = words.text {
            let options = WordSearchOptions(k: k ?? 10, ranking: try words.ranking, filter: try parsedFilter)
            return try WordQueryRun(
                collection: collection, query: text, field: words.field, options: options, shown: shown
            ).run()
        }
        if let grouping = grouping.grouping {
            return try GroupedQueryRun(
                collection: collection, grouping: grouping, options: try options, shown: shown
            ).run(oneVector())
        }
        try searchVectors(database, collection)
    }

    private var hybridOptions: HybridOptions {
        get throws {
            var options = HybridOptions(
                k: k ?? 10, fusion: try fusion.fusion, ranking: try words.ranking, filter: try parsedFilter)
            options.depth = fusion.depth ?? HybridOptions.standardDepth
            let search = try self.options
            (options.effort, options.isExact) = (search.effort, search.isExact)
            return options
        }
    }

    /// The one vector that is asked for.
    func oneVector() throws -> [Float] {
        if let values = vector?.values { return values }
        guard let queries, let row else { return [] }
        return try VectorFile.open(queries).row(row)
    }

    private func searchVectors(_ database: Database, _ collection: Collection) throws {
        let truth = try groundTruth.map { try GroundTruth.read($0) }
        let format = try output.map { try VectorFileFormat.checkOutput(path: $0, writable: NeighborReport.writable) }
        let search = VectorQueryRun(
            command: self, database: database, collection: collection, truth: truth, format: format)
        guard vector != nil || row != nil else {
            return try queries.map { try search.run(VectorFile.open($0)) } ?? ()
        }
        let values = try oneVector()
        try search.run(try VectorArray(values, dimension: values.count))
    }
}
