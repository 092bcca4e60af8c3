// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// The database and the collection that a verb is about.
struct CollectionArguments: ParsableArguments {
    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of the collection.")
    var collection: String

    func validate() throws { try ServerPath.refuse(database) }
}

/// The identifiers that a verb is about.
struct IdentifierArguments: ParsableArguments {
    @Option(
        name: .customLong("id"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An identifier; may be given several times.", valueName: "id"))
    var identifiers: [String] = []

    @Option(help: ArgumentHelp("The identifiers, one a line.", valueName: "file"), completion: .file())
    var ids: String?

    func validate() throws {
        guard identifiers.isEmpty != (ids == nil) else { throw ValidationError("give either --id or --ids") }
    }

    /// - Throws: `VectorFileError`.
    func read() throws -> [VectorID] {
        try ids.map { try IdentifierFile.read($0).map(VectorID.init(bytes:)) } ?? identifiers.map { VectorID($0) }
    }
}

/// How long work is shown.
struct ProgressOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress and no notes.")
    var quiet = false

    /// No progress and no notes.
    static var quiet: ProgressOptions {
        var options = ProgressOptions()
        options.quiet = true
        return options
    }

    /// A bar on standard error, where it is a terminal.
    func bar(_ title: String, total: Int?, unit: String) -> ProgressBar {
        quiet
            ? ProgressBar(
                title, total: total, unit: unit,
                on: ProgressBar.Surface(isVisible: false, columns: { 80 }, now: { .zero }, write: { _ in }))
            : ProgressBar(title, total: total, unit: unit)
    }

    /// Says something that is not a result.
    func note(_ text: String) {
        if !quiet { Console.error.note("loci: " + TextWidth.printable(text) + "\n") }
    }
}

/// What a verb prints when it is done, and how its work is shown until then.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var progress: ProgressOptions
}

/// On how many threads a verb works.
struct ThreadOptions: ParsableArguments {
    @Option(
        name: .customLong("threads"), help: ArgumentHelp("How many threads; by default one a core.", valueName: "N"))
    var count: Int?

    func validate() throws { try Allowed.check("--threads", count, in: Allowed.threads) }
}

/// On how many threads a verb searches.
struct SearchThreadOptions: ParsableArguments {
    @Option(
        name: .customLong("threads"),
        help: ArgumentHelp("How many threads search; by default one a core.", valueName: "N"))
    var count: Int?

    func validate() throws { try Allowed.check("--threads", count, in: Allowed.threads) }
}

/// Limits on numbers of the command line.
enum Allowed {
    /// Each thread has buffers of its own; more threads than this only cost memory.
    static let threads = 1...1024

    /// Rows of a commit: they are held in memory until it is made.
    static let batch = 1...1_000_000

    /// - Throws: `ValidationError` for a number out of range.
    static func check(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("\(option) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
    }

    /// - Throws: `ValidationError` for what is no share of neighbours.
    static func check(recall: Double?) throws {
        guard let recall, !(recall > 0 && recall <= 1) else { return }
        throw ValidationError("--recall is \(recall); it must be above 0, and at most 1")
    }
}

/// Sizes of a search, which several verbs take.
enum SearchLimits {
    static let k = 1...SearchOptions.limit
    static let window = 1...SearchOptions.limit
}
