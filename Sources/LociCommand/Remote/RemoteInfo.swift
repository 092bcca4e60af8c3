// Loci, Apache License 2.0.

import Loci
import LociClient
import LociJSON
import LociProtocol

/// What a server tells of itself and of a collection, as it is shown.
struct RemoteInfo {
    let server: RemoteServer
    let json: Bool

    /// The parts of INFO that are shown to people, and how they are called.
    private static let shown = [
        ("uptime_in_seconds", "uptime"), ("connected_clients", "clients"), ("used_memory_human", "memory"),
        ("total_commands_processed", "commands"), ("instantaneous_ops_per_sec", "commands/s"), ("role", "role"),
    ]

    /// Shows a collection.
    func run(_ collection: String) throws {
        let connection = try server.connect(toCollection: collection)
        var requests = RequestEncoder()
        requests.request("VCARD", collection)
        requests.request("VDIM", collection)
        requests.request("VINFO", collection)
        let replies = try connection.send(requests)
        guard replies.count == 3, let count = replies[0].integer, let dimension = replies[1].integer,
            let entries = replies[2].entries
        else { throw ClientError.unexpectedShape(command: "VINFO") }
        let told = entries.compactMap { entry in entry.key.text.map { ($0, entry.value) } }
        if json {
            return try Console.output.write(
                JSONValue.object([
                    ("name", .string(collection)), ("count", .integer(count)), ("dimension", .integer(dimension)),
                    ("info", .object(told.map { ($0.0, Self.json($0.1)) })),
                    ("server", .object(serverMembers(connection))),
                ]).line + "\n")
        }
        var lines = [
            ("collection", collection), ("vectors", Format.count(count)), ("dimension", Format.count(dimension)),
        ]
        for (name, value) in told where !["size", "vector-dim"].contains(name) {
            lines.append((name.replacing("-", with: " "), Self.json(value).text))
        }
        lines.append(("server", title(connection)))
        try Console.output.write(CollectionReport.block(lines))
    }

    /// Shows the server.
    func run() throws {
        let connection = try server.connect()
        var requests = RequestEncoder()
        requests.request("DBSIZE")
        requests.request("INFO")
        let replies = try connection.send(requests)
        guard replies.count == 2, let count = replies[0].integer, let text = replies[1].text else {
            throw ClientError.unexpectedShape(command: "INFO")
        }
        let told = Self.members(ofInfo: text)
        if json {
            return try Console.output.write(
                JSONValue.object([
                    ("server", .object(serverMembers(connection))), ("keys", .integer(count)),
                    ("info", .object(told.map { ($0.0, .string($0.1)) })),
                ]).line + "\n")
        }
        let values = Dictionary(told) { first, _ in first }
        var lines = [("server", title(connection)), ("keys", Format.count(count))]
        for (key, name) in Self.shown {
            guard let value = values[key] else { continue }
            let isTime = key == "uptime_in_seconds"
            lines.append((name, isTime ? Double(value).map { Format.clock(seconds: $0) } ?? value : value))
        }
        try Console.output.write(CollectionReport.block(lines))
    }

    /// As in "redis 8.2.3, redis://localhost:6379".
    private func title(_ connection: ServerConnection) -> String {
        let words = ["server", "version"].compactMap { connection.greeting[$0]?.text }
        return words.joined(separator: " ") + (words.isEmpty ? "" : ", ") + "\(server.address)"
    }

    private func serverMembers(_ connection: ServerConnection) -> [(String, JSONValue)] {
        [
            ("address", .string("\(server.address)")),
            ("name", connection.greeting["server"].map(Self.json) ?? .null),
            ("version", connection.greeting["version"].map(Self.json) ?? .null),
        ]
    }

    /// The lines of INFO that are a name, a colon and a value.
    static func members(ofInfo text: String) -> [(String, String)] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return line.first == "#" || parts.count < 2 ? nil : (String(parts[0]), String(parts[1]))
        }
    }

    private static func json(_ reply: Reply) -> JSONValue {
        switch reply {
        case .integer(let value): .integer(Int(value))
        case .double(let value): .number(value)
        case .boolean(let value): .boolean(value)
        default: reply.text.map { .string($0) } ?? .null
        }
    }
}

extension JSONValue {
    /// The value for people: a string without quotes.
    fileprivate var text: String {
        if case .string(let text) = self { text } else { line }
    }
}
