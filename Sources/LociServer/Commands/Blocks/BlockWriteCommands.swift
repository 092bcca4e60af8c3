// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// Changes stores of blocks: `BLK.APPEND`, `BLK.REPLACE`, `BLK.PIN`, `BLK.UNPIN` and `BLK.FORGET`.
enum BlockWriteCommands {
    static let all = [
        Command.blocks(
            "BLK.APPEND", arity: -5, "store stream count \(MemberArguments.syntax) \(BlockConfiguration.syntax)",
            "Appends members to a stream. The first append makes the store, with the options behind GIVEN; one that is there keeps what "
                + "it was made with.",
            .prepared(.write, append)),
        Command.blocks(
            "BLK.REPLACE", arity: -5, "store block count \(MemberArguments.syntax)",
            "Replaces all members of a block by as many others.", .prepared(.write, replace)),
        pin("BLK.PIN", "Keeps a block from being evicted.", true),
        pin("BLK.UNPIN", "Lets a block be evicted again.", false),
        Command.blocks(
            "BLK.FORGET", arity: -3, "store (STREAM name | ALL)",
            "Forgets a stream, or the whole store, and returns how many blocks it had.", .write(forget)),
    ]

    private static func append(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let name = try arguments.blockStore()
        let stream = try arguments.validText(2, "the stream")
        var configuration = BlockConfiguration()
        let members = try members(arguments, of: "BLK.APPEND") { try configuration.take(&$0) }
        return try change(memories, name, members, configuration) { store, batch, vectors, changes, encoder in
            encoder.write(ReplyValue(try store.append(batch, to: stream, vectors: vectors, in: changes)))
        }
    }

    private static func replace(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let name = try arguments.blockStore()
        let block = try arguments.block(2)
        let members = try members(arguments, of: "BLK.REPLACE") { _ in false }
        return try change(memories, name, members) { store, batch, vectors, changes, encoder in
            try store.replace(block, by: batch, vectors: vectors, in: changes)
            encoder.ok()
        }
    }

    /// Reads members, whose number is the third argument, with the options behind it.
    /// - Parameter take: Takes an option that is no part of members, and says whether there is one.
    private static func members(
        _ arguments: Arguments, of command: String, _ take: (inout CommandOptions) throws -> Bool
    ) throws -> BlockMembers {
        var members = try MemberArguments(arguments, at: 3)
        var options = CommandOptions(arguments, from: 4, of: command)
        while !options.isAtEnd {
            guard try members.take(&options) || take(&options) else { throw options.unknown }
        }
        return members.members
    }

    private static func change(
        _ memories: any MemorySource, _ name: MemoryNamespace, _ members: BlockMembers,
        _ configuration: BlockConfiguration = BlockConfiguration(),
        _ run:
            @escaping @Sendable (BlockStore, MemberBatch, [[Float]], BlockTransaction, inout ReplyEncoder) throws ->
            Void
    ) throws -> PreparedRequest {
        let store = try memories.blocks(name, embeds: members.vectors.isEmpty, configuration)
        let batch = try store.prepare(members)
        return PreparedRequest(embedder: store.embedder, texts: batch.texts) { vectors, keyspace, encoder in
            guard let keyspace = keyspace as? any WritableKeyspace else { throw CommandError.notInTransaction }
            try run(store, batch, vectors, keyspace.blockChanges, &encoder)
        }
    }

    private static func pin(_ name: String, _ summary: String, _ isPinned: Bool) -> Command {
        .blocks(
            name, arity: 3, "store block", summary,
            .write { arguments, keyspace, encoder in
                let store = try arguments.blockStore()
                try keyspace.blockChanges.setPinned(isPinned, block: arguments.block(2), of: store)
                encoder.ok()
            })
    }

    private static func forget(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let store = try arguments.blockStore()
        if arguments.count == 3, arguments.isWord(2, "ALL") {
            return encoder.integer(try keyspace.blockChanges.drop(store))
        }
        var options = CommandOptions(arguments, from: 2, of: "BLK.FORGET")
        guard let stream = try options.text("STREAM") else {
            throw CommandError("ERR what is to be forgotten? Give one of STREAM and ALL")
        }
        guard options.isAtEnd else { throw options.unknown }
        encoder.integer(try keyspace.blockChanges.remove(stream: stream, of: store))
    }
}
