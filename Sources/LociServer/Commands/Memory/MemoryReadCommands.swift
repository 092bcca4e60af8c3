// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// Looks at what a memory has: `MEM.GET`, `MEM.LIST`, `MEM.SESSIONS`, `MEM.HISTORY`, `MEM.INFO` and `MEM.NAMESPACES`.
enum MemoryReadCommands {
    static let all = [
        Command.memory(
            "MEM.GET", arity: -3, "namespace (id | KEY key)", "Returns a unit, by its identifier or by its key.",
            .read(get)),
        Command.memory(
            "MEM.LIST", arity: -2, "namespace [KIND kind] [SESSION name] [AFTER id] [COUNT n]",
            "Returns units in their order.", .slowRead(list)),
        Command.memory(
            "MEM.SESSIONS", arity: 2, "namespace",
            "Returns the names of the sessions, in the order in which they began.",
            .slowRead { arguments, keyspace, encoder in
                let names = try read(arguments, keyspace) { try $0.sessionNames() }
                encoder.write(.list(names.map { .text($0) }))
            }),
        Command.memory(
            "MEM.HISTORY", arity: 3, "namespace id",
            "Returns the units that took each other's place, of which one is given, the oldest first.",
            .read { arguments, keyspace, encoder in
                let id = try arguments.unit(2)
                let units = try read(arguments, keyspace) { try $0.history(of: id) }
                encoder.write(.list(units.map { ReplyValue($0) }))
            }),
        Command.memory(
            "MEM.INFO", arity: 2, "namespace", "Returns what a memory has.",
            .slowRead { arguments, keyspace, encoder in
                let info = try read(arguments, keyspace) { try $0.info() }
                encoder.write(ReplyValue(try arguments.namespace(), info))
            }),
        Command.memory(
            "MEM.NAMESPACES", arity: 1, "", "Returns the names of all memories.",
            .slowRead { _, keyspace, encoder in
                encoder.write(.list(try keyspace.namespaces().map { .text($0.description) }))
            }),
    ]

    private static func read<Result>(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ body: (any MemoryReading) throws -> Result
    ) throws -> Result {
        try keyspace.read(keyspace.memories.memory(arguments.namespace(), embeds: false), body)
    }

    private static func get(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let unit: MemoryUnit?
        if arguments.count == 3 {
            let id = try arguments.unit(2)
            unit = try read(arguments, keyspace) { try $0.unit(id) }
        } else {
            var options = CommandOptions(arguments, from: 2, of: "MEM.GET")
            guard let key = try options.text("KEY"), options.isAtEnd else { throw options.unknown }
            unit = try read(arguments, keyspace) { try $0.unit(key: key) }
        }
        if let unit { encoder.write(ReplyValue(unit)) } else { encoder.null() }
    }

    private static func list(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        var kind = UnitKind.turn
        var session: String?
        var after: UnitID?
        var count = 100
        var options = CommandOptions(arguments, from: 2, of: "MEM.LIST")
        while !options.isAtEnd {
            if let named = try options.kind("KIND") {
                kind = named
            } else if let name = try options.text("SESSION") {
                session = name
            } else if let id = try options.unit("AFTER") {
                after = id
            } else if let limit = try options.integer("COUNT", 1...1_000_000) {
                count = limit
            } else {
                throw options.unknown
            }
        }
        let (asked, name, start, limit) = (kind, session, after, count)
        let units = try read(arguments, keyspace) { contents in
            try contents.units(asked, session: name, after: start, limit: limit)
        }
        encoder.write(.list(units.map { ReplyValue($0) }))
    }
}
