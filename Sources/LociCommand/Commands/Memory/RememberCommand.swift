// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// `loci remember`: texts into a memory.
struct RememberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remember",
        abstract: "Remember a text, or lines of JSON.",
        discussion: """
            A text on the command line is one turn of a session:

              loci remember agent.loci acme/alice "My sister Ana moved to Porto." --session monday --speaker Alice

            --from takes lines of JSON, from a file or from standard input, and commits them in batches:

              loci remember agent.loci acme/alice --from talk.jsonl

              {"session": "monday", "speaker": "Alice", "text": "…", "time": "2026-05-01T10:00:00Z", "key": "m-17"}

            A line may have kind (turn, block, summary, keyword or qa), key, time, expires, importance from 0 to 1, pinned, vector, \
            supersedes and from (identifiers of units), and metadata, an object. What comes again under a key is not stored \
            again, so a file that was half read can be given once more.

            The database and the namespace are made if they are missing.
            """)

    @OptionGroup var target: NamespaceArguments

    @Argument(help: "The text.")
    var text: String?

    @Option(
        help: ArgumentHelp("Lines of JSON: a file, or - for standard input.", valueName: "file"), completion: .file())
    var from: String?

    @Option(help: ArgumentHelp("The session that the text belongs to.", valueName: "name"))
    var session = "default"

    @Option(help: ArgumentHelp("Who said it.", valueName: "name"))
    var speaker: String?

    @Option(help: ArgumentHelp("Your own name for it, under which it is stored once.", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("When it happened: 2026-05-01T10:00:00Z, or seconds since 1970.", valueName: "time"))
    var time: String?

    @Option(help: ArgumentHelp("The unit that it takes the place of.", valueName: "id"))
    var supersedes: String?

    @Option(help: ArgumentHelp("How many lines are committed together.", valueName: "N"))
    var batch = 1_000

    @Option(
        help: ArgumentHelp("Report an older unit whose cosine is at least this.", valueName: "cosine"))
    var similarity: Float?

    @OptionGroup var model: ModelOptions

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard (text == nil) != (from == nil) else { throw ValidationError("give either a text or --from") }
        try Allowed.check("--batch", batch, in: 1...Memory.maximumUnitsPerCall)
        if let time, CalendarTime(time) == nil {
            throw ValidationError("--time is \(time); write 2026-05-01T10:00:00Z, or seconds since 1970")
        }
        if let supersedes, UnitID(supersedes) == nil {
            throw ValidationError("--supersedes is \(supersedes); it must be a unit, such as t1.2")
        }
    }

    func run() throws {
        Interrupt.install()
        if let text {
            var unit = NewUnit(session: session, text: text, speaker: speaker, key: key)
            unit.time = time.flatMap { CalendarTime($0)?.seconds }
            unit.supersedes = supersedes.flatMap { UnitID($0) }
            let given = unit
            return try Database.create(at: target.database) { database in
                try remember([given], of: nil, in: memory(database)).forEach { try write($0) }
            }
        }
        var lines = try UnitLines(from: from ?? InputLines.standardInput)
        // Before there is a file: input that fails at once leaves none.
        var units = try lines.next(batch)
        guard !units.isEmpty else { return report.progress.note("there are no lines") }
        var (new, known) = (0, 0)
        try Database.create(at: target.database) { database in
            let memory = try memory(database)
            repeat {
                for result in try remember(units, of: lines, in: memory) {
                    if result.isNew { new += 1 } else { known += 1 }
                    if report.json || result.similar != nil { try write(result) }
                }
                try Interrupted.check()
                units = try lines.next(batch)
            } while !units.isEmpty
        }
        if !report.json {
            try Console.output.write(
                "remembered \(Format.count(new)) units in \(TextWidth.printable(target.namespace))"
                    + (known > 0 ? "; \(Format.count(known)) were there already\n" : "\n"))
        }
    }

    private func memory(_ database: Database) throws -> Memory {
        try MemoryStore(database, embedder: model.embedder(for: target.namespace, in: database)).memory(
            target.namespace)
    }

    private func remember(_ units: [NewUnit], of lines: UnitLines?, in memory: Memory) throws -> [Remembered] {
        let similarity = similarity
        do {
            return try AsynchronousWork.run { try await memory.remember(units, similarity: similarity) }
        } catch MemoryError.badUnit(let index, let field, let reason) {
            throw lines?.located(index, of: units.count, "its \(field) cannot be used: \(reason)")
                ?? MemoryError.badUnit(index: index, field: field, reason: reason)
        } catch MemoryError.badVector(let index, let reason) {
            throw lines?.located(index, of: units.count, "its vector cannot be used: \(reason)")
                ?? MemoryError.badVector(index: index, reason: reason)
        }
    }

    private func write(_ result: Remembered) throws {
        guard report.json else {
            var line = "\(result.id)" + (result.isNew ? "" : " (there already)")
            if let twin = result.duplicateOf { line += " (the same text as \(twin))" }
            if let similar = result.similar {
                line += " (near \(similar.id): \(Format.decimal(Double(similar.cosine), places: 3)))"
            }
            return try Console.output.write(line + "\n")
        }
        var members: [(String, JSONValue)] = [("id", .string("\(result.id)")), ("new", .boolean(result.isNew))]
        if let twin = result.duplicateOf { members.append(("duplicate_of", .string("\(twin)"))) }
        if let similar = result.similar {
            members.append(
                (
                    "similar",
                    .object([
                        ("id", .string("\(similar.id)")), ("cosine", .number(Double(similar.cosine), decimals: 4)),
                    ])
                ))
        }
        try Console.output.write(JSONValue.object(members).line + "\n")
    }
}
