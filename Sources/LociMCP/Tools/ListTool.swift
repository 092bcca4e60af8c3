// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// Gives what is there, in its order.
struct ListTool: Tool {
    private static let limits = 1...1_000
    private static let standardLimit = 50
    /// Where a list ends, whatever its limit is: 256 KiB of text fill any model's context.
    private static let maximumBytes = 1 << 18

    let name = "list"
    let title = "List"
    let description = """
        Look through long-term memory in the order in which things were remembered, without a question: the units of a session or of all, \
        the sessions, or the namespaces. To find what answers a question, use recall.
        """
    let effect = ToolEffect(isReadOnly: true, isIdempotent: true)
    let required: [String] = []

    let parameters: [(String, JSONValue)] = [
        ("kind", Schema.choice(UnitKind.allCases.map(\.description), "The kind of units; left out, turns.")),
        ("session", Schema.text("Only the units of this session.")),
        ("after", Schema.unit("Begin after this unit: next of the list before.")),
        ("limit", Schema.integer(limits, standard: standardLimit, "How many at most.")),
        ("sessions", Schema.flag("List the names of the latest sessions instead.")),
        ("namespaces", Schema.flag("List the namespaces that can be used instead.")),
    ]

    let results: [(String, JSONValue)] = [
        (
            "units",
            Schema.objects([("id", "string"), ("kind", "string"), ("session", "string"), ("text", "string")])
        ), ("next", Schema.plain("string")),
        ("sessions", .object([("type", "array"), ("items", Schema.plain("string"))])),
        ("namespaces", .object([("type", "array"), ("items", Schema.plain("string"))])),
        ("total", Schema.plain("integer")),
    ]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let limit = try arguments.integer("limit", in: Self.limits) ?? Self.standardLimit
        let name = try arguments.text(Tools.namespace)
        switch (try arguments.flag("sessions"), try arguments.flag("namespaces")) {
        case (true, true): throw arguments.fault("sessions", "give either sessions or namespaces")
        case (true, false): return try await sessions(try scope.memory(name), limit, scope)
        case (false, true): return try namespaces(try scope.namespace(name), limit, scope)
        case (false, false): return try await units(try scope.memory(name), arguments, limit, scope)
        }
    }

    private func namespaces(
        _ namespace: MemoryNamespace, _ limit: Int, _ scope: MemoryScope
    ) throws -> ToolResult {
        let names = try scope.namespaces().map(\.description)
        return list(names, of: namespace, "namespaces", Array(names.prefix(limit)))
    }

    private func sessions(_ memory: Memory, _ limit: Int, _ scope: MemoryScope) async throws -> ToolResult {
        let names = try await scope.found(in: memory) { try memory.sessions() } ?? []
        return list(names, of: memory.namespace, "sessions", names.suffix(limit))
    }

    private func list(
        _ all: [String], of namespace: MemoryNamespace, _ noun: String, _ shown: [String]
    ) -> ToolResult {
        let head =
            all.isEmpty
            ? "There are no \(noun)."
            : "\(UnitReport.count(all.count, String(noun.dropLast())))"
                + (shown.count < all.count ? ", of which \(shown.count):" : ":")
        return ToolResult(
            ([head] + shown).joined(separator: "\n"),
            [
                (Tools.namespace, .string(namespace.description)), (noun, .strings(shown)),
                ("total", .integer(all.count)),
            ])
    }

    private func units(
        _ memory: Memory, _ arguments: Arguments, _ limit: Int, _ scope: MemoryScope
    ) async throws -> ToolResult {
        let kind = try arguments.kind("kind") ?? .turn
        let (session, after) = (try arguments.text("session"), try arguments.unit("after"))
        if let after, after.kind != kind {
            throw arguments.fault("after", "\(after) is a \(after.kind), and \(kind)s are listed")
        }
        let units =
            try await scope.found(in: memory) {
                // One more tells whether there is a next.
                try memory.units(kind, session: session, after: after, limit: limit + 1)
            } ?? []
        var bytes = 0
        let shown = units.prefix(limit).enumerated().prefix { index, unit in
            bytes += unit.text.utf8.count
            return index == 0 || bytes <= Self.maximumBytes
        }.map(\.element)
        let next = shown.count < units.count ? shown.last?.id : nil
        var lines = shown.map { UnitReport.line($0) }
        if units.isEmpty { lines.append(after == nil ? "There is nothing." : "There is nothing more.") }
        if let next { lines.append("There is more after \(next).") }
        return ToolResult(
            lines.joined(separator: "\n"),
            [
                (Tools.namespace, .string(memory.namespace.description)),
                ("units", .array(shown.map { .members(UnitReport.data($0)) })),
                ("next", next.map { .string("\($0)") }),
            ])
    }
}
