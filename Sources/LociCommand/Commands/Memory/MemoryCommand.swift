// Loci, Apache License 2.0.

import ArgumentParser

/// `loci memory`: what is done with memories beside remembering, recalling and forgetting.
struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Look at memories, change and move them, and measure them.",
        subcommands: [
            MemoryListCommand.self, MemoryUnitsCommand.self, MemoryHistoryCommand.self, MemoryUpdateCommand.self,
            MemoryDeriveCommand.self, MemoryExportCommand.self, MemoryImportCommand.self, MemoryReembedCommand.self,
            MemoryBenchCommand.self,
        ])
}
