// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci drop`: removes a collection.
struct DropCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Remove a collection from a database.",
        discussion: """
            There is no way back, and no question is asked. The space in the file is used again by what is built next; \
            the file does not shrink before 'loci compact'.

              loci drop photos.loci clip
            """)

    @OptionGroup var target: CollectionArguments

    func run() throws {
        try Database.open(target.database, access: .readWrite).drop(target.collection)
        try Console.output.write("dropped \(TextWidth.printable(target.collection))\n")
    }
}
