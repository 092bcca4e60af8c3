// Loci, Apache License 2.0.

import ArgumentParser

/// The command `loci-benchmarks`: what can only be measured inside a process, and what grows with the number of vectors.
@main
struct LociBenchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loci-benchmarks",
        abstract: "Measure Loci from inside a process.",
        discussion: """
            Tables go to standard output, and everything else to standard error. Leave the machine alone meanwhile.
            """,
        subcommands: [
            ScalingCommand.self, ScalingStepCommand.self, AllocationsCommand.self, WritesCommand.self,
            ChurnCommand.self,
            TenantsCommand.self, TenantUseCommand.self, InterferenceCommand.self, FiltersCommand.self,
            WordsCommand.self,
        ])
}
