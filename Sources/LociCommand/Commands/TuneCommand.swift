// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci tune`: the smallest window that reaches a recall.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Find the smallest search window that reaches a recall, and keep it.",
        discussion: """
            Searches with rising windows until one reaches the recall, counted against an exact search of the \
            collection, and stores the smallest in it: searches that name no window use it from then on, and those that \
            ask for --recall use what was measured on the way. Replacing the collection forgets it.

            --queries are best: vectors as they will be asked for. --sample takes vectors of the collection itself, each \
            of which is searched for its neighbours without itself; they are easier than queries of another kind. Some \
            hundreds are enough for recall 0.95, some thousands for 0.99.

              loci tune photos.loci clip --queries queries.npy
              loci tune photos.loci clip --sample 1000 --recall 0.99 --k 20
              loci query photos.loci clip --queries queries.npy --recall 0.9

            --json prints one object: collection, k, target, window, recall, queries, threads, and "curve" with window, \
            recall and queries_per_second of each window that was measured.
            """)

    @OptionGroup var target: CollectionArguments

    @Option(help: ArgumentHelp("The queries: a file of vectors.", valueName: "file"), completion: .file())
    var queries: String?

    @Option(help: ArgumentHelp("Take so many of the collection's own vectors as queries.", valueName: "N"))
    var sample: Int?

    @Option(help: ArgumentHelp("The share of the true neighbours that is to be found.", valueName: "R"))
    var recall = 0.95

    @Option(help: ArgumentHelp("How many neighbours.", valueName: "K"))
    var k = 10

    @Option(help: ArgumentHelp("The largest window that is tried.", valueName: "W"))
    var maxWindow = TuningOptions.standardLargestWindow

    @OptionGroup var threads: SearchThreadOptions

    @Option(help: ArgumentHelp("Where the curve is drawn: an .svg file.", valueName: "file"), completion: .file())
    var plot: String?

    @OptionGroup var shown: ReportOptions

    func validate() throws {
        guard (queries == nil) != (sample == nil) else { throw ValidationError("give either --queries or --sample") }
        try Allowed.check("--sample", sample, in: SearchLimits.k)
        try Allowed.check(recall: recall)
        try Allowed.check("--k", k, in: SearchLimits.k)
        try Allowed.check("--max-window", maxWindow, in: SearchLimits.window)
    }

    func run() throws {
        Interrupt.install()
        let database = try Database.open(target.database, access: .readWrite)
        let collection = try database.collection(target.collection)
        let options = TuningOptions(recall: recall, k: k, largestWindow: maxWindow)
        let source = try queries.map { try VectorFile.open($0) }
        if let plot { try TextFile.check(plot) }
        let reporter = TuningReporter(shown.progress, queries: min(source?.count ?? sample ?? 0, try collection.count))
        let result =
            if let source {
                try collection.tune(queries: source, options, threads: threads.count) { try reporter.advance($0) }
            } else {
                try collection.tune(sample: sample ?? 0, options, threads: threads.count) { try reporter.advance($0) }
            }
        reporter.finish()
        let report = TuningReport(result, target: recall)
        if k > result.tuning.k {
            shown.progress.note("k \(k) is more than the collection holds; recall is counted over \(result.tuning.k)")
        }
        if shown.json {
            try Console.output.write(report.json(collection: target.collection))
        } else {
            try Console.output.write(report.table)
            shown.progress.note(report.summary(collection: target.collection))
        }
        if let plot { try TextFile.write(report.drawing(of: try collection.info()).svg(), to: plot) }
    }
}
