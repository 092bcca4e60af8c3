// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociFiles
import LociJSON
import LociMemory
import LociText

/// `loci blocks open`: the blocks that matter to a question.
struct BlocksOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open the blocks that matter to a question.",
        discussion: """
            A text is looked for by its vector and by its words. --query-vectors gives the vectors instead, with the text for \
            words alone, if there is one. Blocks come in the order of streams and positions.

              loci blocks open agent.loci context "Where does Ana live?" --blocks 4
              loci blocks open agent.loci context --query-vectors q.npy --stream chat --sinks 1 --window 8
            """)

    @OptionGroup var target: BlockStoreArguments

    @Argument(help: "The text.")
    var text: String?

    @Option(help: ArgumentHelp("The vectors of the queries.", valueName: "file"), completion: .file())
    var queryVectors: String?

    @OptionGroup var opening: BlockOpeningOptions

    @Flag(help: "Print the texts alone.")
    var textOnly = false

    @Flag(help: "Print the members with the best scores, and not the blocks.")
    var members = false

    @OptionGroup var model: ModelOptions

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard text != nil || queryVectors != nil else { throw ValidationError("give a text or --query-vectors") }
        _ = try opening.options()
    }

    func run() throws {
        let options = try opening.options()
        let database = try Database.open(target.database, access: .readOnly)
        let opened: BlockOpening
        if let queryVectors {
            let file = try VectorFile.open(queryVectors)
            let queries = try (0..<file.count).map { try file.row($0) }
            let store = try target.store(in: database, model, given: true)
            opened = try store.read { try $0.open(queries: queries, text: text, options) }
        } else {
            let text = text ?? ""
            let store = try target.store(in: database, model, given: false)
            opened = try AsynchronousWork.run { try await store.opened(text, options) }
        }
        if report.json {
            try Console.output.write(BlockReport.json(opened).line + "\n")
        } else if opened.blocks.isEmpty {
            report.progress.note("nothing was found")
        } else if textOnly {
            for text in opened.blocks.flatMap(\.texts) { try Console.output.write(TextWidth.printable(text) + "\n") }
        } else {
            try Console.output.write(
                members ? BlockReport.table(opened.bestMembers(opened.memberCount)) : BlockReport.table(opened))
        }
    }
}

extension BlockStore {
    /// The blocks that matter to a text. Nothing is noted: the database is open for reading alone.
    fileprivate func opened(_ text: String, _ options: OpeningOptions) async throws -> BlockOpening {
        let queries = try await embedder?.embed([text]) ?? []
        return try read { try $0.open(queries: queries, text: text, options) }
    }
}

/// Which blocks are opened.
struct BlockOpeningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("So many blocks at most; 16 where no budget is given.", valueName: "N"))
    var blocks: Int?

    @Option(help: ArgumentHelp("Blocks of so many members together at most.", valueName: "N"))
    var budgetMembers: Int?

    @Option(help: ArgumentHelp("Blocks of so many bytes together at most.", valueName: "N"))
    var budgetBytes: Int?

    @Option(help: ArgumentHelp("Only blocks of a stream.", valueName: "name"))
    var stream: String?

    @Option(help: ArgumentHelp("The first blocks of the stream, so many, in any case.", valueName: "N"))
    var sinks = 0

    @Option(help: ArgumentHelp("The last blocks of the stream, so many, in any case.", valueName: "N"))
    var window = 0

    @Option(help: ArgumentHelp("How much words count beside vectors, 0 to 1.", valueName: "share"))
    var lexicalWeight = 0.5

    @Option(help: ArgumentHelp("How scores of several queries are made one: maximum or mean.", valueName: "how"))
    var aggregation = "maximum"

    @Option(help: ArgumentHelp("How the landmarks of a block score it: maximum or sum.", valueName: "how"))
    var landmarkScore = "maximum"

    @Option(
        help: ArgumentHelp(
            "How opened blocks are weighed: softmax, or stick-breaking, from the latest on.", valueName: "how"))
    var weighing = "softmax"

    @Option(help: ArgumentHelp("What scores are multiplied by before they are weighed.", valueName: "factor"))
    var scale = 1.0

    /// - Throws: `ValidationError`.
    func options() throws -> OpeningOptions {
        var options = OpeningOptions()
        guard [blocks, budgetMembers, budgetBytes].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("give one of --blocks, --budget-members and --budget-bytes")
        }
        let given: [(part: OpeningOptions.Part, text: String?, name: String)] = [
            (.blocks, blocks.map { "\($0)" }, "--blocks"),
            (.members, budgetMembers.map { "\($0)" }, "--budget-members"),
            (.bytes, budgetBytes.map { "\($0)" }, "--budget-bytes"), (.sinks, "\(sinks)", "--sinks"),
            (.window, "\(window)", "--window"), (.lexicalWeight, "\(lexicalWeight)", "--lexical-weight"),
            (.aggregation, aggregation, "--aggregation"), (.landmarkScore, landmarkScore, "--landmark-score"),
            (.weighing, weighing, "--weighing"), (.scale, "\(scale)", "--scale"),
        ]
        options.stream = stream
        do {
            for (part, text, name) in given {
                if let text { try options.set(part, to: text, name: name) }
            }
            try options.validate()
        } catch {
            throw ValidationError("\(error)")
        }
        return options
    }
}
