// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci durability`: when commits are on the disk.
struct DurabilityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "durability",
        abstract: "Show or set when what is written is on the disk.",
        discussion: """
            full: each commit, before its write returns. periodic: at an interval, so that many small writes do not wait \
            for the disk. What a process wrote is not lost when it dies, in either mode. When the system goes down, by a \
            power failure, a periodic database loses at most the commits of the last interval; the first to open it puts \
            it back to the last one that was on the disk. The mode is kept in the database, and all programs that write to \
            it go by it.

              loci durability photos.loci
              loci durability photos.loci periodic --interval 0.5
              loci durability photos.loci full

            --json prints one object: mode, interval_seconds (null if full).
            """)

    /// The modes by name.
    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case full
        case periodic
    }

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The mode to set; without one, the present one is shown.")
    var mode: Mode?

    @Option(help: "The interval of periodic, in seconds, from 0.01 to 3600. (default: 1)")
    var interval: Double?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        try ServerPath.refuse(database)
        guard let interval else { return }
        guard mode == .periodic else { throw ValidationError("--interval is of periodic only") }
        guard interval >= 0.01, interval <= 3600 else {
            throw ValidationError("--interval is \(interval); it must be from 0.01 to 3600")
        }
    }

    func run() throws {
        let durability: Durability
        switch mode {
        case nil:
            durability = try Database.open(database, access: .readOnly).durability
        case .full?:
            durability = try set(.full)
        case .periodic?:
            let milliseconds = interval.map { Int(($0 * 1000).rounded()) }
            durability = try set(.periodic(milliseconds.map { .milliseconds($0) } ?? Durability.standardInterval))
        }
        let report = DurabilityReport(durability)
        try Console.output.write((json ? JSONValue.object(report.members).line : report.text) + "\n")
    }

    private func set(_ durability: Durability) throws -> Durability {
        let database = try Database.open(database, access: .readWrite)
        try database.setDurability(durability)
        return try database.durability
    }
}
