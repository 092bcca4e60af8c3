// Loci, Apache License 2.0.

import LociProtocol

/// `MULTI` and `DISCARD`; `EXEC` is the connection's own, since it runs what has waited.
enum TransactionCommands {
    static let executeName = "EXEC"

    static let all = [
        Command(
            name: "MULTI", arity: 1, documentation: document("Begins a transaction: what follows waits for EXEC."),
            work: .session { _, context, encoder in
                guard context.session.transaction == nil else {
                    throw CommandError("ERR MULTI calls can not be nested")
                }
                context.session.transaction = ClientSession.Transaction()
                encoder.ok()
            }),
        Command(
            name: executeName, arity: 1,
            documentation: document("Runs what has waited since MULTI, all in one commit."),
            work: .session { _, _, _ in throw CommandError("ERR EXEC without MULTI") }),
        Command(
            name: "DISCARD", arity: 1, documentation: document("Forgets what has waited since MULTI."),
            work: .session { _, context, encoder in
                guard context.session.transaction != nil else { throw CommandError("ERR DISCARD without MULTI") }
                context.session.transaction = nil
                encoder.ok()
            }),
    ]

    /// Commands that act at once between `MULTI` and `EXEC`.
    static let immediate: Set<String> = [executeName, "MULTI", "DISCARD", "RESET", "QUIT"]

    private static func document(_ summary: String) -> Command.Documentation {
        Command.Documentation(group: "transactions", summary: summary, syntax: "")
    }
}
