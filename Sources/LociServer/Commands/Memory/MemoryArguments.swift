// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

extension Arguments {
    /// A namespace: the first argument of most commands of memories.
    /// - Throws: `CommandError`; `MemoryError.badNamespace`.
    func namespace() throws -> MemoryNamespace { try MemoryNamespace(validText(1, "the namespace")) }

    /// A unit.
    /// - Throws: `CommandError` for what is none.
    func unit(_ index: Int) throws(CommandError) -> UnitID {
        guard let id = UnitID(text(index)) else {
            throw CommandError("ERR '\(clipped(index))' is no unit, such as t1.2")
        }
        return id
    }

}

extension CommandOptions {
    mutating func kind(_ word: StaticString) throws(CommandError) -> UnitKind? {
        guard let place = try value(word) else { return nil }
        guard let kind = UnitKind(name: arguments.text(place).lowercased()) else {
            let all = UnitKind.allCases.map(\.description).joined(separator: ", ")
            throw CommandError("ERR \(word) is '\(arguments.clipped(place))'; it must be one of \(all)")
        }
        return kind
    }

    mutating func unit(_ word: StaticString) throws(CommandError) -> UnitID? {
        guard let place = try value(word) else { return nil }
        return try arguments.unit(place)
    }

    /// Takes a number of units, and them.
    mutating func units(_ word: StaticString) throws(CommandError) -> [UnitID]? {
        guard let place = try value(word) else { return nil }
        guard let count = arguments.integer(place), count >= 0, count <= arguments.count - index else {
            throw CommandError(
                "ERR \(word) is '\(arguments.clipped(place))'; it must be the number of units that follow it")
        }
        var units: [UnitID] = []
        for place in take(count) { units.append(try arguments.unit(place)) }
        return units
    }
}

extension Command {
    /// A command of memories.
    static func memory(
        _ name: String, arity: Int, _ syntax: String, _ summary: String, startsRun: Bool = false, _ work: Work
    ) -> Command {
        Command(
            name: name, arity: arity, documentation: .init(group: "memory", summary: summary, syntax: syntax),
            startsRun: startsRun, work: work)
    }
}

extension PreparedRequest {
    /// A request that changes a memory.
    static func change(
        _ memory: Memory, texts: [String],
        _ run: @escaping @Sendable ([[Float]], MemoryTransaction, inout ReplyEncoder) throws -> Void
    ) -> PreparedRequest {
        PreparedRequest(embedder: memory.store.embedder, texts: texts) { vectors, keyspace, encoder in
            guard let keyspace = keyspace as? any WritableKeyspace else { throw CommandError.notInTransaction }
            try run(vectors, keyspace.memoryChanges, &encoder)
        }
    }
}
