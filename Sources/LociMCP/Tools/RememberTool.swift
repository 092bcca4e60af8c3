// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// Remembers a unit, or several in one transaction.
struct RememberTool: Tool {
    /// The most units of a call: what a model writes in one go is far less.
    static let maximumUnits = 1_000

    let name = "remember"
    let title = "Remember"
    let description = """
        Store something in long-term memory, so that recall finds it in later conversations. Give text, or units to store several at once; \
        all are stored, or none. Write each as one sentence or short passage that can be understood by itself: with names in place of \
        pronouns, and dates in place of "tomorrow". What comes again under the same key is not stored twice. To correct something that \
        is remembered, give the new text with supersedes: the old one is kept as history, and not recalled any more.
        """
    // Under a key it is idempotent; without one it is not.
    let effect = ToolEffect()
    let required: [String] = []

    private static let units = "units"
    private static let text = "text"

    private static let unitParameters: [(String, JSONValue)] = [
        (text, Schema.text("What is to be remembered, in plain words; at most 32,768 bytes.")),
        (
            "session",
            Schema.text(
                "The conversation that it belongs to, such as a date or a topic; units of a session are recalled together. "
                    + "Left out, it is \"\(UnitLine.defaultSession)\".")
        ),
        ("speaker", Schema.text("Who said it.")),
        (
            "kind",
            Schema.choice(
                UnitKind.allCases.filter { $0 != .session }.map(\.description),
                "turn: something that was said, or a fact (the usual). The others are made of turns, and are recalled only when they are "
                    + "asked for: block, summary, keyword, qa.")
        ),
        ("key", Schema.text("Your own name for it, up to 255 bytes: under one key, a text is stored once.")),
        ("time", Schema.time("When it happened.")),
        (
            "importance",
            Schema.fraction(standard: 0.5, "How much it matters, from 0 (hardly) to 1 (must not be missed).")
        ),
        ("pinned", Schema.flag("Whether it stays when old units are forgotten by their time.")),
        ("expires", Schema.time("When it is to be forgotten.")),
        ("supersedes", Schema.unit("The unit whose place it takes, such as t1.2.")),
        ("from", Schema.units("The units that it was made of, for a summary and the like.")),
        ("metadata", Schema.open("Anything to keep with it, which recall can filter by: .meta.topic == \"travel\".")),
    ]

    var parameters: [(String, JSONValue)] {
        Self.unitParameters + [
            (
                Self.units,
                Schema.list(
                    Schema.object(Self.unitParameters, required: [Self.text]),
                    "Several units in the order in which they happened, in place of text and the other arguments of one.",
                    limit: Self.maximumUnits)
            )
        ]
    }

    let results: [(String, JSONValue)] = [(units, Schema.objects([("id", "string"), ("new", "boolean")]))]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let units = try given(arguments)
        let memory = try scope.memory(arguments.text(Tools.namespace), embeds: true)
        let remembered = try await memory.remember(units)
        let lines = remembered.map { unit in
            if !unit.isNew { return "\(unit.id) was remembered before under its key; nothing was stored" }
            return "Remembered as \(unit.id)" + (unit.duplicateOf.map { ", with the same text as \($0)" } ?? "")
        }
        let data = remembered.map { unit in
            JSONValue.members([
                ("id", .string("\(unit.id)")), ("new", .boolean(unit.isNew)),
                ("duplicate_of", unit.duplicateOf.map { .string("\($0)") }),
            ])
        }
        return ToolResult(
            lines.joined(separator: "\n"),
            [(Tools.namespace, .string(memory.namespace.description)), (Self.units, .array(data))])
    }

    private func given(_ arguments: Arguments) throws -> [NewUnit] {
        let names = Self.unitParameters.map(\.0)
        guard let elements = try arguments.elements(Self.units, limit: Self.maximumUnits) else {
            return [try unit(arguments)]
        }
        if let other = names.first(where: { arguments.has($0) }) {
            throw arguments.fault(other, "give either units, or the arguments of one unit")
        }
        return try elements.enumerated().map { index, element in
            try unit(Arguments(element, allowed: names, place: "\(Self.units)[\(index)]"))
        }
    }

    private func unit(_ arguments: Arguments) throws -> NewUnit {
        var unit = NewUnit(
            try arguments.kind("kind") ?? .turn, session: try arguments.text("session") ?? UnitLine.defaultSession,
            text: try arguments.requiredText(Self.text))
        unit.speaker = try arguments.text("speaker")
        unit.key = try arguments.text("key")
        unit.time = try arguments.time("time")
        unit.importance = try arguments.number("importance") ?? unit.importance
        unit.isPinned = try arguments.flag("pinned")
        unit.expires = try arguments.time("expires")
        unit.supersedes = try arguments.unit("supersedes")
        unit.provenance = try arguments.units("from") ?? []
        unit.metadata = try arguments.attributes("metadata")
        return unit
    }
}
