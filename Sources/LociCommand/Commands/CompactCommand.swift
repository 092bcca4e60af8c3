// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci compact`: the free pages of a file, given back.
struct CompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Make the file of a database as small as what it holds.",
        discussion: """
            For after large collections were dropped or replaced: their space in the file is else kept for later ones. A \
            copy without it takes the file's place, so there must be room for both. Nobody may have the database open; \
            programs that open it meanwhile wait. Whatever happens, the file is the old one or the new one, whole.

              loci compact photos.loci

            --json prints one object: bytes_before, bytes_after, seconds.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @OptionGroup var shown: ReportOptions

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let report = try CopyReport(shown.progress) { onBytes in try Database.compact(at: database, onBytes: onBytes) }
        let (before, after) = (report.result.bytesBefore, report.result.bytesAfter)
        try report.print(
            "compacted \(TextWidth.printable(database))", "\(Format.bytes(after)), before \(Format.bytes(before))",
            json: shown.json ? [("bytes_before", .integer(before)), ("bytes_after", .integer(after))] : nil)
    }
}
