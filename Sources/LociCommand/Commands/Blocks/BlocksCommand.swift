// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory
import LociText

/// `loci blocks`: long contexts, opened block by block.
struct BlocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocks",
        abstract: "Keep a long context, and open the few blocks of it that matter.",
        discussion: """
            Streams, of turns, sentences or tokens, are cut into blocks; each block has landmarks, small vectors that stand for \
            it; a question looks at landmarks and words, and opens few blocks. docs/blocks.md tells more.

              loci blocks append agent.loci context --from talk.jsonl
              loci blocks open agent.loci context "Where does Ana live?" --blocks 4
            """,
        subcommands: [
            BlocksAppendCommand.self, BlocksOpenCommand.self, BlocksInfoCommand.self, BlocksForgetCommand.self,
            BlocksBenchCommand.self, BlocksPasskeyCommand.self, BlocksAttentionCommand.self,
        ])
}

/// The database and the store of blocks that a verb is about.
struct BlockStoreArguments: ParsableArguments {
    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The store of blocks.")
    var store: String

    func validate() throws {
        try ServerPath.refuse(database)
        do { _ = try MemoryNamespace(store) } catch { throw ValidationError("\(error)") }
    }

    /// A store in a database that is open, with the embedder of its model.
    /// - Parameter given: Whether all vectors are given, so that none is needed.
    func store(
        in database: Database, _ model: ModelOptions, given: Bool,
        _ configuration: BlockConfiguration = BlockConfiguration()
    ) throws -> BlockStore {
        try BlockStore(database, MemoryNamespace(store), configuration, embeds: !given || model.model != nil) {
            try model.named ?? ModelOptions.embedder(ofModel: $0, store)
        }
    }
}

/// `loci blocks info`: what a store has.
struct BlocksInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what a store of blocks has, and how it was made.")

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The store of blocks; by default all of the database.")
    var store: String?

    @Flag(help: "Print a JSON array.")
    var json = false

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let database = try Database.open(database, access: .readOnly)
        let names = try store.map { [try MemoryNamespace($0)] } ?? database.blockStoreNames()
        let infos = try names.map { name in
            (name.description, try BlockStore(database, name: name.description, embedder: nil).info())
        }
        if json {
            return try Console.output.write(JSONValue.array(infos.map { BlockReport.json($0, $1) }).line + "\n")
        }
        guard !infos.isEmpty else { return }
        try Console.output.write(BlockReport.table(infos))
    }
}

/// `loci blocks forget`: streams, or a whole store, away.
struct BlocksForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Forget a stream, or a whole store of blocks.")

    @OptionGroup var target: BlockStoreArguments

    @Option(help: ArgumentHelp("The stream.", valueName: "name"))
    var stream: String?

    @Flag(help: "The whole store.")
    var all = false

    func validate() throws {
        guard (stream == nil) == all else { throw ValidationError("give either --stream or --all") }
    }

    func run() throws {
        let database = try Database.open(target.database)
        let store = try BlockStore(database, name: target.store, embedder: nil)
        guard let stream else {
            try store.drop()
            return try Console.output.write("forgot \(TextWidth.printable(target.store))\n")
        }
        let blocks = try store.remove(stream: stream)
        try Console.output.write("forgot \(TextWidth.printable(stream)): \(Format.count(blocks)) blocks\n")
    }
}
