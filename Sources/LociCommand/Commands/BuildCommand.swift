// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

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

            --recall and --max-bytes-per-vector choose --quantization and --degree, or the one of them that is not given, \
            by measuring them on a sample: with --recall the smallest of those that should reach it and are nearly as fast \
            as the fastest; with bytes alone the best recall that fits in them. What was tried and why it was chosen is \
            told on standard error. Nothing is built when nothing reaches the goal. With --recall the window that should \
            reach it is stored as well; loci tune with queries of your own makes it sure. With --json the object has the \
            plan too, all candidates with it.

              loci build photos.loci clip --from clip.npy --recall 0.95
              loci build photos.loci clip --from clip.npy --recall 0.95 --max-bytes-per-vector 600
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

    @OptionGroup var options: CollectionOptions

    @Option(
        help: ArgumentHelp(
            "Choose the coding and the degree so that searches can find this share of the true neighbours, from "
                + "\(BuildGoal.recallLimits.lowerBound) to \(BuildGoal.recallLimits.upperBound).", valueName: "R"))
    var recall: Double?

    @Option(
        help: ArgumentHelp(
            "Choose them so that a vector takes at most so many bytes of the file, all included.", valueName: "B"))
    var maxBytesPerVector: Int?

    @Option(help: ArgumentHelp("How many neighbours recall is counted over; by default 10.", valueName: "K"))
    var k: Int?

    @Option(help: ArgumentHelp("How many threads build; by default one a core.", valueName: "N"))
    var threads: Int?

    @Flag(help: "Replace a collection of the same name, which serves until the new one is whole.")
    var replace = false

    @Flag(help: "Print a JSON object about the collection.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    private var settings: CollectionConfiguration {
        var settings = options.configuration
        if goal != nil, options.degree == nil {
            // A degree that is to be chosen is never above the build window.
            let standard = settings.build.maximumDegree
            settings.build.maximumDegree = min(
                standard, max(settings.build.window, PlanOptions.standardDegrees.min() ?? standard))
        }
        return settings
    }

    /// What is to be planned for; `nil` when all is chosen by hand or by default.
    private var goal: BuildGoal? {
        recall == nil && maxBytesPerVector == nil
            ? nil
            : BuildGoal(recall: recall, maximumBytesPerVector: maxBytesPerVector, k: k ?? BuildGoal().k)
    }

    func validate() throws {
        try Allowed.check("--threads", threads, in: Allowed.threads)
        try Allowed.check("--max-bytes-per-vector", maxBytesPerVector, in: 1...1_000_000_000)
        try Allowed.check("--k", k, in: BuildGoal.kLimits)
        if let recall, !BuildGoal.recallLimits.contains(recall) {
            throw ValidationError(
                "--recall is \(recall); it must be from \(BuildGoal.recallLimits.lowerBound) to "
                    + "\(BuildGoal.recallLimits.upperBound)")
        }
        if goal == nil, k != nil { throw ValidationError("--k needs --recall or --max-bytes-per-vector") }
        if goal != nil, options.quantization != nil, options.degree != nil {
            throw ValidationError(
                "give --quantization or --degree, or neither, beside --recall and --max-bytes-per-vector, which choose "
                    + "what is not given")
        }
        do {
            try settings.validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() throws {
        Interrupt.install()
        let start = ContinuousClock.now
        let source = try VectorFile.open(from)
        let identifiers = try ids.map { try IdentifierFile.read($0).map(VectorID.init(bytes:)) } ?? source.vectorIDs
        if goal != nil { try refuseExisting() }
        let plan = try goal.map { try makePlan($0, source, identifiers) }
        let reporter = BuildReporter(progress)
        let collection = try Database.buildCollection(
            at: target.database, target.collection, plan?.configuration ?? settings, from: source,
            identifiers: identifiers, vectorCounts: source.vectorCounts, replacing: replace, tuning: plan?.tuning,
            threads: threads, observer: reporter)
        reporter.finish()
        let seconds = Format.seconds(ContinuousClock.now - start)
        let info = try collection.info()
        if json {
            var others: [(String, JSONValue)] = [("seconds", .number(seconds, decimals: 3))]
            if let plan { others.append(("plan", PlanReport(plan).json)) }
            try Console.output.write(CollectionReport(info).json(adding: others))
        } else {
            let size = "\(Format.bytes(info.bytes.total)) on disk, \(CollectionReport(info).bytesPerVector) a vector"
            try Console.output.write(
                "built \(TextWidth.printable(info.name)) in \(Format.duration(seconds: seconds)): "
                    + "\(CollectionReport(info).shape), \(CollectionReport(info).summary); \(size)\n")
        }
        if let tuning = plan?.tuning {
            progress.note(
                "stored window \(tuning.window) in \(target.collection), an estimate; loci tune with queries of your own "
                    + "measures it")
        }
    }

    /// - Throws: `LociError` for what the build would refuse only after the plan was made.
    private func refuseExisting() throws {
        do {
            let names = try Database.open(target.database, access: .readOnly).collectionNames()
            if !replace, names.contains(target.collection) { throw LociError.collectionExists(name: target.collection) }
        } catch LociError.databaseNotFound {
            return
        }
    }

    private func makePlan(_ goal: BuildGoal, _ source: VectorFile, _ identifiers: [VectorID]?) throws -> BuildPlan {
        var choices = PlanOptions()
        if let quantization = options.quantization { choices.quantizations = [quantization.value] }
        if let degree = options.degree { choices.degrees = [degree] }
        let reporter = PlanReporter(progress)
        let plan = try Database.planBuild(
            goal, settings, from: source, identifiers: identifiers, vectorCounts: source.vectorCounts,
            options: choices, threads: threads, observer: reporter)
        reporter.finish()
        let report = PlanReport(plan)
        if !progress.quiet {
            Console.error.note(report.table)
            progress.note(report.summary)
            progress.note("chosen: \(plan.description)")
        }
        return plan
    }
}
