// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci list`: the collections of a database.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the collections of a database.",
        discussion: """
              loci list photos.loci
              loci list photos.loci --names

            Nothing is printed for a database without collections.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Flag(help: "Print the names alone, one a line.")
    var names = false

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let database = try Database.open(database, access: .readOnly)
        if names {
            let lines = try database.collectionNames().map { TextWidth.printable($0) + "\n" }
            return try Console.output.write(lines.joined())
        }
        let collections = try database.info().collections
        if !collections.isEmpty { try Console.output.write(CollectionReport.table(collections)) }
    }
}
