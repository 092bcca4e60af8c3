// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci warm`: reads collections into the system's cache.
struct WarmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warm",
        abstract: "Have the system read a collection before it is searched.",
        discussion: """
            For after a start of the machine: the system reads, in order, all that searches read, and goes on with it \
            after the command has ended. Without, first searches wait for the disk a page at a time. It is of use where \
            memory holds the collection.

              loci warm photos.loci
              loci warm photos.loci clip --json

            --json prints one object: collections, bytes.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of a collection; without one, all are read.")
    var collection: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let database = try Database.open(database, access: .readOnly)
        let names = try collection.map { [$0] } ?? database.collectionNames()
        let bytes = try names.reduce(0) { try $0 + database.collection($1).warmUp() }
        if json {
            try Console.output.write(
                JSONValue.object([
                    ("collections", .array(names.map { .string($0) })), ("bytes", .integer(bytes)),
                ]).line + "\n")
        } else {
            let what = collection.map { TextWidth.printable($0) } ?? CheckCommand.collections(names.count)
            try Console.output.write("the system reads \(Format.bytes(bytes)) of \(what)\n")
        }
    }
}
