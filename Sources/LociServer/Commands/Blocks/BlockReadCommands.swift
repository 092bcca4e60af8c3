// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// Looks at what a store of blocks has: `BLK.INFO`, `BLK.STREAMS`, `BLK.BLOCKS`, `BLK.BLOCK` and `BLK.STORES`.
enum BlockReadCommands {
    static let all = [
        Command.blocks(
            "BLK.INFO", arity: 2, "store", "Returns what a store of blocks has, and how it was made.",
            .slowRead { arguments, keyspace, encoder in
                let store = try arguments.blockStore()
                encoder.write(ReplyValue(store, try keyspace.readBlocks(store) { try $0.info() }))
            }),
        Command.blocks(
            "BLK.STREAMS", arity: 2, "store",
            "Returns the streams of a store, in the order in which they began, with how far they go.",
            .slowRead { arguments, keyspace, encoder in
                let streams = try keyspace.readBlocks(arguments.blockStore()) { try $0.streams() }
                encoder.write(
                    .list(
                        streams.map { .map([("stream", .text($0.name)), ("to", .integer(Int(clamping: $0.count)))]) }))
            }),
        Command.blocks(
            "BLK.BLOCKS", arity: -3, "store stream [FROM position] [COUNT n]",
            "Returns the blocks of a stream that begin at a position or behind it, in their order.", .slowRead(list)),
        Command.blocks(
            "BLK.BLOCK", arity: -3, "store block \(BlockParts.syntax)",
            "Returns a block with the texts of its members.",
            .read(block)),
        Command.blocks(
            "BLK.STORES", arity: 1, "", "Returns the names of all stores of blocks.",
            .slowRead { _, keyspace, encoder in
                encoder.write(.list(try keyspace.blockStores().map { .text($0.description) }))
            }),
    ]

    private static func list(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let stream = try arguments.validText(2, "the stream")
        var (start, limit): (Int, Int) = (0, 100)
        var options = CommandOptions(arguments, from: 3, of: "BLK.BLOCKS")
        while !options.isAtEnd {
            if let position = try options.integer("FROM", 0...Int.max) {
                start = position
            } else if let count = try options.integer("COUNT", 1...1_000_000) {
                limit = count
            } else {
                throw options.unknown
            }
        }
        let (from, count) = (UInt64(start), limit)
        let blocks = try keyspace.readBlocks(arguments.blockStore()) {
            try $0.stored(in: stream, from: from, limit: count)
        }
        encoder.write(.list(blocks.map { ReplyValue($0) }))
    }

    private static func block(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let number = try arguments.block(2)
        var parts = BlockParts()
        var options = CommandOptions(arguments, from: 3, of: "BLK.BLOCK")
        while !options.isAtEnd {
            guard parts.take(&options) else { throw options.unknown }
        }
        let asked = parts
        let reply = try keyspace.readBlocks(arguments.blockStore()) { reader in
            let texts = ReplyValue.list(try reader.texts(of: number).map { .text($0) })
            return ReplyValue(try reader.stored(number), [("texts", texts)] + (try asked.of(number, in: reader)))
        }
        encoder.write(reply)
    }
}
