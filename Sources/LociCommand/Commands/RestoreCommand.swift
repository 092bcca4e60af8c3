// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci restore`: a backup to where a database is to be.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Copy a backup to where a database is to be.",
        discussion: """
            The backup must be a database that opens; 'loci check' says whether all it holds is sound. The database is \
            there whole or not at all: until then, the one that it replaces stays as it is.

              loci restore /backup/photos.loci photos.loci
              loci restore /backup/photos.loci photos.loci --replace --json

            --json prints one object: bytes, commit (the backup's last one), seconds.
            """)

    @Argument(help: "The backup: a file.", completion: .file(extensions: ["loci"]))
    var file: String

    @Argument(help: "The database to be: a file. Its folder must exist.", completion: .file(extensions: ["loci"]))
    var database: String

    @Flag(help: "Replace the database if it exists. No process may have it open.")
    var replace = false

    @OptionGroup var shown: ReportOptions

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        try CopyReport(shown.progress) { onBytes in
            try Database.restore(from: file, to: database, replacing: replace, onBytes: onBytes)
        }.print("restored \(TextWidth.printable(database))", json: shown.json)
    }
}
