// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// `BLK.OPEN`: the blocks that matter to a text, or to vectors.
enum BlockOpenCommand {
    private static let name = "BLK.OPEN"

    static let all = [
        Command.blocks(
            name, arity: -4,
            "store [TEXT text] [FP32 blob | VALUES n f1 … fn …] \(OpeningOptions.syntax) [BEST n] \(BlockParts.syntax)",
            "Opens the blocks that matter to a text, or to vectors, in the order of streams and positions.",
            .prepared(.read, open))
    ]

    /// What is asked.
    private struct Question {
        var text: String?
        var vectors: [[Float]] = []
        var opening = OpeningOptions()
        var best: Int?
        var parts = BlockParts()

        init(_ arguments: Arguments) throws {
            var options = CommandOptions(arguments, from: 2, of: BlockOpenCommand.name)
            while !options.isAtEnd {
                if let text = try options.text("TEXT") {
                    self.text = text
                } else if let vector = try options.vector() {
                    vectors.append(vector)
                } else if let count = try options.integer("BEST", 1...1_000_000) {
                    best = count
                } else {
                    guard try parts.take(&options) || opening.take(&options) else { throw options.unknown }
                }
            }
            try opening.validate()
            let isBlank = text?.unicodeScalars.allSatisfy(\.properties.isWhitespace) ?? true
            guard !vectors.isEmpty || !isBlank else { throw MemoryError.emptyQuery }
        }
    }

    private static func open(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let name = try arguments.blockStore()
        let question = try Question(arguments)
        let embeds = question.vectors.isEmpty
        let store = try memories.blocks(name, embeds: embeds, BlockConfiguration())
        let texts = embeds && store.embedder != nil ? [question.text ?? ""] : []
        return PreparedRequest(embedder: store.embedder, texts: texts) { vectors, keyspace, encoder in
            guard !(keyspace is any WritableKeyspace) else {
                throw CommandError(
                    "ERR '\(Self.name)' sees only what is committed, and cannot be in a transaction that writes")
            }
            let opening = try keyspace.readBlocks(name) { reader in
                let opening = try store.open(
                    queries: question.vectors + vectors, text: question.text, question.opening, in: reader)
                let parts = try opening.blocks.map { try question.parts.of($0.number, in: reader) }
                encoder.write(ReplyValue(opening, best: question.best, parts))
                return opening
            }
            keyspace.blockUses.note(NotedOpening(opening), of: name)
        }
    }
}
