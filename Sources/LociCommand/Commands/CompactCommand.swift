// Loci, Apache License 2.0.

import ArgumentParser
import Loci

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

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        Interrupt.install()
        let start = ContinuousClock.now
        let bar = progress.bar("Copying", total: nil, unit: "bytes")
        let compaction = try Database.compact(at: database) {
            try Interrupted.check()
            bar.update(to: $0)
        }
        bar.finish()
        let seconds = Format.seconds(ContinuousClock.now - start)
        if json {
            try Console.output.write(
                JSONValue.object([
                    ("bytes_before", .integer(compaction.bytesBefore)),
                    ("bytes_after", .integer(compaction.bytesAfter)), ("seconds", .number(seconds, decimals: 3)),
                ]).line + "\n")
        } else {
            try Console.output.write(
                "compacted \(TextWidth.printable(database)) in \(Format.duration(seconds: seconds)): "
                    + "\(Format.bytes(compaction.bytesAfter)), before \(Format.bytes(compaction.bytesBefore))\n")
        }
    }
}
