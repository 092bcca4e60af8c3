// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// Commands about the server.
enum ServerCommands {
    static let all = [
        Command(
            name: "COMMAND", arity: -1,
            documentation: document(
                "Tells about commands.", "[COUNT | LIST | INFO [name …] | DOCS [name …]]"),
            subcommands: ["COUNT", "LIST", "INFO", "DOCS"], work: .session(CommandDocumentation.run)),
        Command(
            name: "INFO", arity: -1, documentation: document("Tells about the server.", "[section …]"),
            work: .maintenance(ServerInformation.write)),
        Command(
            name: "CONFIG", arity: -2,
            documentation: document("Tells settings.", "GET pattern [pattern …] | RESETSTAT"),
            subcommands: ["GET", "SET", "RESETSTAT"], work: .session(configuration)),
        Command(
            name: "SAVE", arity: 1, documentation: document("Syncs the database to the disk.", ""),
            work: .maintenance { _, context, encoder in
                try context.database.sync()
                encoder.ok()
            }),
        Command(
            name: "BGSAVE", arity: -1, documentation: document("Syncs the database to the disk.", "[SCHEDULE]"),
            work: .maintenance { arguments, context, encoder in
                guard arguments.count == 1 || arguments.count == 2 && arguments.isWord(1, "SCHEDULE") else {
                    throw CommandError.syntax
                }
                try context.database.sync()
                encoder.simple("Background saving started")
            }),
        Command(
            name: "MEMORY", arity: -2,
            documentation: document("Returns the bytes that a key takes in the file.", "USAGE key [SAMPLES n]"),
            subcommands: ["USAGE"], work: .slowRead(memory)),
        Command(
            name: "SLOWLOG", arity: -2,
            documentation: document("Tells of commands that took long.", "GET [count] | LEN | RESET"),
            subcommands: ["GET", "LEN", "RESET"], work: .session(slowLog)),
        Command(
            name: "READONLY", arity: 1, documentation: document("Has no effect: there is no cluster.", ""),
            work: .session { _, _, _ in throw CommandError("ERR This instance has cluster support disabled") }),
        Command(
            name: "SHUTDOWN", arity: -1,
            documentation: document(
                "Ends the server when all that is under way has ended.", "[NOSAVE | SAVE] [NOW] [FORCE]"),
            work: .maintenance(shutdown)),
    ]

    private static func document(_ summary: String, _ syntax: String) -> Command.Documentation {
        Command.Documentation(group: "server", summary: summary, syntax: syntax)
    }

    private static func configuration(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        if arguments.isWord(1, "RESETSTAT") {
            guard arguments.count == 2 else { throw CommandError.arity("config|resetstat") }
            return encoder.ok()
        }
        if arguments.isWord(1, "SET") {
            guard arguments.count > 3 else { throw CommandError.arity("config|set") }
            throw CommandError(
                "ERR Unknown option or number of arguments for CONFIG SET - '\(arguments.text(2))'")
        }
        guard arguments.count > 2 else { throw CommandError.arity("config|get") }
        let configuration = context.server.configuration
        // What clients ask for to find out what to do, in Redis's terms.
        let settings = [
            ("appendonly", "no"), ("databases", "1"), ("maxclients", "\(configuration.maximumConnections)"),
            ("maxmemory", "0"), ("port", "\(configuration.port)"),
            ("proto-max-bulk-len", "\(configuration.maximumRequestBytes)"),
            ("save", ""), ("timeout", "\(configuration.idleTimeout?.components.seconds ?? 0)"),
        ]
        var found: [(String, String)] = []
        for index in 2..<arguments.count {
            let pattern = try GlobArgument.pattern(arguments, index)
            found += settings.filter { setting in
                pattern.matches(setting.0.utf8.span.bytes) && !found.contains { $0.0 == setting.0 }
            }
        }
        encoder.map(found.count)
        for (name, value) in found {
            encoder.bulk(name)
            encoder.bulk(value)
        }
    }

    private static func memory(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count >= 3 else { throw CommandError.arity("memory|usage") }
        var index = 3
        while index < arguments.count {
            guard arguments.isWord(index, "SAMPLES"), index + 1 < arguments.count else { throw CommandError.syntax }
            guard let samples = arguments.integer(index + 1) else { throw CommandError.notInteger }
            guard samples >= 0 else { throw CommandError.syntax }
            index += 2
        }
        guard let info = try keyspace.collection(arguments, 2)?.committedInfo else { return encoder.null() }
        encoder.integer(info.bytes.total)
    }

    private static func slowLog(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        let log = context.server.slowLog
        switch (arguments.text(1).uppercased(), arguments.count) {
        case ("LEN", 2): encoder.integer(log.count)
        case ("RESET", 2):
            log.reset()
            encoder.ok()
        case ("GET", 2), ("GET", 3):
            let count = arguments.count == 3 ? arguments.integer(2) : 10
            guard let count, count >= -1 else {
                throw CommandError("ERR count should be greater than or equal to -1")
            }
            let entries = log.entries(count < 0 ? Int.max : count)
            encoder.array(entries.count)
            for entry in entries { write(entry, to: &encoder) }
        default: throw CommandError.arity("slowlog|\(arguments.text(1).lowercased())")
        }
    }

    private static func write(_ entry: SlowLog.Entry, to encoder: inout ReplyEncoder) {
        encoder.array(6)
        encoder.integer(entry.number)
        encoder.integer(entry.time)
        encoder.integer(Int(entry.duration / .microseconds(1)))
        encoder.array(entry.arguments.count)
        for argument in entry.arguments { encoder.bulk(argument) }
        encoder.bulk("client \(entry.client)")
        encoder.bulk("")
    }

    private static func shutdown(
        _ arguments: Arguments, _ context: ServerContext, _ encoder: inout ReplyEncoder
    ) throws {
        var saves = 0
        for index in 1..<max(1, arguments.count) {
            if arguments.isWord(index, "ABORT"), arguments.count == 2 {
                throw CommandError("ERR No shutdown in progress.")
            }
            if arguments.isWord(index, "SAVE") || arguments.isWord(index, "NOSAVE") { saves += 1 }
            guard
                arguments.isWord(index, "NOSAVE") || arguments.isWord(index, "SAVE") || arguments.isWord(index, "NOW")
                    || arguments.isWord(index, "FORCE")
            else { throw CommandError.syntax }
        }
        guard saves < 2 else { throw CommandError.syntax }
        // The closed connection is the answer.
        context.requestShutdown()
    }
}

/// Patterns as clients give them.
enum GlobArgument {
    /// - Throws: `CommandError` for one that is too long.
    static func pattern(_ arguments: Arguments, _ index: Int) throws(CommandError) -> GlobPattern {
        do {
            return try arguments.with(index) { try GlobPattern($0) }
        } catch {
            throw CommandError("ERR \(error)")
        }
    }
}
