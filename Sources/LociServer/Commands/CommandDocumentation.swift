// Loci, Apache License 2.0.

import LociProtocol

/// `COMMAND`: what clients are told about commands.
enum CommandDocumentation {
    static func run(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        let table = context.server.commands
        guard arguments.count > 1 else {
            encoder.array(table.commands.count)
            for command in table.commands { describe(command, &encoder) }
            return
        }
        switch (arguments.text(1).uppercased(), arguments.count) {
        case ("COUNT", 2): encoder.integer(table.commands.count)
        case ("COUNT", _): throw CommandError.arity("command|count")
        case ("LIST", 2):
            encoder.array(table.commands.count)
            for command in table.commands { encoder.bulk(command.name.lowercased()) }
        case ("LIST", _): throw CommandError.syntax
        case ("INFO", _):
            let named = arguments.count == 2 ? table.commands : asked(arguments, table)
            encoder.array(named.count)
            for command in named {
                if let command { describe(command, &encoder) } else { encoder.nullArray() }
            }
        default:
            let named = (arguments.count == 2 ? table.commands : asked(arguments, table)).compactMap(\.self)
            encoder.map(named.count)
            for command in named { document(command, &encoder) }
        }
    }

    private static func asked(_ arguments: Arguments, _ table: CommandTable) -> [Command?] {
        (2..<arguments.count).map { table.command(named: arguments.text($0)) }
    }

    /// Name, arity, flags, places of keys, categories of access, tips, key specifications and subcommands.
    private static func describe(_ command: Command, _ encoder: inout ReplyEncoder) {
        encoder.array(10)
        encoder.bulk(command.name.lowercased())
        encoder.integer(command.arity)
        encoder.set(command.flags.count)
        for flag in command.flags { encoder.simple(flag) }
        let places = command.keys.places
        for place in [places.first, places.last, places.step] { encoder.integer(place) }
        for _ in 0..<4 { encoder.set(0) }
    }

    private static func document(_ command: Command, _ encoder: inout ReplyEncoder) {
        encoder.bulk(command.name.lowercased())
        let documentation = command.documentation
        let fields = [
            ("summary", documentation.summary), ("since", ServerContext.version), ("group", documentation.group),
            ("syntax", "\(command.name) \(documentation.syntax)"),
        ]
        encoder.map(fields.count)
        for (name, value) in fields {
            encoder.bulk(name)
            encoder.bulk(value)
        }
    }
}
