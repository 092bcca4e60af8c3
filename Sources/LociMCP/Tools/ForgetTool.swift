// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// Forgets units.
struct ForgetTool: Tool {
    let name = "forget"
    let title = "Forget"
    let description = """
        Delete from long-term memory, for good. Give exactly one of ids, session, before, expired and all. When something has only \
        changed, do not forget the old: call remember with supersedes. Do not call this unless the user has asked for it.
        """
    let effect = ToolEffect(isDestructive: true)
    let required: [String] = []

    let parameters: [(String, JSONValue)] = [
        ("ids", Schema.units("These units, such as t1.2.")),
        ("session", Schema.text("All units of this session.")),
        ("before", Schema.time("All units that happened before this time, but for pinned ones.")),
        ("expired", Schema.flag("All units whose time to be forgotten has come.")),
        ("all", Schema.flag("The whole namespace; needs confirm.")),
        ("confirm", Schema.flag("Must be true where all is.")),
    ]

    let results: [(String, JSONValue)] = [("forgotten", Schema.plain("integer"))]

    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult {
        let what = try forgotten(arguments)
        let memory = try scope.memory(arguments.text(Tools.namespace))
        let count = try memory.forget(what)
        return ToolResult(
            "Forgot \(UnitReport.count(count)).",
            [(Tools.namespace, .string(memory.namespace.description)), ("forgotten", .integer(count))])
    }

    private func forgotten(_ arguments: Arguments) throws -> Forgotten {
        var choices: [Forgotten] = []
        if let ids = try arguments.units("ids") { choices.append(.units(ids)) }
        if let session = try arguments.text("session") { choices.append(.session(session)) }
        if let time = try arguments.time("before") { choices.append(.before(time)) }
        if try arguments.flag("expired") { choices.append(.expired) }
        if try arguments.flag("all") { choices.append(.all) }
        guard choices.count == 1, let choice = choices.first else {
            throw arguments.fault(
                "arguments", "give exactly one of ids, session, before, expired and all, and not \(choices.count)")
        }
        if choice == .all, try !arguments.flag("confirm") {
            throw arguments.fault("confirm", "it must be true to forget the whole namespace")
        }
        return choice
    }
}
