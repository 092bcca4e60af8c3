// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociFiles
import LociJSON
import LociMemory

/// `loci inspect`: a look into a database, in the terminal or as a page.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Look into collections and memories, in the terminal or as a page.",
        discussion: """
            Shows where the bytes go, how the graph is linked and whether all is within reach, what codes lose, and what share of the \
            true neighbours searches find, counted on vectors of the collection itself, each without itself. Nothing is changed.

              loci inspect photos.loci
              loci inspect photos.loci clip
              loci inspect photos.loci clip --html clip.html --color-by year
              loci inspect photos.loci clip --html clip.html --query "0.1 0.2 0.3" --query cat.jpg
              loci inspect agent.loci acme/alice --html alice.html --question "Where does Ana live?"

            --html writes one file that any browser shows, without a network: all of it, and a map of a sample of the vectors, on which \
            the way of a search is drawn. Where all vectors are on the map and small enough (24 MB), the page searches by itself; else it \
            has the ways of 200 vectors and of each --query. Of a memory it shows the times, the links, and what each --question \
            recalls, and why. docs/inspect.md tells what each figure means.

            --json prints one object: path, bytes_on_disk, collections and memories, each with its figures.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of a collection, or the namespace of a memory; without one, all are shown.")
    var collection: String?

    @Option(help: ArgumentHelp("Write a page.", valueName: "file"), completion: .file(extensions: ["html"]))
    var html: String?

    @Option(help: ArgumentHelp("How many vectors are drawn on the map.", valueName: "N"))
    var sample = Self.largestSample

    @Option(help: ArgumentHelp("How many vectors are searched for, to count recall.", valueName: "N"))
    var recallSample = 200

    @Option(help: ArgumentHelp("Which vectors are drawn and searched for.", valueName: "N"))
    var seed: UInt64 = 42

    @Option(help: ArgumentHelp("The field of the attributes that the map is coloured by.", valueName: "field"))
    var colorBy: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A vector, or an identifier, whose search is drawn; may be given several times.", valueName: "vector"))
    var query: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A question to a memory; may be given several times.", valueName: "text"))
    var question: [String] = []

    @OptionGroup var model: ModelOptions

    @OptionGroup var threads: SearchThreadOptions

    @OptionGroup var report: ReportOptions

    /// More points than this are slow to draw, and hide each other.
    static let largestSample = 20_000

    func validate() throws {
        try ServerPath.refuse(database)
        try Allowed.check("--sample", sample, in: 1...Self.largestSample)
        try Allowed.check("--recall-sample", recallSample, in: 1...SearchOptions.limit)
        for (option, isGiven) in [
            ("--query", !query.isEmpty), ("--question", !question.isEmpty), ("--color-by", colorBy != nil),
        ] where isGiven {
            if html == nil { throw ValidationError("\(option) is shown on a page: give --html") }
            if collection == nil { throw ValidationError("\(option) is of one collection or memory: name it") }
        }
        if html != nil, report.json { throw ValidationError("give either --html or --json") }
    }

    func run() throws {
        Interrupt.install()
        let database = try Database.open(database, access: .readOnly)
        if let html { try TextFile.check(html) }
        let inspector = Inspector(
            database: database, options: options, reporter: InspectionReporter(report.progress))
        let wanted = html.map { _ in
            MapOptions(sample: sample, seed: seed, colorBy: colorBy, queries: query, questions: question)
        }
        let findings = try database.read { view in
            try inspector.findings(collection, in: view, map: wanted, model: model)
        }
        inspector.reporter.finish()
        if report.json { return try Console.output.write(findings.json.line + "\n") }
        if let html {
            let page = InspectPage(findings).html
            try TextFile.write(page, to: html)
            return report.progress.note("wrote \(html), \(Format.bytes(page.utf8.count))")
        }
        try Console.output.write(findings.text(isSingle: collection != nil))
    }

    private var options: InspectionOptions {
        var options = InspectionOptions()
        (options.queries, options.seed, options.threads) = (recallSample, seed, threads.count)
        return options
    }
}
