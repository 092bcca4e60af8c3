// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

/// Commands about keys, each of which is a collection.
enum KeyCommands {
    static let all = [
        Command(
            name: "EXISTS", arity: -2, documentation: document("Tells how many of the keys exist.", "key [key …]"),
            keys: .all, work: .read(exists)),
        Command(
            name: "TYPE", arity: 2, documentation: document("Tells what a key holds.", "key"), keys: .first,
            work: .read { arguments, keyspace, encoder in
                encoder.simple(try keyspace.has(arguments, 1) ? "vectorset" : "none")
            }),
        Command(
            name: "DEL", arity: -2, documentation: document("Removes keys.", "key [key …]"), keys: .all,
            work: .write(delete)),
        Command(
            name: "UNLINK", arity: -2, documentation: document("Removes keys.", "key [key …]"), keys: .all,
            work: .write(delete)),
        Command(
            name: "DBSIZE", arity: 1, documentation: document("Returns the number of keys.", ""),
            work: .read { _, keyspace, encoder in encoder.integer(try keyspace.names().count) }),
        Command(
            name: "KEYS", arity: 2, documentation: document("Returns all keys that match a pattern.", "pattern"),
            work: .slowRead(keys)),
        Command(
            name: "SCAN", arity: -2,
            documentation: document(
                "Returns keys little by little.", "cursor [MATCH pattern] [COUNT n] [TYPE type]"),
            work: .slowRead(scan)),
        Command(
            name: "FLUSHDB", arity: -1,
            documentation: document("Removes all keys, memories and stores of blocks.", "[ASYNC | SYNC]"),
            work: .write(flush)),
        Command(
            name: "FLUSHALL", arity: -1,
            documentation: document("Removes all keys, memories and stores of blocks.", "[ASYNC | SYNC]"),
            work: .write(flush)),
        Command(
            name: "OBJECT", arity: -2, documentation: document("Tells how a key is stored.", "ENCODING key"),
            subcommands: ["ENCODING"], work: .read(object)),
    ]

    private static func document(_ summary: String, _ syntax: String) -> Command.Documentation {
        Command.Documentation(group: "generic", summary: summary, syntax: syntax)
    }

    private static func exists(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        encoder.integer(try (1..<arguments.count).count { try keyspace.has(arguments, $0) })
    }

    private static func delete(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        // All or none: before the first is gone.
        for index in 1..<arguments.count {
            if let name = KeyName.existing(arguments, index) { try keyspace.requireOwn(name) }
        }
        var count = 0
        for index in 1..<arguments.count {
            guard let name = KeyName.existing(arguments, index), try keyspace.has(name) else { continue }
            try keyspace.drop(name)
            count += 1
        }
        encoder.integer(count)
    }

    private static func flush(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let isPlain = arguments.count == 1
        let isMode = arguments.count == 2 && (arguments.isWord(1, "ASYNC") || arguments.isWord(1, "SYNC"))
        guard isPlain || isMode else { throw CommandError.syntax }
        // Memories and stores of blocks as wholes: their collections are nothing without their records.
        for namespace in try keyspace.namespaces() { _ = try keyspace.memoryChanges.forgetAll(of: namespace) }
        for store in try keyspace.blockStores() { _ = try keyspace.blockChanges.drop(store) }
        for name in try keyspace.names() { try keyspace.drop(name) }
        encoder.ok()
    }

    private static func keys(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let pattern = try GlobArgument.pattern(arguments, 1)
        let names = try keyspace.names().filter { pattern.matches($0.utf8.span.bytes) }
        encoder.array(names.count)
        for name in names { encoder.bulk(name) }
    }

    /// The most keys of a step: what is more, comes with later ones.
    private static let mostOfScan = 10_000

    /// A cursor is the number of the last collection that was looked at. Each has one of its own, higher than those before it; a
    /// collection that is built anew gets another. So one that is there from beginning to end is told at least once.
    private static func scan(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let cursor = arguments.integer(1), cursor >= 0 else { throw CommandError("ERR invalid cursor") }
        var match: GlobPattern?
        var count = 10
        var isOtherType = false
        var index = 2
        while index < arguments.count {
            guard index + 1 < arguments.count else { throw CommandError.syntax }
            if arguments.isWord(index, "MATCH") {
                match = try GlobArgument.pattern(arguments, index + 1)
            } else if arguments.isWord(index, "COUNT") {
                guard let asked = arguments.integer(index + 1) else { throw CommandError.notInteger }
                guard asked > 0 else { throw CommandError.syntax }
                count = min(asked, Self.mostOfScan)
            } else if arguments.isWord(index, "TYPE") {
                isOtherType = !arguments.isWord(index + 1, "vectorset")
            } else {
                throw CommandError.syntax
            }
            index += 2
        }
        let rest = try keyspace.numberedNames().filter { $0.number > cursor }.sorted { $0.number < $1.number }
        let step = rest.prefix(count)
        let found = isOtherType ? [] : step.filter { match?.matches($0.name.utf8.span.bytes) ?? true }
        encoder.array(2)
        encoder.bulk(step.count < rest.count ? String(step.last?.number ?? 0) : "0")
        encoder.array(found.count)
        for (_, name) in found { encoder.bulk(name) }
    }

    private static func object(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count == 3 else { throw CommandError.arity("object|encoding") }
        guard try keyspace.has(arguments, 2) else { return encoder.null() }
        encoder.bulk("raw")
    }
}
