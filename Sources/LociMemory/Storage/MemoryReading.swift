// Loci, Apache License 2.0.

import Loci

/// What can be asked of a namespace beside recalls: as one commit left it, or as a transaction has changed it.
package protocol MemoryReading {
    /// A unit; nil if there is none of the identifier.
    func unit(_ id: UnitID) throws -> MemoryUnit?
    /// The unit of a caller's key; nil if there is none.
    func unit(key: String) throws -> MemoryUnit?
    /// The units of a kind in their order; see ``Memory/units(_:session:after:limit:)``.
    func units(_ kind: UnitKind, session: String?, after: UnitID?, limit: Int) throws -> [MemoryUnit]
    /// The names of the sessions, in the order in which they began.
    func sessionNames() throws -> [String]
    /// The chain of units that took each other's place; see ``Memory/history(of:)``.
    func history(of id: UnitID) throws -> [MemoryUnit]
    /// What the namespace has.
    func info() throws -> Memory.Info
}

extension NamespaceContents {
    func unit(key: String) throws -> MemoryUnit? {
        guard (1...UnitAdmission.maximumNameBytes).contains(key.utf8.count) else { return nil }
        return try unit(ofKey: key).flatMap { try unit($0) }
    }

    func units(_ kind: UnitKind, session: String?, after: UnitID?, limit: Int) throws -> [MemoryUnit] {
        guard let table = try unitTable(kind) else { return [] }
        var (lower, upper) = (IdentifierBound.unbounded, IdentifierBound.unbounded)
        if let session {
            guard let number = try sessionNumber(session) else { throw MemoryError.sessionNotFound(session) }
            (lower, upper) = SessionText.bounds(of: number)
        }
        if let after { lower = .excluding(after.vectorID) }
        return try table.identifiers(from: lower, to: upper, limit: max(0, limit)).compactMap { id in
            try UnitID(kind, id).flatMap { try unit($0) }
        }
    }

    func sessionNames() throws -> [String] { try sessions().map(\.record.name) }

    func history(of id: UnitID) throws -> [MemoryUnit] {
        guard var unit = try unit(id) else { throw MemoryError.unitNotFound(id) }
        var seen: Set<UnitID> = [id]
        while let before = unit.supersedes, seen.insert(before).inserted, let older = try self.unit(before) {
            unit = older
        }
        var chain = [unit]
        seen = [unit.id]
        while let next = chain.last?.supersededBy, seen.insert(next).inserted, let newer = try self.unit(next) {
            chain.append(newer)
        }
        return chain
    }

    func info() throws -> Memory.Info {
        var units: [UnitKind: Int] = [:]
        var bytes = 0
        for kind in UnitKind.allCases {
            guard let table = try unitTable(kind) else { continue }
            units[kind] = try table.count
            bytes += try table.committedBytes
        }
        return Memory.Info(
            model: settings.model, dimension: settings.dimension, sessions: try sessionCount(), units: units,
            hidden: settings.hidden, edges: settings.edges, bytes: bytes)
    }
}
