// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// What a client's model may call.
protocol Tool: Sendable {
    var name: String { get }
    /// The name that people are shown.
    var title: String { get }
    /// What it is for, written for a model.
    var description: String { get }
    /// What it may do to the memory.
    var effect: ToolEffect { get }
    /// The arguments beside the namespace.
    var parameters: [(String, JSONValue)] { get }
    var required: [String] { get }
    /// The members of what it gives.
    var results: [(String, JSONValue)] { get }
    /// - Throws: Whatever the model is told.
    func run(_ arguments: Arguments, in scope: MemoryScope) async throws -> ToolResult
}

/// What a tool may do to a memory, as clients ask before they let a model call it.
struct ToolEffect {
    var isReadOnly = false
    var isDestructive = false
    var isIdempotent = false
}

/// What a tool gives: a text to be read, and the same as data.
struct ToolResult {
    let text: String
    let data: JSONValue

    init(_ text: String, _ data: [(String, JSONValue?)]) { (self.text, self.data) = (text, .members(data)) }
}

/// The tools.
enum Tools {
    private static let all: [any Tool] = [
        RememberTool(), RecallTool(), ForgetTool(), ListTool(), BlocksAppendTool(), BlocksOpenTool(), BlocksInfoTool(),
        BlocksForgetTool(),
    ]

    static let namespace = "namespace"

    /// The tools of a server.
    static func served(_ options: MCPOptions) -> [any Tool] {
        all.filter { $0.effect.isReadOnly || !options.isReadOnly }
    }

    /// A tool as clients are told of it.
    static func definition(_ tool: any Tool, _ options: MCPOptions) -> JSONValue {
        .object([
            ("name", .string(tool.name)), ("title", .string(tool.title)), ("description", .string(tool.description)),
            ("inputSchema", Schema.object(parameters(tool, options), required: tool.required)),
            ("outputSchema", Schema.result(tool.results)),
            (
                "annotations",
                .object([
                    ("title", .string(tool.title)), ("readOnlyHint", .boolean(tool.effect.isReadOnly)),
                    ("destructiveHint", .boolean(tool.effect.isDestructive)),
                    ("idempotentHint", .boolean(tool.effect.isIdempotent)), ("openWorldHint", false),
                ])
            ),
        ])
    }

    private static func parameters(_ tool: any Tool, _ options: MCPOptions) -> [(String, JSONValue)] {
        let namespace =
            options.allowsAnyNamespace
            ? Schema.text("Whose memory, such as tenant/user/agent; left out, it is \"\(options.namespace)\".")
            : Schema.choice(
                [options.namespace.description], "Whose memory. This server has one: it may be left out.")
        return tool.parameters + [(Self.namespace, namespace)]
    }

    /// Calls a tool. What goes wrong in it is told to the model, which can do something about it.
    /// - Throws: `MCPError.badParameters`, `.unknownTool`.
    static func call(_ parameters: JSONValue, in scope: MemoryScope) async throws -> JSONValue {
        guard let name = parameters["name"]?.text else {
            throw MCPError.badParameters(reason: "tools/call needs the name of a tool, a string")
        }
        let given = parameters["arguments"] ?? .object([])
        guard given.members != nil || given.isNull else {
            throw MCPError.badParameters(reason: "the arguments of a tool must be an object, and are \(given.kind)")
        }
        guard let tool = all.first(where: { $0.name == name }) else { throw MCPError.unknownTool(name: name) }
        do {
            guard tool.effect.isReadOnly || !scope.options.isReadOnly else { throw MCPError.readOnly }
            let arguments = try Arguments(
                given.isNull ? .object([]) : given, allowed: tool.parameters.map(\.0) + [namespace])
            let result = try await tool.run(arguments, in: scope)
            return .object([
                ("content", content(result.text)), ("structuredContent", result.data), ("isError", false),
            ])
        } catch {
            return .object([("content", content("\(error)")), ("isError", true)])
        }
    }

    private static func content(_ text: String) -> JSONValue {
        [.object([("type", "text"), ("text", .string(text))])]
    }
}
