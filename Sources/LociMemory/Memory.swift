// Loci, Apache License 2.0.

package import Loci

/// The memory of one namespace: what was said, found again by meaning, by word, by neighbourhood and by time.
///
/// A value is a name and a store: it sees what the store has when it is used. Any number of threads may use it.
public struct Memory: Sendable {
    /// The store.
    public let store: MemoryStore
    /// The namespace.
    public let namespace: MemoryNamespace
    /// The moment that is seen; nil for the last commit.
    private let moment: DatabaseView?

    init(store: MemoryStore, namespace: MemoryNamespace, moment: DatabaseView? = nil) {
        (self.store, self.namespace, self.moment) = (store, namespace, moment)
    }

    /// The memory as it was at a moment, which ends with the view. It can be asked, but not changed.
    package func at(_ view: DatabaseView) -> Memory { Memory(store: store, namespace: namespace, moment: view) }

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
        try read { try $0.info() }
    }

    /// The identifier of the model whose vectors the namespace has.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public var model: String {
        get throws { try read { $0.settings.model } }
    }

    /// A unit; nil if there is none of the identifier.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func unit(_ id: UnitID) throws -> MemoryUnit? {
        try read { try $0.unit(id) }
    }

    /// The unit of a caller's key; nil if there is none.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func unit(key: String) throws -> MemoryUnit? {
        try read { try $0.unit(key: key) }
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
        try read { try $0.units(kind, session: session, after: after, limit: limit) }
    }

    /// The names of the sessions, in the order in which they began.
    /// - Throws: `MemoryError.namespaceNotFound`.
    public func sessions() throws -> [String] {
        try read { try $0.sessionNames() }
    }

    /// The chain of units that took each other's place, the oldest first, of which the given one is a part.
    /// - Throws: `MemoryError.unitNotFound`.
    public func history(of id: UnitID) throws -> [MemoryUnit] {
        try read { try $0.history(of: id) }
    }

    /// Runs `body` with what the namespace has, be it of the last commit or of the memory's moment.
    package func reading<Result>(_ body: (any MemoryReading) throws -> Result) throws -> Result {
        try read { try body($0) }
    }

    /// Runs `body` with the namespace as the last commit, or the memory's moment, has it.
    func read<Result>(_ body: (NamespaceReader) throws -> Result) throws -> Result {
        if let moment { return try body(NamespaceReader(namespace, in: moment)) }
        return try store.database.read { try body(NamespaceReader(namespace, in: $0)) }
    }

    /// Runs `body` with changes to the namespace, in one transaction.
    func write<Result>(
        model: (name: String, dimension: Int)? = nil, _ body: (inout NamespaceWriter) throws -> Result
    ) throws -> Result {
        try store.write { try $0.change(self, model: model, body) }
    }
}
