// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociEndpoint
import LociMemory

/// `loci memory derive`: summaries, keywords, blocks and questions of the turns that are there.
struct MemoryDeriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive",
        abstract: "Make summaries, keywords and blocks of the turns of sessions.",
        discussion: """
              loci memory derive agent.loci acme/alice
              loci memory derive agent.loci acme/alice --kinds summary,qa --chat http://localhost:11434/v1#qwen3

            Of sessions that have none, or whose turns have changed since; what is up to date is left alone, so that this can be \
            called as often as one likes. Without --chat summaries are the most central sentences, and keywords the words that \
            are frequent here and rare elsewhere; questions need --chat.
            """)

    @OptionGroup var target: NamespaceArguments

    @Option(help: ArgumentHelp("What is made, between commas: block, summary, keyword, qa.", valueName: "kinds"))
    var kinds = "summary,keyword"

    @Option(help: ArgumentHelp("Only of a session.", valueName: "name"))
    var session: String?

    @Option(help: ArgumentHelp("A model that writes: http://host:port/v1#model.", valueName: "address"))
    var chat: String?

    @Flag(help: "Make all anew.")
    var again = false

    @OptionGroup var model: ModelOptions

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        let kinds = try parsedKinds()
        if kinds.contains(.questionAnswer), chat == nil {
            throw ValidationError("questions are made by a model: --chat")
        }
        if let chat, chat.split(separator: "#", maxSplits: 1).count != 2 {
            throw ValidationError("--chat is \(chat); write http://host:port/v1#model")
        }
    }

    private func parsedKinds() throws -> Set<UnitKind> {
        Set(
            try kinds.split(separator: ",").map { name in
                guard let kind = UnitKind(name: String(name)), Memory.derivedKinds.contains(kind) else {
                    throw ValidationError("--kinds has \(name); there are block, summary, keyword and qa")
                }
                return kind
            })
    }

    func run() throws {
        Interrupt.install()
        let memory = try target.memory(model)
        let endpoint = try chat.map { address in
            let parts = address.split(separator: "#", maxSplits: 1).map(String.init)
            return try EndpointChat(parts[0], model: parts[1])
        }
        let (kinds, sessions, again, progress) = (try parsedKinds(), session.map { [$0] }, again, progress)
        let count = try AsynchronousWork.run {
            let bar = progress.bar("Deriving", total: nil, unit: "sessions")
            defer { bar.finish() }
            func report(_ done: Int, _: Int) throws {
                bar.update(to: done)
                try Interrupted.check()
            }
            guard let endpoint else {
                return try await memory.derive(kinds, sessions: sessions, again: again, progress: report)
            }
            return try await memory.derive(
                kinds, sessions: sessions, summarizer: ChatSummarizer(endpoint),
                keywordExtractor: ChatKeywordExtractor(endpoint), questionMaker: ChatQuestionMaker(endpoint),
                again: again,
                progress: report)
        }
        try Console.output.write("wrote \(Format.count(count)) units\n")
    }
}
