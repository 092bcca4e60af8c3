// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci backup`: a copy of a database that is in use.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a database to a file while it is in use.",
        discussion: """
            The copy is the last commit: readers and writers go on meanwhile. It is a database of its own, without free \
            pages, and it is there whole or not at all.

              loci backup photos.loci /backup/photos.loci
              loci backup photos.loci /backup/photos.loci --replace --json

            --json prints one object: bytes, commit (the last one when the copy began), seconds.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The file to be. Its folder must exist.", completion: .file())
    var file: String

    @Flag(help: "Replace the file if it exists; if it is a database, no process may have it open.")
    var replace = false

    @OptionGroup var shown: ReportOptions

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        try CopyReport(shown.progress) { onBytes in
            try Database.open(database, access: .readOnly).backup(to: file, replacing: replace, onBytes: onBytes)
        }.print("backed up to \(TextWidth.printable(file))", json: shown.json)
    }
}
