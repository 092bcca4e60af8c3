// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci check`: whether a database is sound.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check that a database is sound.",
        discussion: """
            Reads everything: the pages that lead to the rest, names and records, checksums, identifiers both ways, the links \
            of every vector, whether each can be reached, and what belongs to nothing. Of a file with damaged pages it looks \
            at nothing else. Prints a line for each fault and ends with status 1, or prints one line that begins with ok. \
            'loci repair' says what can be done about faults.

              loci check photos.loci
              loci check photos.loci clip --json

            --json prints one object: ok, collections, faults (each with collection, null for what belongs to none, and \
            what).
            """)

    /// Faults of a collection that are printed at the most.
    private static let faultLimit = 100

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of a collection; without one, all are checked.")
    var collection: String?

    @OptionGroup var shown: ReportOptions

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let database = try Database.open(database, access: .readOnly)
        let faults: [Fault]
        // First the pages: what they lead to must not be touched if they are damaged.
        let pages = try database.checkPages(limit: Self.faultLimit)
        let names = try pages.isEmpty ? collection.map { [$0] } ?? database.collectionNames() : []
        if !pages.isEmpty {
            faults = pages
        } else if let collection {
            faults = try database.collection(collection).check(limit: Self.faultLimit)
        } else {
            let bar = shown.progress.bar("Checking", total: names.count, unit: "collections")
            faults = try database.check(limit: Self.faultLimit) { done, _ in bar.update(to: done) }
            bar.finish()
        }
        if shown.json {
            try Console.output.write(
                JSONValue.object([
                    ("ok", .boolean(faults.isEmpty)), ("collections", .array(names.map { .string($0) })),
                    (
                        "faults",
                        .array(
                            faults.map {
                                .object([
                                    ("collection", $0.collection.map { .string($0) } ?? .null),
                                    ("what", .string($0.what)),
                                ])
                            })
                    ),
                ]).line + "\n")
        } else if faults.isEmpty {
            let what = collection.map { TextWidth.printable($0) } ?? Self.collections(names.count)
            try Console.output.write("ok: no fault found in \(what)\n")
        } else {
            try Console.output.write(faults.map { TextWidth.printable($0.description) + "\n" }.joined())
        }
        if !faults.isEmpty { throw ExitCode(1) }
    }

    /// So many collections, in words.
    static func collections(_ count: Int) -> String {
        count == 1 ? "1 collection" : "\(Format.count(count)) collections"
    }
}
