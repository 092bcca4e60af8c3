// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// `loci memory bench`: how well recalls find what is known to answer.
struct MemoryBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure recalls on conversations whose answers are known.",
        discussion: """
            Remembers every conversation in a namespace of its own, in a database that is thrown away, asks every question, \
            and prints how much of the evidence is recalled, a line a configuration.

              loci memory bench talks.json --turn-vectors turns.npy --query-vectors queries.npy
              loci memory bench talks.json --turn-vectors turns.npy --query-vectors queries.npy --unit session --stages all

            Without vectors a model makes them, and its time counts among that of a recall:

              loci memory bench data/conversation.json --model hashing

            docs/memory.md tells the form of the file. Of questions without evidence nothing is counted.
            """)

    @Argument(help: "Conversations: a file of JSON.", completion: .file(extensions: ["json"]))
    var conversations: String

    @Option(help: ArgumentHelp("A vector for each turn.", valueName: "file"), completion: .file())
    var turnVectors: String?

    @Option(help: ArgumentHelp("A vector for each question.", valueName: "file"), completion: .file())
    var queryVectors: String?

    @Option(help: ArgumentHelp("A vector for each session's summary.", valueName: "file"), completion: .file())
    var summaryVectors: String?

    @Option(
        help: ArgumentHelp(
            "What makes vectors where none are given: hashing, an installed model, or a folder.", valueName: "model"))
    var model: String?

    @Option(help: "What is recalled: turn or session.")
    var unit = "turn"

    @Option(
        help: ArgumentHelp(
            "default; all: every configuration; or stages between commas, such as dense,lexical,context.",
            valueName: "stages"))
    var stages = "default"

    @Option(
        help: ArgumentHelp(
            "Where the database is made, and kept; else in a temporary folder, and thrown away.", valueName: "file"),
        completion: .file())
    var database: String?

    @Flag(help: "Link new turns to older ones, which the stage association takes.")
    var associate = false

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard unit == "turn" || unit == "session" else {
            throw ValidationError("--unit is \(unit); it must be turn or session")
        }
        guard (turnVectors == nil) == (queryVectors == nil), (turnVectors == nil) == (model != nil) else {
            throw ValidationError("give --turn-vectors and --query-vectors, or --model")
        }
        if summaryVectors != nil, model != nil { throw ValidationError("--summary-vectors needs --turn-vectors") }
        _ = try configurations()
    }

    /// - Throws: `ValidationError` for a stage that there is not.
    private func configurations() throws -> [RecallBenchmark.Configuration] {
        switch stages {
        case "default": return [RecallBenchmark.Configuration("default", RecallOptions())]
        case "all": return RecallBenchmark.everyStage
        default:
            var options = RecallOptions()
            options.stages = try StageNames.parse(stages)
            return [RecallBenchmark.Configuration(stages, options)]
        }
    }

    func run() throws {
        Interrupt.install()
        let set = try ConversationSet.read(conversations)
        let turns = try turnVectors.map { try VectorFile.open($0) }
        let queries = try queryVectors.map { try VectorFile.open($0) }
        let summaries = try summaryVectors.map { try VectorFile.open($0) }
        let configurations = try configurations()
        let kind: UnitKind = unit == "session" ? .session : .turn
        let place = try database.map { DatabasePlace.kept($0) } ?? DatabasePlace.temporary()
        defer { place.remove() }
        var options = MemoryStore.Options()
        options.associates = associate
        let embedder = try model.map { try ModelOptions.named($0) }
        let store = MemoryStore(
            try Database.open(place.path), embedder: embedder, options, clock: { RecallBenchmark.moment })
        let (associates, quiet) = (associate, report.progress)
        let measured = try AsynchronousWork.run { () -> (results: [RecallBenchmark.Result], rate: Double) in
            let bar = quiet.bar("Remembering", total: set.conversations.count, unit: "conversations")
            let benchmark = try await RecallBenchmark(
                set, turns: turns, queries: queries, summaries: summaries, in: store
            ) { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
            var results: [RecallBenchmark.Result] = []
            let asking = quiet.bar("Asking", total: configurations.count, unit: "configurations")
            for configuration in configurations where associates || !configuration.options.stages.contains(.association)
            {
                results.append(try await benchmark.run(configuration, unit: kind))
                asking.update(to: results.count)
                try Interrupted.check()
            }
            asking.finish()
            return (results, benchmark.turnsPerSecond)
        }
        try Console.output.write(
            report.json
                ? MemoryBenchReport.json(measured.results, of: set, unit: unit, turnsPerSecond: measured.rate).line
                    + "\n"
                : MemoryBenchReport.table(measured.results))
        report.progress.note("remembered \(Format.rate(measured.rate)) turns a second")
    }
}
