// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// What a client may show and attach: namespaces, their sessions, and what was said in them.
enum Resources {
    /// Namespaces of one list; each has two resources.
    private static let pageSize = 100
    /// Where the text of a session ends: 1 MiB.
    private static let maximumBytes = 1 << 20
    private static let unitsPerRead = 500

    private static let json = "application/json"
    private static let plain = "text/plain"

    /// The namespaces that are there, and their sessions.
    /// - Parameter cursor: What the list before gave; it names the last namespace of it.
    /// - Throws: `MCPError.badParameters`; `LociError`.
    static func list(after cursor: JSONValue?, in scope: MemoryScope) throws -> JSONValue {
        var namespaces = try scope.namespaces()[...]
        if let cursor, !cursor.isNull {
            guard let name = cursor.text.flatMap({ MemoryURI.decoded(Array($0.utf8)) }) else {
                throw MCPError.badParameters(reason: "the cursor is none that was given")
            }
            namespaces = namespaces.drop { !name.utf8.lexicographicallyPrecedes($0.description.utf8) }
        }
        let page = namespaces.prefix(pageSize)
        let resources = page.map(\.description).flatMap { name in
            [
                resource(.namespace(name), "\(name)", "How much the memory has of what.", json),
                resource(.sessions(name), "\(name): sessions", "The sessions of the memory, the first first.", json),
            ]
        }
        return .members([
            ("resources", .array(resources)),
            (
                "nextCursor",
                page.count < namespaces.count ? page.last.map { .string(MemoryURI.encoded($0.description)) } : nil
            ),
        ])
    }

    private static func resource(_ uri: MemoryURI, _ name: String, _ description: String, _ type: String) -> JSONValue {
        .object([
            ("uri", .string(uri.text)), ("name", .string(name)), ("description", .string(description)),
            ("mimeType", .string(type)),
        ])
    }

    /// How the address of a session is made.
    static func templates(_ options: MCPOptions) -> JSONValue {
        let namespace =
            options.allowsAnyNamespace ? "{namespace}" : MemoryURI.encoded(options.namespace.description)
        return .object([
            (
                "resourceTemplates",
                [
                    .object([
                        ("uriTemplate", .string(MemoryURI.sessionTemplate(of: namespace))), ("name", "session"),
                        ("description", "What was said in a session, a turn a line."), ("mimeType", .string(plain)),
                    ])
                ]
            )
        ])
    }

    /// Reads a resource.
    /// - Throws: `MCPError.badParameters`, `.resourceNotFound`; what the memory throws.
    static func read(_ parameters: JSONValue, in scope: MemoryScope) throws -> JSONValue {
        guard let text = parameters["uri"]?.text else {
            throw MCPError.badParameters(reason: "resources/read needs a uri, a string")
        }
        guard let uri = MemoryURI(text) else { throw MCPError.resourceNotFound(uri: text) }
        do {
            let (type, content) = try content(of: uri, in: scope)
            let contents = JSONValue.object([
                ("uri", .string(text)), ("mimeType", .string(type)), ("text", .string(content)),
            ])
            return .object([("contents", [contents])])
        } catch MemoryError.namespaceNotFound, MemoryError.sessionNotFound, MemoryError.badNamespace {
            throw MCPError.resourceNotFound(uri: text)
        }
    }

    private static func content(of uri: MemoryURI, in scope: MemoryScope) throws -> (type: String, text: String) {
        switch uri {
        case .namespace(let name): return (json, try info(scope.memory(name)).line)
        case .sessions(let name):
            let sessions = try scope.memory(name).sessions().map { session in
                JSONValue.object([
                    ("name", .string(session)), ("uri", .string(MemoryURI.session(session, of: name).text)),
                ])
            }
            return (json, JSONValue.object([("namespace", .string(name)), ("sessions", .array(sessions))]).line)
        case .session(let session, let name): return (plain, try turns(of: session, in: scope.memory(name)))
        }
    }

    private static func info(_ memory: Memory) throws -> JSONValue {
        let info = try memory.info()
        let units = info.units.sorted { $0.key.rawValue < $1.key.rawValue }
        return .object([
            ("namespace", .string(memory.namespace.description)), ("model", .string(info.model)),
            ("dimension", .integer(info.dimension)), ("sessions", .integer(info.sessions)),
            ("units", .object(units.map { ("\($0.key)", .integer($0.value)) })),
            ("archived_or_expiring", .integer(info.hidden)), ("links", .integer(info.edges / 2)),
            ("bytes", .integer(info.bytes)),
        ])
    }

    private static func turns(of session: String, in memory: Memory) throws -> String {
        var text = ""
        var last: UnitID?
        while true {
            let units = try memory.units(.turn, session: session, after: last, limit: unitsPerRead)
            for unit in units {
                let line = UnitReport.line(unit) + "\n"
                guard text.utf8.count + line.utf8.count <= maximumBytes else {
                    return text + "There is more after \(last.map { "\($0)" } ?? "this"): use the tool list.\n"
                }
                text += line
                last = unit.id
            }
            if units.count < unitsPerRead { return text }
        }
    }
}
