// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks scaling`: what a collection costs against the number of its vectors.
struct ScalingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "Measure cost against the number of vectors.",
        discussion: """
            The sets are the first rows of one endless set of vectors in clusters, and all are asked the same queries, \
            which are in none of them. Every set is built and searched in processes of their own.
            """)

    @Option(help: ArgumentHelp("The sizes, with commas between them.", valueName: "list"))
    var counts = CountList([10_000, 100_000, 1_000_000])

    @Option(help: ArgumentHelp("The windows, with commas between them.", valueName: "list"))
    var windows = CountList([10, 20, 40, 80, 160])

    @Option(help: ArgumentHelp("How many components a vector has.", valueName: "D"))
    var dimension = 128

    @Option(help: ArgumentHelp("How many clusters the vectors lie in.", valueName: "N"))
    var clusters = 1000

    @Option(help: ArgumentHelp("Decides all vectors.", valueName: "S"))
    var seed: UInt64 = 42

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queries = 2000

    @Option(help: ArgumentHelp("How many neighbours are asked for.", valueName: "N"))
    var k = 10

    @OptionGroup var coding: QuantizationOptions

    @Option(help: ArgumentHelp("The threads of a build.", valueName: "N"))
    var buildThreads = 2

    @Option(help: ArgumentHelp("The threads of a search.", valueName: "N"))
    var searchThreads = 1

    @Option(help: ArgumentHelp("How often all queries are answered; the fastest pass counts.", valueName: "N"))
    var passes = 3

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        for count in counts.values { try Allowed.check("--counts", count, in: 1...Int(Int32.max)) }
        for window in windows.values { try Allowed.check("--windows", window, in: 1...SearchOptions.limit) }
        try Allowed.check("--dimension", dimension, in: 1...VectorFileLimits.dimension)
        try Allowed.check("--clusters", clusters, in: 1...Int(Int32.max))
        try Allowed.check("--queries", queries, in: 1...1_000_000)
        // The ground truth has k neighbours of each query.
        try Allowed.check("--k", k, in: 1...(counts.values.min() ?? 1))
        try Allowed.check("--build-threads", buildThreads, in: 1...1024)
        try Allowed.check("--search-threads", searchThreads, in: 1...1024)
        try Allowed.check("--passes", passes, in: 1...1000)
    }

    func run() throws {
        ChildProcess.leaveInterruptToChildren()
        let settings = ScalingSettings(
            dimension: dimension, clusters: clusters, seed: seed, queries: queries,
            firstQuery: counts.values.max() ?? 0, k: k, windows: windows.values, quantization: coding.name,
            buildThreads: buildThreads, searchThreads: searchThreads, passes: passes)
        let results = try counts.values.map { try measure($0, settings) }
        print(ScalingTables.costs(results))
        print(ScalingTables.searches(results, k: k), terminator: "")
        try place.report(
            "scaling", kernels: results.first?.build.kernels ?? "unknown", settings: settings, results: results)
    }

    private func measure(_ count: Int, _ settings: ScalingSettings) throws -> ScalingFigures {
        // A folder for each set: its disk space is free again before the next one is made.
        let work = try WorkFolder(in: place.folder)
        let files = ScalingFiles(folder: work.path)
        try JSONFile.write(ScalingRequest(count: count, settings: settings), to: files.request)
        for step in ScalingStep.allCases {
            progress("\(Format.count(count)) vectors: \(step.rawValue)")
            try ChildProcess.run([ScalingStepCommand.configuration.commandName ?? "", step.rawValue, work.path])
        }
        return ScalingFigures(
            count: count, build: try JSONFile.read(BuildFigures.self, from: files.result(of: .build)),
            search: try JSONFile.read(SearchFigures.self, from: files.result(of: .search)))
    }
}

/// Numbers with commas between them.
struct CountList: ExpressibleByArgument {
    let values: [Int]

    init(_ values: [Int]) { self.values = values }

    /// Reads a list of at least one number.
    init?(argument: String) {
        let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        self.init(values.compactMap(\.self))
        if self.values.count != values.count { return nil }
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

/// The figures as tables.
enum ScalingTables {
    /// A line a set: what it takes to have it.
    static func costs(_ results: [ScalingFigures]) -> String {
        var table = Table(numbers: [
            "vectors", "build s", "CPU s", "peak of build", "file/vector", "records/vector", "resident of search",
            "first open to answer", "open to answer",
        ])
        for result in results {
            let build = result.build
            let search = result.search
            table.add([
                Format.count(result.count), Format.fixed(build.seconds, 2), Format.fixed(build.processorSeconds, 2),
                build.peakResidentBytes.map(Format.megabytes) ?? "-",
                Format.fixed(Double(build.fileBytes) / Double(result.count), 1) + " B",
                Format.fixed(build.bytesPerVector, 1) + " B",
                search.residentBytesOfSearch.map(Format.megabytes) ?? "-",
                Format.fixed(search.firstOpenToAnswerMilliseconds, 2) + " ms",
                Format.fixed(search.openToAnswerMilliseconds, 2) + " ms",
            ])
        }
        return table.rendered()
    }

    /// A line a set and window: how well and fast it is searched.
    static func searches(_ results: [ScalingFigures], k: Int) -> String {
        var table = Table(numbers: ["vectors", "window", "recall@\(k)", "queries/s", "p50 µs", "p99 µs"])
        for result in results {
            for figures in result.search.sweep {
                table.add([
                    Format.count(result.count), Format.count(figures.window),
                    figures.recall.map { Format.fixed($0, 4) } ?? "-", Format.fixed(figures.queriesPerSecond, 0),
                    Format.fixed(figures.p50Microseconds, 1), Format.fixed(figures.p99Microseconds, 1),
                ])
            }
        }
        return table.rendered()
    }
}
