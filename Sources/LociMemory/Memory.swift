// Loci, Apache License 2.0.

import Loci

/// The memory of one namespace: what was said, found again by meaning, by word, by neighbourhood and by time.
///
/// A value is a name and a store: it sees what the store has when it is used. Any number of threads may use it.
public struct Memory: Sendable {
    /// The store.
    public let store: MemoryStore
    /// The namespace.
    public let namespace: MemoryNamespace

    /// What a namespace has.
    public struct Info: Sendable, Equatable {
        /// The identifier of the model whose vectors it has.
        public let model: String
        /// Numbers of a vector.
        public let dimension: Int
        /// How many sessions were begun.
        public let sessions: Int
        /// How many units of each kind it has, those that do not count any more among them.
        public let units: [UnitKind: Int]
        /// How many units are archived, or will be forgotten at some time.
        public let hidden: Int
        /// How many links there are between units.
        public let edges: Int
        /// Bytes of its collections in the file.
        public let bytes: Int
    }

    /// Whether the namespace is there.
    /// - Throws: `LociError`.
    public var exists: Bool {
        get throws {
            try store.database.recordTableNames().contains { $0.utf8.elementsEqual(namespace.recordTable.utf8) }
        }
    }

    /// What the namespace has.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func info() throws -> Info {
        try read { reader in
            var units: [UnitKind: Int] = [:]
            var bytes = 0
            for kind in UnitKind.allCases {
                guard let collection = try reader.collection(kind) else { continue }
                let info = try collection.info()
                units[kind] = info.count
                bytes += info.bytes.total
            }
            return Info(
                model: reader.settings.model, dimension: reader.settings.dimension,
                sessions: try reader.sessionCount(), units: units, hidden: reader.settings.hidden,
                edges: reader.settings.edges, bytes: bytes)
        }
    }

    /// A unit; nil if there is none of the identifier.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func unit(_ id: UnitID) throws -> MemoryUnit? {
        try read { try $0.unit(id) }
    }

    /// The unit of a caller's key; nil if there is none.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func unit(key: String) throws -> MemoryUnit? {
        guard (1...UnitAdmission.maximumNameBytes).contains(key.utf8.count) else { return nil }
        return try read { reader in try reader.unit(ofKey: key).flatMap { try reader.unit($0) } }
    }

    /// The units of a kind, in the order of sessions and of what was said in them.
    /// - Parameters:
    ///   - kind: Their granularity.
    ///   - session: The caller's name of the session; nil for all.
    ///   - after: The unit after which to begin; nil for the first.
    ///   - limit: How many at most.
    /// - Throws: `MemoryError.namespaceNotFound`, `.sessionNotFound`.
    public func units(
        _ kind: UnitKind = .turn, session: String? = nil, after: UnitID? = nil, limit: Int = 100
    ) throws -> [MemoryUnit] {
        try read { reader in
            guard let collection = try reader.collection(kind) else { return [] }
            var (lower, upper) = (IdentifierBound.unbounded, IdentifierBound.unbounded)
            if let session {
                guard let number = try reader.sessionNumber(session) else { throw MemoryError.sessionNotFound(session) }
                (lower, upper) = SessionText.bounds(of: number)
            }
            if let after { lower = .excluding(after.vectorID) }
            return try collection.identifiers(from: lower, to: upper, limit: max(0, limit)).compactMap { id in
                try UnitID(kind, id).flatMap { try reader.unit($0) }
            }
        }
    }

    /// The names of the sessions, in the order in which they began.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func sessions() throws -> [String] {
        try read { try $0.sessions().map(\.record.name) }
    }

    /// The chain of units that took each other's place, the oldest first, of which the given one is a part.
    /// - Throws: `MemoryError.unitNotFound`.
    public func history(of id: UnitID) throws -> [MemoryUnit] {
        try read { reader in
            guard var unit = try reader.unit(id) else { throw MemoryError.unitNotFound(id) }
            var seen: Set<UnitID> = [id]
            while let before = unit.supersedes, seen.insert(before).inserted, let older = try reader.unit(before) {
                unit = older
            }
            var chain = [unit]
            seen = [unit.id]
            while let next = chain.last?.supersededBy, seen.insert(next).inserted, let newer = try reader.unit(next) {
                chain.append(newer)
            }
            return chain
        }
    }

    /// Runs `body` with the namespace as the last commit has it.
    func read<Result>(_ body: (NamespaceReader) throws -> Result) throws -> Result {
        try store.database.read { try body(NamespaceReader(namespace, in: $0)) }
    }

    /// Runs `body` with changes to the namespace, in one transaction.
    func write<Result>(
        model: (name: String, dimension: Int)? = nil, _ body: (inout NamespaceWriter) throws -> Result
    ) throws -> Result {
        let now = store.clock()
        return try store.database.write { transaction in
            var writer = try NamespaceWriter(namespace, in: transaction, store.options, now: now, model: model)
            let result = try body(&writer)
            try writer.finish()
            return result
        }
    }
}
