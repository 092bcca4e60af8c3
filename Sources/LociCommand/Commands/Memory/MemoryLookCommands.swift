// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// `loci memory list`: the namespaces of a database.
struct MemoryListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the namespaces of a database, and what they have.")

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Flag(help: "Print a JSON array.")
    var json = false

    func validate() throws { try ServerPath.refuse(database) }

    func run() throws {
        let store = MemoryStore(try Database.open(database, access: .readOnly), embedder: nil)
        let namespaces = try store.namespaces().map { ($0, try store.memory($0.description).info()) }
        if json {
            let values = namespaces.map { namespace, info in
                JSONValue.object([
                    ("namespace", .string(namespace.description)), ("model", .string(info.model)),
                    ("dimension", .integer(info.dimension)), ("sessions", .integer(info.sessions)),
                    (
                        "units",
                        .object(
                            info.units.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                                ("\($0.key)", .integer($0.value))
                            })
                    ), ("archived_or_expiring", .integer(info.hidden)), ("links", .integer(info.edges)),
                    ("bytes", .integer(info.bytes)),
                ])
            }
            return try Console.output.write(JSONValue.array(values).line + "\n")
        }
        guard !namespaces.isEmpty else { return }
        var table = TextTable([
            .text("namespace"), .number("sessions"), .number("turns"), .number("others"), .number("links"),
            .number("size"),
            .text("model"),
        ])
        for (namespace, info) in namespaces {
            let turns = info.units[.turn] ?? 0
            let others = info.units.reduce(0) { $0 + ($1.key == .turn || $1.key == .session ? 0 : $1.value) }
            table.add([
                namespace.description, Format.count(info.sessions), Format.count(turns), Format.count(others),
                Format.count(info.edges), Format.bytes(info.bytes), info.model,
            ])
        }
        try Console.output.write(table.rendered())
    }
}

/// `loci memory units`: the units of a namespace.
struct MemoryUnitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "units", abstract: "List the units of a namespace, in their order.",
        discussion: "--json prints a line each; --after the last one gives the next.")

    @OptionGroup var target: NamespaceArguments

    @Option(help: "Their kind: turn, session, block, summary, keyword or qa.")
    var kind = "turn"

    @Option(help: ArgumentHelp("Only those of a session.", valueName: "name"))
    var session: String?

    @Option(help: ArgumentHelp("Begin after this unit.", valueName: "id"))
    var after: String?

    @Option(help: ArgumentHelp("How many at most.", valueName: "N"))
    var limit = 100

    @Flag(help: "Print a JSON object a line.")
    var json = false

    func validate() throws {
        guard UnitKind(name: kind) != nil else {
            throw ValidationError(
                "--kind is \(kind); it must be \(UnitKind.allCases.map(\.description).joined(separator: ", "))")
        }
        if let after, UnitID(after) == nil {
            throw ValidationError("--after is \(after); it must be a unit, such as t1.2")
        }
        try Allowed.check("--limit", limit, in: 1...1_000_000)
    }

    func run() throws {
        let units = try target.memory(access: .readOnly).units(
            UnitKind(name: kind) ?? .turn, session: session, after: after.flatMap { UnitID($0) }, limit: limit)
        if json {
            return try Console.output.write(units.map { JSONValue.object(MemoryReport.json($0)).line + "\n" }.joined())
        }
        if !units.isEmpty { try Console.output.write(MemoryReport.table(units)) }
    }
}

/// `loci memory history`: what a unit took the place of, and what took its place.
struct MemoryHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what a unit took the place of, and what took its place.")

    @OptionGroup var target: NamespaceArguments

    @Argument(help: "The unit, such as t1.2.")
    var id: String

    @Flag(help: "Print a JSON object a line.")
    var json = false

    func validate() throws {
        if UnitID(id) == nil { throw ValidationError("\(id) is no unit, such as t1.2") }
    }

    func run() throws {
        guard let id = UnitID(id) else { return }
        let units = try target.memory(access: .readOnly).history(of: id)
        try Console.output.write(
            json
                ? units.map { JSONValue.object(MemoryReport.json($0)).line + "\n" }.joined() : MemoryReport.table(units)
        )
    }
}
