// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociFiles
import LociJSON
import LociMemory

/// `loci blocks bench`: how much of what answers questions opened blocks hold.
struct BlocksBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure opened blocks on conversations whose answers are known.",
        discussion: """
            Cuts all conversations into blocks of one store, a stream each session, in a database that is thrown away; asks every \
            question; and prints how much of the evidence is among the best turns of what was opened, beside the nearest of all \
            turns. held is the share of the evidence that opened blocks hold at all.

              loci blocks bench talks.json --turn-vectors turns.npy --query-vectors queries.npy --budget 2.5% --lexical
            """)

    @Argument(help: "Conversations: a file of JSON.", completion: .file(extensions: ["json"]))
    var conversations: String

    @Option(help: ArgumentHelp("A vector for each turn.", valueName: "file"), completion: .file())
    var turnVectors: String

    @Option(help: ArgumentHelp("A vector for each question.", valueName: "file"), completion: .file())
    var queryVectors: String

    @Option(help: ArgumentHelp("Turns of a block.", valueName: "N"))
    var block = 16

    @Option(help: ArgumentHelp("Landmarks of a block: a number of segment means, or a policy.", valueName: "N"))
    var landmarks = "4"

    @Option(help: ArgumentHelp("The share of all turns that may be opened.", valueName: "share"))
    var budget = "2.5%"

    @Flag(help: "Let words vote, too, in a line of its own.")
    var lexical = false

    @OptionGroup var report: ReportOptions

    func validate() throws { _ = try options() }

    private func options() throws -> BlockBenchmark.Options {
        var options = BlockBenchmark.Options()
        try Allowed.check("--block", block, in: 1...BlockConfiguration.maximumBlockSize)
        options.configuration.blockSize = block
        guard let policy = LandmarkPolicy(name: Int(landmarks) == nil ? landmarks : "segments:\(landmarks)"),
            [.mean, .segmentMeans(1), .cover(1)].contains(where: { policy.isOfKind($0) })
        else {
            throw ValidationError("--landmarks is \(landmarks); it must be 1 to 64, mean, segments:N or cover:N")
        }
        options.configuration.landmarks = policy
        options.budget = try ShareOption.parse("--budget", budget)
        return options
    }

    func run() throws {
        Interrupt.install()
        let set = try ConversationSet.read(conversations)
        let (turns, queries) = (try VectorFile.open(turnVectors), try VectorFile.open(queryVectors))
        let (options, progress, lexical) = (try options(), report.progress, lexical)
        let place = try DatabasePlace.temporary()
        defer { place.remove() }
        let measured = try AsynchronousWork.run { () -> (results: [BlockBenchmark.Result], info: BlockStore.Info) in
            let bar = progress.bar("Appending", total: set.conversations.count, unit: "conversations")
            let benchmark = try await BlockBenchmark(
                set, turns: turns, queries: queries, in: Database.open(place.path), options
            ) { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
            var results = [benchmark.exhaustive()]
            for usesWords in lexical ? [false, true] : [false] {
                let asking = progress.bar("Asking", total: set.counts.queries, unit: "questions")
                results.append(
                    try benchmark.run(
                        usesWords ? "blocks, by vectors and words" : "blocks, by vectors", usesWords: usesWords
                    ) {
                        done, _ in
                        asking.update(to: done)
                        try Interrupted.check()
                    })
                asking.finish()
            }
            return (results, benchmark.info)
        }
        try Console.output.write(
            report.json
                ? BlockReport.json(measured.results, of: set, measured.info).line + "\n"
                : BlockReport.table(measured.results))
    }
}

extension LandmarkPolicy {
    /// Whether it makes landmarks as another does, but for their number.
    fileprivate func isOfKind(_ other: LandmarkPolicy) -> Bool {
        name.prefix { $0 != ":" } == other.name.prefix { $0 != ":" }
    }
}
