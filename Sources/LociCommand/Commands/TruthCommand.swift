// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci truth`: exact neighbours, to count recall against.
struct TruthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "truth",
        abstract: "Find the true neighbours of queries, by measuring every vector.",
        discussion: """
            Measures every query against every vector in single precision, on all cores, and writes the rows of the \
            nearest ones, nearest first: what recall is counted against.

              loci truth --from base.fvecs --queries queries.fvecs --k 100 --output truth.ivecs
              loci truth --from clip.npy --queries queries.npy --metric cosine --output truth.npy
            """)

    @Option(help: ArgumentHelp("The vectors.", valueName: "file"), completion: .file())
    var from: String

    @Option(help: ArgumentHelp("The queries, of the same dimension.", valueName: "file"), completion: .file())
    var queries: String

    @Option(help: "How nearness is measured.")
    var metric = Choice(Metric.l2)

    @Option(help: ArgumentHelp("How many neighbours.", valueName: "K"))
    var k = 10

    @Option(
        help: ArgumentHelp("Where the rows are written: .ivecs, .ibin or .npy.", valueName: "file"), completion: .file()
    )
    var output: String

    @OptionGroup var threads: SearchThreadOptions

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        // A row of the file has no more columns than a vector can have components.
        try Allowed.check("--k", k, in: 1...VectorFileLimits.dimension)
    }

    func run() throws {
        Interrupt.install()
        let source = try VectorFile.open(from)
        let queries = try VectorFile.open(queries)
        let format = try VectorFileFormat.checkOutput(path: output, writable: VectorFileFormat.writableIntegers)
        let bar = progress.bar("Measuring", total: source.count, unit: "vectors")
        let truth = try ExactNeighbours.find(
            in: source, queries: queries, metric: metric.value, k: k, threads: threads.count ?? Parallel.processorCount,
            observer: BarReporter(bar))
        bar.finish()
        if truth.k < k { progress.note("k \(k) is more than the file holds; \(truth.k) are written") }
        try IntegerMatrix(count: truth.queryCount, columns: truth.k, values: truth.rows)
            .write(to: output, format: format)
        progress.note(
            "wrote the \(truth.k) nearest of \(Format.count(source.count)) vectors to "
                + "\(Format.count(truth.queryCount)) queries to \(output)")
    }
}
