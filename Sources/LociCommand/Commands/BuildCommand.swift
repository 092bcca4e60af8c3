// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci build`: vectors of a file to a collection.
struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build a collection from a file of vectors.",
        discussion: """
            Learns the coding, links the graph on all cores and writes both to the database, which is created if it is \
            missing. The collection appears when it is whole: until then, and when the build fails or is stopped, \
            nothing is changed. The same input and seed give the same collection on any number of threads.

              loci build photos.loci clip --from clip.npy --metric cosine
              loci build photos.loci clip --from clip.npy --ids names.txt --metric cosine --replace
              loci build sift.loci sift --from sift_base.fvecs --degree 64 --build-window 200

            Vectors are named by the lines of --ids, else by the ids of a .jsonl file, else by their row, from 0.
            """)

    @OptionGroup var target: CollectionArguments

    @Option(
        help: ArgumentHelp(
            "The vectors: .fvecs, .bvecs, .ivecs, .fbin, .u8bin, .ibin, .npy, .jsonl, .idx or gzipped IDX.",
            valueName: "file"),
        completion: .file())
    var from: String

    @Option(help: ArgumentHelp("The identifiers of the vectors, one a line.", valueName: "file"), completion: .file())
    var ids: String?

    @Option(help: ArgumentHelp("How nearness is measured.", valueName: "metric"))
    var metric = Choice(Metric.l2)

    @Option(
        help: ArgumentHelp(
            "How vectors are coded; by default \(Quantization.standard).", valueName: "kind"))
    var quantization: Choice<Quantization>?

    @Option(help: ArgumentHelp("The most neighbours that a vector is linked to.", valueName: "R"))
    var degree = BuildParameters().maximumDegree

    @Option(help: ArgumentHelp("How many candidates the build looks at for a vector's neighbours.", valueName: "L"))
    var buildWindow = BuildParameters().window

    @Option(
        help: ArgumentHelp(
            "How much longer the kept links may be: 1 or more for l2 and cosine, at most 1 for ip; by default "
                + "\(BuildParameters.standardAlpha(.l2)), and \(BuildParameters.standardAlpha(.ip)) for ip.",
            valueName: "A"))
    var alpha: Float?

    @Option(help: ArgumentHelp("How many threads build; by default one a core.", valueName: "N"))
    var threads: Int?

    @Option(help: ArgumentHelp("Decides the order of insertion and the rotation of codes.", valueName: "S"))
    var seed = BuildParameters().seed

    @Option(
        help: ArgumentHelp(
            "How vectors are kept beside their codes, for export, exact search and re-ranking.", valueName: "kind"))
    var originals = Choice(Originals.none)

    @Flag(help: "Replace a collection of the same name, which serves until the new one is whole.")
    var replace = false

    @Flag(help: "Print a JSON object about the collection.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    private var settings: CollectionConfiguration {
        CollectionConfiguration(
            metric: metric.value, quantization: quantization?.value ?? .standard, originals: originals.value,
            build: BuildParameters(maximumDegree: degree, window: buildWindow, alpha: alpha, seed: seed))
    }

    func validate() throws {
        try Allowed.check("--threads", threads, in: Allowed.threads)
        do {
            try settings.build.validate(metric: metric.value)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() throws {
        Interrupt.install()
        let start = ContinuousClock.now
        let source = try VectorFile.open(from)
        let identifiers = try ids.map { try IdentifierFile.read($0).map(VectorID.init(bytes:)) } ?? source.vectorIDs
        let reporter = BuildReporter(progress)
        let collection = try Database.buildCollection(
            at: target.database, target.collection, settings, from: source, identifiers: identifiers,
            replacing: replace, threads: threads, observer: reporter)
        reporter.finish()
        let seconds = Format.seconds(ContinuousClock.now - start)
        let info = try collection.info()
        if json {
            try Console.output.write(CollectionReport(info).json(adding: [("seconds", .number(seconds, decimals: 3))]))
        } else {
            let size = "\(Format.bytes(info.bytes.total)) on disk, \(CollectionReport(info).bytesPerVector) a vector"
            try Console.output.write(
                "built \(TextWidth.printable(info.name)) in \(Format.duration(seconds: seconds)): "
                    + "\(CollectionReport(info).shape), \(CollectionReport(info).summary); \(size)\n")
        }
    }
}
