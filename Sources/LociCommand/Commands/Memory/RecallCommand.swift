// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// `loci recall`: what answers a question.
struct RecallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recall",
        abstract: "Find what a memory has to answer a question.",
        discussion: """
              loci recall agent.loci acme/alice "Where does Ana live?"
              loci recall agent.loci acme/alice "Where does Ana live?" --explain
              loci recall agent.loci acme/alice "Where does Ana live?" --budget 500 --json

            --explain adds a column for each stage, with what it gave to the score of a passage. --stages takes names between commas, \
            or changes to the usual ones: +recency,-context. The stages:

            \(RecallStage.allCases.map { "  \($0): \($0.summary)" }.joined(separator: "\n"))
            """)

    @OptionGroup var target: NamespaceArguments

    @Argument(help: "The question.")
    var question: String

    @Option(help: ArgumentHelp("How many passages at most.", valueName: "K"))
    var k = 10

    @Option(help: ArgumentHelp("About how many tokens the passages may have together.", valueName: "tokens"))
    var budget: Int?

    @Option(help: "What is recalled: turn, session, block, summary, keyword or qa.")
    var unit = "turn"

    @Option(help: ArgumentHelp("The stages that are taken.", valueName: "stages"))
    var stages = "default"

    @Option(help: ArgumentHelp("Only what happened from this time on.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Only what happened until this time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("The memory as it was at this time.", valueName: "time"))
    var asOf: String?

    @Option(help: ArgumentHelp("A filter on attributes, such as '.meta.topic == \"travel\"'.", valueName: "filter"))
    var filter: String?

    @Flag(help: "Recall what is archived, too.")
    var archived = false

    @Flag(help: "Print the passages in the order of time, and not the best first.")
    var inOrder = false

    @Flag(help: "Print what each stage gave.")
    var explain = false

    @Flag(help: "Print the texts alone.")
    var text = false

    @OptionGroup var model: ModelOptions

    @OptionGroup var report: ReportOptions

    func validate() throws {
        try Allowed.check("--k", k, in: 1...1_000)
        try Allowed.check("--budget", budget, in: 1...10_000_000)
        guard UnitKind(name: unit) != nil else {
            throw ValidationError(
                "--unit is \(unit); it must be \(UnitKind.allCases.map(\.description).joined(separator: ", "))")
        }
        _ = try StageNames.parse(stages)
        for (option, value) in [("--from", from), ("--until", until), ("--as-of", asOf)] {
            if let value, CalendarTime(value) == nil {
                throw ValidationError("\(option) is \(value); write 2026-05-01T10:00:00Z, or seconds since 1970")
            }
        }
    }

    func run() throws {
        var options = RecallOptions()
        (options.k, options.tokenBudget, options.isInTimeOrder) = (k, budget, inOrder)
        options.unit = UnitKind(name: unit) ?? .turn
        options.stages = try StageNames.parse(stages)
        let (from, until) = (from.flatMap { CalendarTime($0)?.seconds }, until.flatMap { CalendarTime($0)?.seconds })
        if from != nil || until != nil {
            // Beyond any time that a unit can have.
            let (first, last) = (from ?? -1e12, until ?? 1e12)
            guard first <= last else { throw ValidationError("--from is after --until") }
            options.time = first...last
        }
        options.asOf = asOf.flatMap { CalendarTime($0)?.seconds }
        options.includesArchived = archived
        options.filter = try filter.map { try Filter(parsing: $0) }
        let memory = try target.memory(model, access: .readOnly)
        let (question, asked) = (question, options)
        let recall = try AsynchronousWork.run { try await memory.recall(question, asked) }
        if report.json {
            try Console.output.write(MemoryReport.json(recall).line + "\n")
        } else if text {
            try Console.output.write(recall.passages.map { TextWidth.printable($0.text) + "\n" }.joined())
        } else if recall.passages.isEmpty {
            report.progress.note("nothing was found")
        } else {
            try Console.output.write(MemoryReport.table(recall, explains: explain))
        }
    }
}
