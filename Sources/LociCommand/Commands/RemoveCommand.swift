// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci remove`: takes vectors out of a collection.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove vectors from a collection.",
        discussion: """
            Removed vectors are found no more from the commit on; searches go on meanwhile. If an identifier is unknown, \
            nothing is removed, unless --missing-ok says that it need not be there.

              loci remove photos.loci clip --id cat.jpg --id dog.jpg
              loci remove photos.loci clip --ids gone.txt --missing-ok

            --json prints a line after each commit, {"removed":N}, with the number of vectors so far.
            """)

    @OptionGroup var target: CollectionArguments

    @OptionGroup var names: IdentifierArguments

    @Option(help: ArgumentHelp("How many identifiers are removed in one commit.", valueName: "N"))
    var batch = 10_000

    @Flag(help: "Pass over identifiers that are unknown.")
    var missingOk = false

    @Flag(help: "Print a JSON object after each commit.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        try Allowed.check("--batch", batch, in: Allowed.batch)
    }

    func run() throws {
        Interrupt.install()
        let start = ContinuousClock.now
        var seen: Set<VectorID> = []
        let wanted = try names.read().filter { seen.insert($0).inserted }
        let database = try Database.open(target.database, access: .readWrite)
        let report = CommitReport(
            "removed", ("vector was removed", "vectors were removed"), json: json,
            bar: progress.bar("Removing", total: wanted.count, unit: "vectors"))
        var (count, rowCount, areVectors) = (0, 0, true)
        try report.run {
            for first in stride(from: 0, to: wanted.count, by: batch) {
                let result = try database.write { transaction in
                    let collection = try transaction.collection(target.collection)
                    if first == 0, !missingOk { try requireAll(wanted, in: collection) }
                    let wereVectors = collection.count == collection.rowCount
                    let removed = try remove(wanted[first..<min(wanted.count, first + batch)], of: collection)
                    return (removed, collection.count, collection.rowCount, wereVectors)
                }
                (count, rowCount) = (result.1, result.2)
                areVectors = areVectors && result.3
                try report.add(result.0)
            }
        }
        guard !json else { return }
        let seconds = Format.seconds(ContinuousClock.now - start)
        let missing = wanted.count - report.count
        try Console.output.write(
            "removed \(Format.rows(report.count, areVectors: areVectors)) from \(TextWidth.printable(target.collection)) in "
                + "\(Format.duration(seconds: seconds)): \(Format.total(vectors: count, rows: rowCount)) now"
                + (missing > 0 ? "; \(Format.count(missing)) of the identifiers were unknown" : "") + "\n")
    }

    /// - Throws: `LociError.identifiersNotFound`.
    private func requireAll(_ wanted: [VectorID], in collection: WritableCollection) throws {
        let missing = try wanted.filter { try !collection.contains($0) }
        guard let first = missing.first else { return }
        throw LociError.identifiersNotFound(
            name: collection.name, first: first, count: missing.count, of: wanted.count)
    }

    /// - Returns: How many were there.
    private func remove(_ wanted: ArraySlice<VectorID>, of collection: WritableCollection) throws -> Int {
        try wanted.reduce(0) { removed, id in
            try Interrupted.check()
            return removed + (try collection.remove(id) ? 1 : 0)
        }
    }
}
