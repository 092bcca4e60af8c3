// Loci, Apache License 2.0.

import Loci
import LociProtocol

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `INFO`: sections of lines, as Redis has them.
enum ServerInformation {
    static func write(_ arguments: Arguments, _ context: ServerContext, _ encoder: inout ReplyEncoder) throws {
        let asked = (1..<max(1, arguments.count)).map { arguments.text($0).lowercased() }
        let isAll = asked.isEmpty || asked.contains { ["all", "default", "everything"].contains($0) }
        let sections = try sections(context).filter { isAll || asked.contains($0.title.lowercased()) }
        let text = sections.map { section in
            "# \(section.title)\r\n" + section.lines.map { "\($0.0):\($0.1)\r\n" }.joined()
        }.joined(separator: "\r\n")
        encoder.verbatim(.text, text)
    }

    private typealias Section = (title: String, lines: [(String, String)])

    private static func sections(_ context: ServerContext) throws -> [Section] {
        let database = context.database
        let totals = context.metrics.totals
        let uptime = (ContinuousClock.now - context.startTime).components.seconds
        let keys = try database.collectionNames().count
        let durability =
            switch try database.durability {
            case .full: "full"
            case .periodic(let interval): "periodic, \(interval)"
            }
        return [
            (
                "Server",
                [
                    // Some clients refuse servers whose version is no number of Redis.
                    ("redis_version", "8.6.0"), ("redis_mode", "standalone"), ("loci_version", ServerContext.version),
                    ("process_id", "\(getpid())"), ("tcp_port", "\(context.configuration.port)"),
                    ("uptime_in_seconds", "\(uptime)"),
                ]
            ),
            (
                "Memory",
                [
                    ("used_memory", "\(ProcessMemory.residentBytes)"), ("database_bytes", "\(try database.bytes)"),
                    ("kernels", Kernels.name),
                ]
            ),
            ("Persistence", [("loading", "0"), ("durability", durability), ("database", database.path)]),
            (
                "Stats",
                [
                    ("total_connections_received", "\(totals.connections)"),
                    ("total_commands_processed", "\(totals.commands)"),
                ]
            ),
            ("Replication", [("role", "master"), ("connected_slaves", "0")]),
            ("Keyspace", keys == 0 ? [] : [("db0", "keys=\(keys),expires=0,avg_ttl=0")]),
        ]
    }
}
