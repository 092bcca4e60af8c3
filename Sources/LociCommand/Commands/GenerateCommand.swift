// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci generate`: vectors for trials.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write vectors in clusters, for trials.",
        discussion: """
            A row depends on the seed, the dimension, the number of clusters and its own number alone, and is the \
            same on every machine. For queries from the same clusters, skip the rows of the base and give both the \
            same number of clusters:

              loci generate --count 20000 --dimension 128 --clusters 100 --to base.fvecs
              loci generate --count 1000 --skip 20000 --dimension 128 --clusters 100 --to queries.fvecs
            """)

    @Option(help: ArgumentHelp("How many vectors.", valueName: "N"))
    var count: Int

    @Option(help: ArgumentHelp("How many components each has.", valueName: "D"))
    var dimension: Int

    @Option(help: ArgumentHelp("Decides all numbers.", valueName: "S"))
    var seed: UInt64 = 42

    @Option(help: ArgumentHelp("How many clusters; by default the square root of the count.", valueName: "N"))
    var clusters: Int?

    @Option(help: ArgumentHelp("The number of the first row.", valueName: "N"))
    var skip = 0

    @Option(help: ArgumentHelp("The file: .fvecs, .fbin, .npy or .jsonl.", valueName: "file"), completion: .file())
    var to: String

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        // Rows are numbered by what a collection can hold at the most.
        let rows = Int(Int32.max)
        try Allowed.check("--count", count, in: 1...rows)
        try Allowed.check("--skip", skip, in: 0...rows)
        try Allowed.check("--dimension", dimension, in: 1...VectorFileLimits.dimension)
        try Allowed.check("--clusters", clusters, in: 1...rows)
    }

    func run() throws {
        Interrupt.install()
        let vectors = try ClusteredVectors(count: count, dimension: dimension, seed: seed, clusters: clusters)
        let writer = try VectorFileWriter(path: to, dimension: dimension)
        let bar = progress.bar("Generating", total: count, unit: "vectors")
        for row in skip..<skip + count {
            try Interrupted.check()
            try writer.append(vectors.row(row))
            bar.advance()
        }
        try writer.finish()
        bar.finish()
        progress.note("wrote \(Format.count(count)) vectors of dimension \(dimension) to \(to)")
    }
}
