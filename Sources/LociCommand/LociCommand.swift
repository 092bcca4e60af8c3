// Loci, Apache License 2.0.

import ArgumentParser

/// The command `loci`: what the shell starts.
@main
struct LociCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loci",
        abstract: "A vector similarity search database in one file.",
        discussion: """
            A database is one file of named collections; a collection is vectors of one dimension, with an index of \
            them. Vectors come from .fvecs, .bvecs, .fbin, .u8bin, .npy, .jsonl and IDX files.

            A first try, without data of your own:

              loci generate --count 20000 --dimension 128 --clusters 100 --to base.fvecs
              loci generate --count 1000 --skip 20000 --dimension 128 --clusters 100 --to queries.fvecs
              loci build try.loci points --from base.fvecs
              loci truth --from base.fvecs --queries queries.fvecs --output truth.ivecs
              loci bench try.loci points --queries queries.fvecs --ground-truth truth.ivecs
              loci query try.loci points --queries queries.fvecs --k 5

            Results go to standard output, and everything else to standard error. The exit status is 0 for success, 1 \
            for failure, 2 for a command line that is wrong, and 130 after Ctrl-C.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Collections",
                subcommands: [
                    BuildCommand.self, AddCommand.self, SetCommand.self, IndexCommand.self, RemoveCommand.self,
                    OptimizeCommand.self, DropCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Search",
                subcommands: [QueryCommand.self, TuneCommand.self, BenchCommand.self, WarmCommand.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    ListCommand.self, InfoCommand.self, InspectCommand.self, GetCommand.self, CheckCommand.self,
                ]),
            CommandGroup(
                name: "Files",
                subcommands: [
                    BackupCommand.self, RestoreCommand.self, RepairCommand.self, CompactCommand.self,
                    DurabilityCommand.self,
                ]),
            CommandGroup(
                name: "Memory",
                subcommands: [
                    RememberCommand.self, RecallCommand.self, ForgetCommand.self, MemoryCommand.self,
                    BlocksCommand.self,
                    ModelCommand.self, MCPCommand.self,
                ]),
            CommandGroup(name: "Network", subcommands: [ServeCommand.self]),
            CommandGroup(name: "Trials", subcommands: [TruthCommand.self, GenerateCommand.self]),
        ])

    /// Parses the command line, runs the verb, and ends the process with its status.
    static func main() {
        Console.ignoreBrokenPipeSignal()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            exit(with: Outcome(error, arguments: Array(CommandLine.arguments.dropFirst())))
        }
    }

    private static func exit(with outcome: Outcome) -> Never {
        // A help text that nobody can be shown is no reason to fail in another way.
        try? Console.output.write(outcome.output)
        Console.error.note(outcome.message)
        exit(withError: outcome.status == 0 ? nil : ExitCode(outcome.status))
    }
}
