// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci repair`: a damaged database made sound again, from what is sound of it.
struct RepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Build what is damaged anew, from what is sound.",
        discussion: """
            Make a copy of the file first (of the file itself, while nobody has it open: 'loci backup' may fail on a \
            damaged one). A backup of better days is worth more than any repair.

            What 'loci check' finds sound stays as it is. A damaged collection is built anew: vectors from their originals \
            or else from their codes, identifiers from where they are still told, attributes that are sound, the rest from \
            these. Vectors and attributes that are lost are listed, and nothing is changed then unless --drop-lost is given. A collection is changed as a whole \
            at the end or not at all, whenever the command is stopped. A collection whose record is damaged can only be \
            restored from a backup, or dropped. Without the name of a collection, names that were lost are given back, \
            and records that belong to nothing are dropped.

              cp photos.loci copy.loci
              loci repair photos.loci
              loci repair photos.loci clip --drop-lost && loci check photos.loci

            Ends with status 1 if something is still wrong. --json prints one object: ok, steps (each with what and done), \
            collections (each with collection, outcome, why, kept, lost, reduced, lost_attributes, straying, \
            faults).
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of a collection; without one, all are repaired, and names.")
    var collection: String?

    @Flag(help: "Go on where vectors or attributes are lost, and drop what cannot be saved.")
    var dropLost = false

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print a JSON object, with all that is lost.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        Interrupt.install()
        let database = try Database.open(database, access: .readWrite)
        let reporter = BuildReporter(progress)
        let repair =
            if let collection {
                DatabaseRepair(collections: [
                    try database.collection(collection).repair(
                        dropLost: dropLost, threads: threads.count, observer: reporter)
                ])
            } else {
                try database.repair(dropLost: dropLost, threads: threads.count, observer: reporter)
            }
        reporter.finish()
        let report = RepairReport(repair)
        try Console.output.write(json ? report.json : report.text)
        if !repair.isComplete { throw ExitCode(1) }
    }
}
