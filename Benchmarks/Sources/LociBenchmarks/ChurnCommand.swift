// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks churn`: what is left of recall, speed and space after a collection has lived.
struct ChurnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churn",
        abstract: "Compare collections that were changed a lot with fresh ones of the same vectors.",
        discussion: """
            Each life ends with vectors that a fresh collection is built from, too; both are then searched in turn, with \
            the same windows, on one thread.

              halves    half is built, the other half is inserted
              replace   every vector is replaced once, by that of another row
              rounds    20 times, 5 % are removed at random and as many new ones inserted
              drift     rows in the order of a random direction; the first half is built, and then the oldest leave as \
            the next arrive
            """)

    @OptionGroup var data: BaseOptions

    @OptionGroup var searched: QueryOptions

    @OptionGroup var coding: QuantizationOptions

    @Option(help: ArgumentHelp("Which lives, with commas between them.", valueName: "list"))
    var lives = "halves,replace,rounds,drift"

    @Option(help: ArgumentHelp("The changes of one transaction; 1 inserts row by row.", valueName: "N"))
    var batch = 1

    @Option(help: ArgumentHelp("The windows, with commas between them.", valueName: "list"))
    var windows = CountList([20, 50, 100])

    @Option(help: ArgumentHelp("How many queries.", valueName: "N"))
    var queryCount = 2000

    @Option(help: ArgumentHelp("How often each collection is searched, in turn; the fastest counts.", valueName: "N"))
    var passes = 5

    @OptionGroup var taken: RowOptions

    @Option(help: ArgumentHelp("Decides about rounds and drift.", valueName: "S"))
    var seed: UInt64 = 42

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let base: String
        let metric: String
        let rows: Int
        let batch: Int
        let queries: Int
        let passes: Int
        let seed: UInt64
    }

    func validate() throws {
        for life in lives.split(separator: ",") where Life(rawValue: String(life)) == nil {
            throw ValidationError("--lives has \(life)")
        }
        try Allowed.check("--batch", batch, in: 1...1_000_000)
        for window in windows.values { try Allowed.check("--windows", window, in: 1...SearchOptions.limit) }
        try Allowed.check("--query-count", queryCount, in: 1...1_000_000)
        try Allowed.check("--passes", passes, in: 1...1000)
    }

    func run() throws {
        let all = taken.first(of: try VectorFile.open(data.base))
        let asked = try VectorFile.open(searched.queries)
        let queries = RowRange(source: asked, rows: 0..<min(asked.count, queryCount))
        let configuration = CollectionConfiguration(metric: data.metric, quantization: coding.quantization)
        var results: [ChurnFigures] = []
        var kernels = ""
        for life in lives.split(separator: ",").compactMap({ Life(rawValue: String($0)) }) {
            let work = try WorkFolder(in: place.folder)
            progress("\(life): living")
            let database = try Database.open(work.file("lived.loci"))
            kernels = try database.info().kernels
            let start = ContinuousClock.now
            let rowOfID = try life.live(all, in: database, configuration, batch: batch, seed: seed)
            let seconds = (ContinuousClock.now - start).seconds
            progress("\(life): building the fresh one, and the truth")
            let living = SomeRows(source: all, rows: rowOfID.values.sorted())
            let fresh = try Database.buildCollection(at: work.file("fresh.loci"), "fresh", configuration, from: living)
            let truth = try ExactNeighbours.find(
                in: living, queries: queries, metric: configuration.metric, k: 10, threads: 2,
                observer: SilentObserver())
            let comparison = ChurnComparison(
                lived: try database.collection(Life.collection), rowOfID: rowOfID, fresh: fresh,
                freshRows: living.rows, queries: queries, truth: truth, passes: passes)
            let faults = try database.check()
            guard faults.isEmpty else { throw BenchmarkError.damaged(faults.map(\.description)) }
            let figures = try comparison.figures(
                life: life.rawValue, seconds: seconds, windows: windows.values, livedBytes: database.bytes,
                freshBytes: Database.open(work.file("fresh.loci"), access: .readOnly).bytes)
            results += figures
        }
        print(ChurnFigures.table(of: results), terminator: "")
        let settings = Settings(
            base: data.base, metric: data.metricName, rows: all.count, batch: batch, queries: queries.count,
            passes: passes, seed: seed)
        try place.report("churn", kernels: kernels, settings: settings, results: results)
    }
}
