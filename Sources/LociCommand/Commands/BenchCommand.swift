// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci bench`: recall against speed, over search windows.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure recall and speed over search windows.",
        discussion: """
            Answers all queries once for each window (more often with --passes, of which the fastest counts) and \
            prints recall, queries per second, and percentiles of the time of a query. It runs on one thread unless \
            it is told otherwise: so curves are compared, and a query waits for no other.

              loci bench sift.loci sift --queries q.fvecs --ground-truth gt.ivecs
              loci bench sift.loci sift --queries q.fvecs --ground-truth gt.ivecs --passes 3 --plot recall.svg
              loci bench sift.loci sift --queries q.fvecs --ground-truth gt.ivecs --windows 20,40,80 --json

            With the address of a server, of this database or of any that knows the vector sets of Redis, queries are sent \
            over the network for --seconds, for each window (EF), number of connections and depth of the pipeline. \
            Latency is the time until a reply is there; with --rate it counts from when the query was to be sent, so that \
            a server that falls behind is seen to. One thread sends and receives: client % tells how busy it was. The \
            true neighbours are the vectors of those rows, named by their numbers or by --ids.

              loci bench redis://localhost sift --queries q.fvecs --ground-truth gt.ivecs --connections 1,8,50
              loci bench redis://localhost sift --queries q.fvecs --ground-truth gt.ivecs --rate 2000

            --json prints an object a line, for each window: queries, k, window, exact, threads, recall, \
            queries_per_second, queries_per_processor_second (threads summed), latency_us. Of a server: k, window, \
            connections, pipeline, rate, seconds, recall, queries_per_second, latency_us, unanswered, errors, client_share.
            """)

    @OptionGroup var target: ServedCollectionArguments

    @Option(help: ArgumentHelp("The queries: a file of vectors.", valueName: "file"), completion: .file())
    var queries: String

    @Option(
        help: ArgumentHelp(
            "The true neighbours of the queries: .ivecs, .ibin or .npy, as of 'loci truth'.", valueName: "file"),
        completion: .file())
    var groundTruth: String

    @Option(help: ArgumentHelp("How many neighbours.", valueName: "K"))
    var k = 10

    @Option(
        help: ArgumentHelp(
            "The search windows, between commas; by default \(NumbersArgument.windows.defaultValueDescription).",
            valueName: "W,W,…"))
    var windows: NumbersArgument?

    @Option(
        help: ArgumentHelp(
            "Measure the smallest window that 'loci tune' measured to find this share of the true neighbours.",
            valueName: "R"))
    var recall: Double?

    @Option(help: ArgumentHelp("How many threads search, by default 1.", valueName: "N"))
    var threads: Int?

    @Option(help: ArgumentHelp("How often all queries are answered for a window, by default 1.", valueName: "N"))
    var passes: Int?

    @Option(help: ArgumentHelp("Where the curve is drawn: an .svg file.", valueName: "file"), completion: .file())
    var plot: String?

    @Flag(help: "Print a JSON object for each window.")
    var json = false

    @OptionGroup var load: RemoteBenchOptions

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        if try target.server != nil {
            try validateForServer()
        } else if let option = load.given.first {
            throw ValidationError("\(option) is for servers: leave it out, or give the address of one")
        }
        try Allowed.check("--k", k, in: SearchLimits.k)
        if recall != nil, windows != nil { throw ValidationError("give either --windows or --recall") }
        try Allowed.check(recall: recall)
        for window in windows?.values ?? [] { try Allowed.check("a window", window, in: SearchLimits.window) }
        try Allowed.check("--threads", threads, in: Allowed.threads)
        try Allowed.check("--passes", passes, in: 1...1_000)
    }

    func run() throws {
        Interrupt.install()
        if let server = try target.server { return try run(on: server) }
        let (threads, passes) = (threads ?? 1, passes ?? 1)
        let database = try Database.open(target.database, access: .readOnly)
        let collection = try database.collection(target.collection)
        let source = try VectorFile.open(queries)
        let truth = try GroundTruth.read(groundTruth)
        if let plot { try TextFile.check(plot) }
        let info = try collection.info()
        if k > info.count {
            progress.note("k \(k) is more than the collection holds; \(info.count) are returned")
        }
        if !info.hasGraph { progress.note("the collection is scanned: windows make no difference") }

        let options = searches(of: info.count)
        let bar = progress.bar("Searching", total: source.count * passes * options.count, unit: "queries")
        var measurements: [SearchMeasurement] = []
        for options in options {
            let (measurement, _) = try collection.measure(
                queries: source, truth: truth, options, threads: threads, passes: passes
            ) {
                try Interrupted.check()
                bar.advance()
            }
            measurements.append(measurement)
        }
        bar.finish()
        if json {
            for measurement in measurements {
                try Console.output.write(JSONValue.object(MeasurementReport(measurement).members).line + "\n")
            }
        } else {
            try Console.output.write(Self.table(measurements))
        }
        if let plot { try TextFile.write(drawing(of: measurements, info).svg(), to: plot) }
    }

    /// The searches to measure in a collection of `count` vectors, each once.
    private func searches(of count: Int) -> [SearchOptions] {
        if let recall { return [SearchOptions(k: k, recall: recall)] }
        var options: [SearchOptions] = []
        for window in (windows ?? .windows).values {
            let search = SearchOptions(k: k, window: min(window, count))
            if !options.contains(search) { options.append(search) }
        }
        return options
    }

    private static func table(_ measurements: [SearchMeasurement]) -> String {
        var table = TextTable([
            .number("window"), .number("recall@\(measurements.first?.k ?? 0)"), .number("queries/s"),
            .number("p50 µs"), .number("p95 µs"), .number("p99 µs"),
        ])
        for measurement in measurements {
            table.add([
                "\(measurement.window)", Format.decimal(measurement.recall ?? 0, places: 4),
                Format.count(Int(measurement.queriesPerSecond.rounded())),
                Format.decimal(measurement.latency.p50, places: 1), Format.decimal(measurement.latency.p95, places: 1),
                Format.decimal(measurement.latency.p99, places: 1),
            ])
        }
        return table.rendered()
    }

    private func drawing(of measurements: [SearchMeasurement], _ info: CollectionInfo) -> RecallPlot {
        let report = CollectionReport(info)
        let workers = (threads ?? 1) == 1 ? "1 thread" : "\(threads ?? 1) threads"
        return RecallPlot(
            title: "\(info.name), \(report.shape)",
            subtitle: "\(report.summary); \(report.bytesPerVector) a vector; \(workers), \(Kernels.name) kernels",
            recallTitle: "Recall@\(measurements.first?.k ?? k)",
            series: [
                RecallPlot.Series(
                    name: info.quantization.description,
                    points: measurements.map {
                        RecallPlot.Point(
                            recall: $0.recall ?? 0, queriesPerSecond: $0.queriesPerSecond, window: $0.window)
                    })
            ])
    }
}
