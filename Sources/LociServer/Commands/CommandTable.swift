// Loci, Apache License 2.0.

/// All commands, by name.
struct CommandTable: Sendable {
    /// In the order in which they are told.
    let commands: [Command]
    private let byName: [[UInt8]: Int]

    init() {
        commands =
            SessionCommands.all + TransactionCommands.all + KeyCommands.all + ServerCommands.all
            + VectorWriteCommands.all + VectorReadCommands.all + VectorSearchCommand.all + CollectionCommands.all
            + BatchCommands.all + TextCommands.all + TuningCommands.all + MemoryWriteCommands.all
            + MemoryRecallCommand.all + MemoryChangeCommands.all + MemoryReadCommands.all + BlockWriteCommands.all
            + BlockOpenCommand.all + BlockReadCommands.all
        byName = Dictionary(
            commands.enumerated().map { (Array($1.name.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The place of a command in `commands`.
    /// - Parameter name: In whichever case.
    func index(of name: RawSpan) -> Int? {
        guard name.byteCount <= 64 else { return nil }
        return byName[
            name.withUnsafeBytes { bytes in
                bytes.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") ? $0 & 0xDF : $0 }
            }]
    }

    /// A command.
    func command(named name: String) -> Command? {
        index(of: name.utf8.span.bytes).map { commands[$0] }
    }
}
