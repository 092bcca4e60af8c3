// Loci, Apache License 2.0.

import LociProtocol

/// Commands about the connection.
enum SessionCommands {
    static let all = [
        Command(
            name: "PING", arity: -1, documentation: document("Answers.", "[message]"),
            work: .session { arguments, _, encoder in
                guard arguments.count <= 2 else { throw CommandError.arity("ping") }
                if arguments.count == 2 { encoder.bulk(arguments[1]) } else { encoder.simple("PONG") }
            }),
        Command(
            name: "ECHO", arity: 2, documentation: document("Returns its argument.", "message"),
            work: .session { arguments, _, encoder in encoder.bulk(arguments[1]) }),
        Command(
            name: "HELLO", arity: -1,
            documentation: document(
                "Chooses the version of the protocol, and tells about the server.",
                "[version [AUTH user password] [SETNAME name]]"),
            isOpenToAll: true, work: .session(hello)),
        Command(
            name: "AUTH", arity: -2, documentation: document("Authenticates.", "[user] password"), isOpenToAll: true,
            work: .session(authenticate)),
        Command(
            name: "SELECT", arity: 2, documentation: document("Chooses a database; there is one, 0.", "index"),
            work: .session { arguments, _, encoder in
                guard let index = arguments.integer(1) else { throw CommandError.notInteger }
                guard index == 0 else { throw CommandError("ERR DB index is out of range") }
                encoder.ok()
            }),
        Command(
            name: "QUIT", arity: -1, documentation: document("Closes the connection.", ""), isOpenToAll: true,
            work: .session { _, context, encoder in
                context.session.isClosing = true
                encoder.ok()
            }),
        Command(
            name: "RESET", arity: 1, documentation: document("Makes the connection as a new one.", ""),
            isOpenToAll: true,
            work: .session { _, context, encoder in
                context.session.reset(needsPassword: context.needsPassword)
                encoder.version = .resp2
                encoder.simple("RESET")
            }),
        Command(
            name: "CLIENT", arity: -2,
            documentation: document(
                "Tells and sets what the server knows of the connection.",
                "ID | GETNAME | SETNAME name | SETINFO (LIB-NAME | LIB-VER) text | INFO | NO-EVICT (ON | OFF) | "
                    + "NO-TOUCH (ON | OFF)"),
            subcommands: ["ID", "GETNAME", "SETNAME", "SETINFO", "INFO", "NO-EVICT", "NO-TOUCH"],
            work: .session(ClientCommand.run)),
    ]

    private static func document(_ summary: String, _ syntax: String) -> Command.Documentation {
        Command.Documentation(group: "connection", summary: summary, syntax: syntax)
    }

    private static func authenticate(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count <= 3 else { throw CommandError.syntax }
        if arguments.count == 2, !context.needsPassword {
            throw CommandError(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your "
                    + "configuration is correct?")
        }
        try context.authenticate(
            user: arguments.count == 3 ? arguments.text(1) : "default", password: arguments[arguments.count - 1])
        encoder.ok()
    }

    private static func hello(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        var version = context.session.version
        if arguments.count > 1 {
            guard let number = arguments.integer(1) else {
                throw CommandError("ERR Protocol version is not an integer or out of range")
            }
            guard let known = ProtocolVersion(rawValue: number) else {
                throw CommandError("NOPROTO unsupported protocol version")
            }
            version = known
        }
        var name: String?
        var credentials: (user: String, password: [UInt8])?
        var index = 2
        while index < arguments.count {
            if arguments.isWord(index, "AUTH"), index + 2 < arguments.count {
                credentials = (arguments.text(index + 1), arguments[index + 2])
                index += 3
            } else if arguments.isWord(index, "SETNAME"), index + 1 < arguments.count {
                name = try ClientCommand.name(arguments, index + 1)
                index += 2
            } else {
                throw CommandError("ERR Syntax error in HELLO option '\(arguments.text(index))'")
            }
        }
        if let credentials { try context.authenticate(user: credentials.user, password: credentials.password) }
        guard context.session.isAuthenticated else {
            throw CommandError(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH "
                    + "<user> <pass> option can be used to authenticate the client and select the RESP protocol version "
                    + "at the same time")
        }
        if let name { context.session.name = name }
        context.session.version = version
        encoder.version = version
        encoder.map(7)
        for (key, value) in [("server", "loci"), ("version", ServerContext.version)] {
            encoder.bulk(key)
            encoder.bulk(value)
        }
        encoder.bulk("proto")
        encoder.integer(version.rawValue)
        encoder.bulk("id")
        encoder.integer(context.session.number)
        for (key, value) in [("mode", "standalone"), ("role", "master")] {
            encoder.bulk(key)
            encoder.bulk(value)
        }
        encoder.bulk("modules")
        encoder.array(0)
    }
}

/// `CLIENT` and its subcommands.
enum ClientCommand {
    static func run(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        switch (arguments.text(1).uppercased(), arguments.count) {
        case ("ID", 2): encoder.integer(context.session.number)
        case ("GETNAME", 2):
            if context.session.name.isEmpty { encoder.null() } else { encoder.bulk(context.session.name) }
        case ("SETNAME", 3):
            context.session.name = try name(arguments, 2)
            encoder.ok()
        case ("SETINFO", 4): try setInfo(arguments, context, &encoder)
        case ("INFO", 2): encoder.verbatim(.text, context.session.line + "\n")
        case ("NO-EVICT", 3), ("NO-TOUCH", 3):
            guard arguments.isWord(2, "ON") || arguments.isWord(2, "OFF") else { throw CommandError.syntax }
            encoder.ok()
        default: throw CommandError.arity("client|\(arguments.text(1).lowercased())")
        }
    }

    private static func setInfo(
        _ arguments: Arguments, _ context: SessionCommandContext, _ encoder: inout ReplyEncoder
    ) throws {
        let text = arguments.text(3)
        guard arguments.isWord(2, "LIB-NAME") || arguments.isWord(2, "LIB-VER") else {
            throw CommandError("ERR Unrecognized option '\(arguments.text(2))'")
        }
        guard isPlain(text) else {
            throw CommandError("ERR \(arguments.text(2)) cannot contain spaces, newlines or special characters.")
        }
        if arguments.isWord(2, "LIB-NAME") {
            context.session.libraryName = text
        } else {
            context.session.libraryVersion = text
        }
        encoder.ok()
    }

    /// A name that a client gives itself.
    static func name(_ arguments: Arguments, _ index: Int) throws(CommandError) -> String {
        let text = arguments.text(index)
        guard isPlain(text) else {
            throw CommandError("ERR Client names cannot contain spaces, newlines or special characters.")
        }
        return text
    }

    /// Whether a text can stand in a line of `CLIENT INFO`.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 1_024 && text.utf8.allSatisfy { $0 >= 0x21 && $0 <= 0x7E }
    }
}
