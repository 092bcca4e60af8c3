// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// `MEM.UPDATE` and its short forms, and `MEM.FORGET`.
enum MemoryChangeCommands {
    static let all = [
        Command.memory(
            "MEM.UPDATE", arity: -4,
            "namespace id [TEXT text] [IMPORTANCE share] [TIME time] [EXPIRES time] [META json] [PIN | UNPIN] "
                + "[ARCHIVE | UNARCHIVE] [FP32 blob | VALUES n f1 … fn]",
            "Changes a unit in place, and returns it. An empty TIME, EXPIRES or META takes away what there is.",
            startsRun: true, .prepared(.write, update)),
        short("MEM.PIN", "Lets a unit stay what it is when others fade.") { $0.isPinned = true },
        short("MEM.UNPIN", "Lets a unit fade as others do.") { $0.isPinned = false },
        short("MEM.ARCHIVE", "Puts a unit aside: it is recalled only when archived ones are asked for.") {
            $0.isArchived = true
        },
        short("MEM.UNARCHIVE", "Takes a unit back that was put aside.") { $0.isArchived = false },
        Command.memory(
            "MEM.FORGET", arity: -3, "namespace (ID id [id …] | SESSION name | BEFORE time | EXPIRED | ALL)",
            "Forgets units, and returns how many.", .write(forget)),
    ]

    private static func short(
        _ name: String, _ summary: String, _ set: @escaping @Sendable (inout UnitChange) -> Void
    ) -> Command {
        .memory(
            name, arity: 3, "namespace id", summary,
            .write { arguments, keyspace, encoder in
                var change = UnitChange()
                set(&change)
                let id = try arguments.unit(2)
                let memory = try keyspace.memories.memory(arguments.namespace(), embeds: false)
                let update = try memory.prepare(id, change, of: nil)
                encoder.write(ReplyValue(try memory.update(update, vector: nil, in: keyspace.memoryChanges)))
            })
    }

    private static func update(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let namespace = try arguments.namespace()
        let id = try arguments.unit(2)
        let change = try change(arguments)
        let memory = try memories.memory(namespace, embeds: change.text != nil || change.vector != nil)
        let update = try memory.prepare(id, change, of: try known(id, in: memory))
        return .change(memory, texts: update.text.map { [$0] } ?? []) { vectors, changes, encoder in
            encoder.write(ReplyValue(try memory.update(update, vector: vectors.first, in: changes)))
        }
    }

    /// The unit as it is before the request's turn: vectors are made of who says something, too. In a transaction it may come later.
    private static func known(_ id: UnitID, in memory: Memory) throws -> MemoryUnit? {
        do { return try memory.unit(id) } catch MemoryError.namespaceNotFound { return nil }
    }

    private static func change(_ arguments: Arguments) throws -> UnitChange {
        var change = UnitChange()
        var options = CommandOptions(arguments, from: 3, of: "MEM.UPDATE")
        while !options.isAtEnd {
            if let text = try options.text("TEXT") {
                change.text = text
            } else if let importance = try options.number("IMPORTANCE") {
                change.importance = importance
            } else if let time = try options.optionalTime("TIME") {
                change.time = .some(time)
            } else if let time = try options.optionalTime("EXPIRES") {
                change.expires = .some(time)
            } else if let metadata = try options.attributes("META") {
                change.metadata = .some(metadata)
            } else if options.flag("PIN") {
                change.isPinned = true
            } else if options.flag("UNPIN") {
                change.isPinned = false
            } else if options.flag("ARCHIVE") {
                change.isArchived = true
            } else if options.flag("UNARCHIVE") {
                change.isArchived = false
            } else if let vector = try options.vector() {
                change.vector = vector
            } else {
                throw options.unknown
            }
        }
        return change
    }

    private static func forget(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let what = try forgotten(arguments)
        let memory = try keyspace.memories.memory(arguments.namespace(), embeds: false)
        encoder.integer(try memory.forget(what, in: keyspace.memoryChanges))
    }

    private static func forgotten(_ arguments: Arguments) throws -> Forgotten {
        if arguments.isWord(2, "ID"), arguments.count > 3 {
            return .units(try (3..<arguments.count).map { try arguments.unit($0) })
        }
        if arguments.count == 3 {
            if arguments.isWord(2, "EXPIRED") { return .expired }
            if arguments.isWord(2, "ALL") { return .all }
        }
        var options = CommandOptions(arguments, from: 2, of: "MEM.FORGET")
        let what: Forgotten
        if let session = try options.text("SESSION") {
            what = .session(session)
        } else if let time = try options.time("BEFORE") {
            what = .before(time)
        } else {
            throw CommandError("ERR what is to be forgotten? Give one of ID, SESSION, BEFORE, EXPIRED and ALL")
        }
        guard options.isAtEnd else { throw options.unknown }
        return what
    }
}
