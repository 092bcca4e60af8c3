// Loci, Apache License 2.0.

import ArgumentParser

@main
struct LociCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loci", abstract: "A vector similarity search database.")
}
