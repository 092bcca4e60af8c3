// Loci, Apache License 2.0.

/// What is to be done with a request, before anything of it is looked at but its name and the number of its arguments.
struct RequestAdmission {
    let server: ServerContext
    let session: ClientSession

    enum Step {
        /// Answer with an error, which may spoil the transaction that is being put together.
        case refuse(CommandError, spoilsTransaction: Bool)
        /// Answer with an error, and forget what was kept.
        case discard(CommandError)
        /// Keep it for `EXEC`.
        case queue
        /// Run it here.
        case session
        /// Run what was kept.
        case execute
        /// Run it on the threads for such requests.
        case run(Command.Lane)
    }

    /// The most requests of a transaction.
    private static let transactionLimit = 100_000

    func admit(_ request: ReceivedRequest) -> Step {
        guard let command = request.command.map({ server.commands.commands[$0] }) else {
            return .refuse(UnknownCommand.error(request.arguments), spoilsTransaction: true)
        }
        let isExecute = command.name == TransactionCommands.executeName
        if let refusal = refusal(of: command, request.arguments) {
            return isExecute ? .discard(refusal.discarding) : .refuse(refusal, spoilsTransaction: true)
        }
        if let transaction = session.transaction {
            if isExecute { return .execute }
            if !TransactionCommands.immediate.contains(command.name) {
                return keep(request, command, in: transaction)
            }
        }
        if case .session = command.work { return .session }
        return .run(command.lane)
    }

    /// Why a command cannot be called so, if it cannot.
    private func refusal(of command: Command, _ arguments: Arguments) -> CommandError? {
        // As in Redis, where a module's commands are not looked at before their turn comes.
        if !command.isVectorCommand, !command.admits(arguments.count) { return command.arityError }
        if let subcommands = command.subcommands, arguments.count > 1 {
            let word = arguments[1]
            if !subcommands.contains(String(decoding: word, as: UTF8.self).uppercased()) {
                return CommandError(
                    bytes: Array("ERR unknown subcommand '".utf8) + word + Array("'. Try \(command.name) HELP.".utf8))
            }
        }
        if !session.isAuthenticated, !command.isOpenToAll { return .authenticationNeeded }
        if session.transaction == nil, !command.admits(arguments.count) { return command.arityError }
        return nil
    }

    private func keep(
        _ request: ReceivedRequest, _ command: Command, in transaction: ClientSession.Transaction
    ) -> Step {
        if case .maintenance = command.work { return .refuse(.notInTransaction, spoilsTransaction: true) }
        let limit = server.configuration.maximumRequestBytes
        guard transaction.requests.count < Self.transactionLimit,
            transaction.byteCount + request.arguments.byteCount <= limit
        else {
            return .refuse(
                CommandError(
                    "ERR the transaction is too large: at most \(Self.transactionLimit) commands of \(limit) bytes in all"
                ),
                spoilsTransaction: true)
        }
        return .queue
    }
}

extension Command {
    /// Whether it is one of Redis's commands of vector sets.
    var isVectorCommand: Bool { documentation.group == "vector_set" }

    /// The error of a number of arguments that is wrong. Redis names the commands of modules in upper case.
    var arityError: CommandError { .arity(isVectorCommand ? name : name.lowercased()) }
}

extension ClientSession.Transaction {
    mutating func append(_ request: ReceivedRequest) {
        byteCount += request.arguments.byteCount
        requests.append(request)
    }
}

extension CommandError {
    /// The same, of an `EXEC` that cannot run what was kept.
    fileprivate var discarding: CommandError {
        let reason = bytes.starts(with: "ERR ".utf8) ? bytes.dropFirst(4) : bytes[...]
        return CommandError(bytes: Array("EXECABORT Transaction discarded because of: ".utf8) + reason)
    }
}
